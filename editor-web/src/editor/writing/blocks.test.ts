import { expect, test } from 'vitest';
import { de } from '../../i18n/writing/de';
import { en } from '../../i18n/writing/en';
import { blocks, matching } from './blocks';
import { emojiMatching } from './emoji';
import { spansOf } from './grammars';
import { LANGUAGES } from './languages';

const found = (query: string, words = en) => matching(query, words).map(({ id }) => id);

test('every block has a name in every language, and nothing typed offers all', () => {
  expect(Object.keys(en.blocks).sort()).toEqual(blocks.map(({ id }) => id).sort());
  expect(found('')).toHaveLength(blocks.length);
});

test('names come before other words, and accents do not matter', () => {
  expect(found('tab')[0]).toBe('table');
  expect(found('list')).toEqual(['bulletList', 'orderedList', 'taskList']);
  expect(found('todo')).toEqual(['taskList']);
  expect(found('uberschrift 2', de)).toEqual(['heading2']);
  expect(found('xyz')).toEqual([]);
});

test('an emoji is found by its name first', () => {
  expect(emojiMatching('rocket')[0]?.emoji).toBe('🚀');
  expect(emojiMatching('herz').map(({ emoji }) => emoji)).toContain('❤️');
  expect(emojiMatching('qqq')).toEqual([]);
});

test('every language that is offered has a grammar', () => {
  for (const [id] of LANGUAGES) expect(() => spansOf('x', id), id).not.toThrow();
  expect(spansOf('def f(): pass', 'python')[0]).toEqual({ from: 0, to: 3, className: 'hljs-keyword' });
  expect(spansOf('x', 'no such language')).toEqual([]);
});

test('the colours cover exactly the text that they belong to', () => {
  const text = 'const x = "a" + 1; // why';
  for (const { from, to } of spansOf(text, 'javascript')) expect(to <= text.length && from < to).toBe(true);
});
