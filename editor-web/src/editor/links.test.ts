import { expect, test } from 'vitest';
import { allowedLink } from './links';

test.each([
  ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
  ['  http://example.org ', 'http://example.org'],
  ['HTTPS://Example.org', 'HTTPS://Example.org'],
  ['mailto:ada@example.org', 'mailto:ada@example.org'],
  ['tel:+49301234', 'tel:+49301234'],
  ['ada@example.org', 'mailto:ada@example.org'],
  ['example.org', 'https://example.org'],
  ['www.example.org/path', 'https://www.example.org/path'],
  ['localhost:8080/d/x', 'https://localhost:8080/d/x'],
  ['münchen.de', 'https://münchen.de'],
  ['https://example.org/a b', 'https://example.org/a%20b'],
])('takes %s', (typed, href) => expect(allowedLink(typed)).toBe(href));

test.each([
  '',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\u200bscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://example.org/1',
  'https:',
  'just words',
  'word',
])('refuses %j', (typed) => expect(allowedLink(typed)).toBeNull());
