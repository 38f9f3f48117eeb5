/** Times as people say them: "3 minutes ago", and the day a thing belongs to. */

const steps: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
];
const WEEK_MS = 7 * 86_400_000;

/** Say how long ago `time` was; from a week on, the date. */
export function ago(time: number, now: number, language: string): string {
  const passed = Math.max(0, now - time);
  if (passed >= WEEK_MS) {
    const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    const format: Intl.DateTimeFormatOptions = {
      day: 'numeric',
      month: 'long',
      ...(sameYear ? {} : { year: 'numeric' }),
    };
    return new Intl.DateTimeFormat(language, format).format(time);
  }
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const step = [...steps].reverse().find(([, length]) => passed >= length);
  return step ? relative.format(-Math.floor(passed / step[1]), step[0]) : relative.format(0, 'second');
}

export type Day = 'today' | 'yesterday' | 'week' | 'earlier';

/** The day group of `time`, by the calendar of this device. */
export function dayOf(time: number, now: number): Day {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (time >= midnight) return 'today';
  if (time >= new Date(midnight - 1).setHours(0, 0, 0, 0)) return 'yesterday';
  return time >= midnight - 6 * 86_400_000 ? 'week' : 'earlier';
}
