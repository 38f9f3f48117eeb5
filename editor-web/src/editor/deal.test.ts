import { expect, test } from 'vitest';
import { cut, deal, MOST, SIZE } from './deal';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const no = () => false;

test('without stretches all blocks come together, cut into parts of about one size', () => {
  const [[stretch, blocks] = [null, []]] = deal(numbers(1_000), [], () => undefined);
  expect(stretch).toBeNull();
  const parts = cut(blocks, no);
  expect(parts.flat()).toEqual(numbers(1_000));
  expect(parts).toHaveLength(Math.round(1_000 / SIZE));
  for (const part of parts) expect(Math.abs(part.length - SIZE)).toBeLessThan(SIZE / 4);
});

test('a block stays in its stretch, a new one joins the one before it', () => {
  const of = new Map([
    ['b', 1],
    ['c', 1],
    ['d', 2],
    ['f', 3],
  ]);
  const dealt = deal(['a', 'b', 'new', 'c', 'd', 'e', 'f'], [1, 2, 3], (block) => of.get(block));
  expect(dealt).toEqual([
    [1, ['a', 'b', 'new', 'c']],
    [2, ['d', 'e']],
    [3, ['f']],
  ]);
});

test('a stretch that lost its blocks has none', () => {
  expect(deal(['z'], [1, 2], () => 2)).toEqual([
    [1, []],
    [2, ['z']],
  ]);
});

test('the order of the text is kept, whatever the stretches were', () => {
  const of = new Map([
    ['a', 2],
    ['b', 1],
    ['c', 2],
  ]);
  const dealt = deal(['a', 'b', 'c'], [1, 2], (block) => of.get(block));
  expect(dealt.flatMap(([, blocks]) => blocks)).toEqual(['a', 'b', 'c']);
});

test('a stretch grows before it is cut, and no part ends where it may not', () => {
  expect(cut(numbers(MOST), no)).toEqual([numbers(MOST)]);
  const parts = cut(numbers(MOST + 1), (block) => block > 40 && block < 60);
  expect(parts.flat()).toEqual(numbers(MOST + 1));
  expect(parts[0]?.at(-1)).toBe(60);
});
