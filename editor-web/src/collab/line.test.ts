import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LineWatch } from './line';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('goes from opening to online', () => {
  const watch = new LineWatch(signal(true));
  expect(watch.line.value).toBe('opening');
  watch.up();
  expect(watch.line.value).toBe('online');
});

test('a lost line is being retried at first, and offline after a while', () => {
  const watch = new LineWatch(signal(true));
  watch.up();
  watch.down();
  expect(watch.line.value).toBe('retrying');
  vi.advanceTimersByTime(4_000);
  watch.down(); // an attempt that failed does not begin the grace anew
  vi.advanceTimersByTime(1_100);
  expect(watch.line.value).toBe('offline');
  watch.up();
  expect(watch.line.value).toBe('online');
  watch.down();
  expect(watch.line.value).toBe('retrying');
  watch.destroy();
});

test('a line that was never up is offline at its first failure', () => {
  const watch = new LineWatch(signal(true));
  watch.down();
  expect(watch.line.value).toBe('offline');
});

test('a browser without a network shortens the grace, but never takes down a line that works', () => {
  const online = signal(true);
  const watch = new LineWatch(online);
  watch.up();
  online.value = false;
  expect(watch.line.value).toBe('online');
  watch.down();
  expect(watch.line.value).toBe('offline');
  watch.destroy();
});
