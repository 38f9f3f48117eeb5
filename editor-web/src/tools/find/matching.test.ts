import { expect, test } from 'vitest';
import { expanded, matchesIn, patternOf, type Query } from './matching';

const plain: Query = { text: '', matchCase: false, wholeWord: false, regex: false };
const places = (text: string, query: Partial<Query>, limit = 100) =>
  matchesIn(text, patternOf({ ...plain, ...query }), limit).map(([from, to]) => text.slice(from, to));

test('plain words are found as they are, whatever they mean as a pattern', () => {
  expect(places('a.b (c) [d] a+b', { text: 'a.b' })).toEqual(['a.b']);
  expect(places('1/2 and 1-2 {3} ^$|\\', { text: '{3} ^$|\\' })).toEqual(['{3} ^$|\\']);
});

test.each([
  ['Straße strasse', { text: 'STRASSE' }, ['strasse']],
  ['Cat cat', { text: 'cat', matchCase: true }, ['cat']],
  ['ÄRGER ärger', { text: 'ärger' }, ['ÄRGER', 'ärger']],
  ['cat concat cat_ Katze', { text: 'cat', wholeWord: true }, ['cat']],
  ['für, fürs', { text: 'für', wholeWord: true }, ['für']],
  ['“quoted” "too"', { text: '"' }, ['“', '”', '"', '"']],
  ['it’s', { text: "it's" }, ['it’s']],
  ['12\u00a0km', { text: '12 km' }, ['12\u00a0km']],
  ['a1 b22', { text: '\\d+', regex: true }, ['1', '22']],
  ['one\ntwo', { text: '^t\\w+$', regex: true }, ['two']],
] as const)('in %j, %j finds %j', (text, query, found) => expect(places(text, query)).toEqual(found));

test('what matches nothing is passed over, and there is a limit', () => {
  expect(places('abc', { text: 'x*', regex: true })).toEqual([]);
  expect(places('aaaa', { text: 'a' }, 3)).toHaveLength(3);
});

test('a pattern that is none says so', () => expect(() => patternOf({ ...plain, text: '(', regex: true })).toThrow());

test('replacements fill in groups as JavaScript does', () => {
  const match = /(?<year>\d+)-(\d+)/.exec('2026-05') as RegExpMatchArray;
  for (const replacement of ['$2/$1', '$<year>!', '[$&]', '$$1', '$3', '$0', '$'])
    expect(expanded(replacement, match)).toBe('2026-05'.replace(/(?<year>\d+)-(\d+)/, replacement));
});
