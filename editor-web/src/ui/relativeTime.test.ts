import { expect, test } from 'vitest';
import { ago, dayOf } from './relativeTime';

const now = new Date(2026, 4, 15, 12, 0).getTime();
const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

test.each([
  [0, 'now'],
  [-5_000, 'now'], // a clock ahead of ours
  [3 * minutes, '3 minutes ago'],
  [5 * hours, '5 hours ago'],
  [1 * days, 'yesterday'],
  [6 * days, '6 days ago'],
  [8 * days, 'May 7'],
  [400 * days, 'April 10, 2025'],
])('%i ms ago is "%s"', (passed, said) => expect(ago(now - passed, now, 'en')).toBe(said));

test('speaks German', () => expect(ago(now - 3 * minutes, now, 'de')).toBe('vor 3 Minuten'));

test.each([
  [11 * hours, 'today'],
  [13 * hours, 'yesterday'],
  [37 * hours, 'week'],
  [6 * days, 'week'],
  [7 * days, 'earlier'],
])('%i ms ago belongs to %s', (passed, day) => expect(dayOf(now - passed, now)).toBe(day));
