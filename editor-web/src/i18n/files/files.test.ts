import { expect, test } from 'vitest';
import { de } from './de';
import { en } from './en';

const say = (value: unknown) => (typeof value === 'function' ? value('a', 'b') : value);

test('both languages have words for the same things, and none is empty', () => {
  expect(Object.keys(de)).toEqual(Object.keys(en));
  expect(Object.keys(de.names)).toEqual(Object.keys(en.names));
  for (const value of [en, de].flatMap((words) => [...Object.values(words), ...Object.values(words.names)])) {
    expect(say(value)).toBeTruthy();
  }
});
