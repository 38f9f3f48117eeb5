import { expect, test } from 'vitest';
import { slugs } from './slugs';
import { wordsIn } from './wordsIn';

test('headings get readable names in every script, and no two the same', () => {
  expect(slugs(['What the soil is like?', 'Größe & Gewicht', 'مقدمة', 'Plan', 'Plan', 'plan 2', '…'])).toEqual([
    'what-the-soil-is-like',
    'größe-gewicht',
    'مقدمة',
    'plan',
    'plan-2',
    'plan-2-2',
    'section',
  ]);
  expect(slugs(['word '.repeat(40)])[0]).toHaveLength(59);
});

test.each([
  ['', 0],
  ['One two, three.', 3],
  ['don’t well-known 3.5 e.g.', 4],
  ['Ünïcödé wörds', 2],
  ['مرحبا بالعالم', 2],
  ['你好世界', 2],
])('%j has %i words', (text, count) => expect(wordsIn(text)).toBe(count));
