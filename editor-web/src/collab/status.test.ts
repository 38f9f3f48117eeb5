import { describe, expect, test } from 'vitest';
import { atRisk, type Facts, statusOf } from './status';

const calm: Facts = { access: 'write', line: 'online', loaded: true, settled: true, pending: 0, kept: true };
const kind = (facts: Partial<Facts>) => statusOf({ ...calm, ...facts }).kind;

describe('statusOf', () => {
  test('everything acknowledged on a settled line is saved', () => expect(kind({})).toBe('saved'));

  test.each<[string, Partial<Facts>]>([
    ['saving', { pending: 1 }],
    ['saving', { pending: 1, settled: false }],
    ['loading', { loaded: false, line: 'opening' }],
    ['loading', { settled: false }],
    ['loading', { line: 'opening', settled: false, pending: 3 }],
    ['reconnecting', { line: 'retrying', settled: false }],
    ['reconnecting', { line: 'retrying', settled: false, pending: 2 }],
    ['offline', { line: 'offline', settled: false }],
    ['offline', { line: 'offline', settled: false, pending: 2, access: 'unknown' }],
    ['offline', { line: 'offline', loaded: false, access: 'unknown' }],
    ['readOnly', { access: 'read' }],
    ['readOnly', { access: 'read', pending: 2 }],
    ['deleted', { access: 'deleted', line: 'offline' }],
    ['noAccess', { access: 'denied' }],
    ['signIn', { access: 'signIn', pending: 1 }],
    ['outdated', { access: 'outdated' }],
    ['refused', { access: 'refused', pending: 4 }],
  ])('is %s for %o', (expected, facts) => expect(kind(facts)).toBe(expected));

  test('is never saved while a change is pending, the line is down or the two sides have not spoken', () => {
    const accesses = ['unknown', 'write', 'read'] as const;
    const lines = ['opening', 'online', 'retrying', 'offline'] as const;
    for (const access of accesses)
      for (const line of lines)
        for (const loaded of [true, false])
          for (const settled of [true, false])
            for (const pending of [0, 3]) {
              const saved = statusOf({ access, line, loaded, settled, pending, kept: true }).kind === 'saved';
              if (saved) expect([line, loaded, settled, pending]).toEqual(['online', true, true, 0]);
            }
  });

  test('carries the number of changes and whether this device has them', () => {
    expect(statusOf({ ...calm, line: 'offline', pending: 5, kept: false })).toEqual({
      kind: 'offline',
      changes: 5,
      kept: false,
    });
  });
});

describe('atRisk', () => {
  test('is only what neither the server nor the device has', () => {
    expect(atRisk({ pending: 1, kept: false })).toBe(true);
    expect(atRisk({ pending: 1, kept: true })).toBe(false);
    expect(atRisk({ pending: 0, kept: false })).toBe(false);
  });
});
