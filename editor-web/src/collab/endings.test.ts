import { expect, test } from 'vitest';
import { endingOfCode, endingOfHttp, endingOfReason } from './endings';

test.each([
  [1006, 'again'],
  [1012, 'again'],
  [1013, 'again'],
  [4400, 'refused'],
  [4401, 'signIn'],
  [4403, 'denied'],
  [4404, 'deleted'],
  [4408, 'again'],
  [4409, 'replaced'],
  [4410, 'outdated'],
  [4413, 'refused'],
  [4429, 'again'],
])('close code %i means %s', (code, ending) => expect(endingOfCode(code)).toBe(ending));

test.each([
  ['permission-denied', 'denied'],
  ['deleted', 'deleted'],
  ['document not found', 'deleted'],
  ['token expired', 'signIn'],
  ['4404: it is in the trash', 'deleted'],
  ['anything else', 'denied'],
])('the reason "%s" means %s', (reason, ending) => expect(endingOfReason(reason)).toBe(ending));

test.each([
  [401, 'signIn'],
  [403, 'denied'],
  [404, 'deleted'],
  [410, 'deleted'],
  [400, 'refused'],
  [500, 'again'],
])('HTTP %i means %s', (status, ending) => expect(endingOfHttp(status)).toBe(ending));
