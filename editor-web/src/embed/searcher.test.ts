import { expect, test } from 'vitest';
import { Searcher } from './searcher';

const query = { text: 'a.c', matchCase: false, wholeWord: false, regex: false };

test('words are found in each text, up to a limit', async () => {
  const found = await new Searcher().search(query, ['A.c abc a.c', '', 'a.c a.c'], 3);
  expect(found).toMatchObject([
    [
      [0, 3],
      [8, 11],
    ],
    [],
    [[0, 3]],
  ]);
});

test('what looks like a pattern is only words', async () => {
  const searcher = new Searcher();
  expect(searcher.patterns).toBe(false);
  expect(await searcher.search({ ...query, text: '(a+)+$', regex: true }, ['aaaa', 'x (a+)+$'], 9)).toMatchObject([
    [],
    [[2, 8]],
  ]);
});
