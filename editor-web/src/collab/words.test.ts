import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { wordsOf } from './words';

type Tree = string | { n: string; a?: Record<string, string | number | boolean>; c?: Tree[] };

function grow(tree: Tree): Y.XmlElement | Y.XmlText {
  if (typeof tree === 'string') return new Y.XmlText(tree);
  const element = new Y.XmlElement(tree.n);
  for (const [key, value] of Object.entries(tree.a ?? {})) element.setAttribute(key, value as string);
  element.insert(0, (tree.c ?? []).map(grow));
  return element;
}

function docOf(...trees: Tree[]): Y.Doc {
  const doc = new Y.Doc();
  doc.getXmlFragment('default').insert(0, trees.map(grow));
  return doc;
}

const p = (...c: Tree[]): Tree => ({ n: 'paragraph', c });
const li = (...c: Tree[]): Tree => ({ n: 'listItem', c });

test('an empty document has no words', () => expect(wordsOf(new Y.Doc())).toBe(''));

test('writes every kind of block as Markdown', () => {
  const doc = docOf(
    { n: 'heading', a: { level: 2 }, c: ['Title'] },
    p('One ', { n: 'hardBreak' }, 'two'),
    { n: 'bulletList', c: [li(p('a'), { n: 'bulletList', c: [li(p('b'))] }), li(p('c'))] },
    { n: 'orderedList', a: { start: 3 }, c: [li(p('third')), li(p('fourth'))] },
    {
      n: 'taskList',
      c: [
        { n: 'taskItem', a: { checked: true }, c: [p('done')] },
        { n: 'taskItem', a: { checked: false }, c: [p('open')] },
      ],
    },
    { n: 'blockquote', c: [p('q'), p('r')] },
    { n: 'codeBlock', c: ['x = 1'] },
    { n: 'horizontalRule' },
  );
  expect(wordsOf(doc)).toBe(
    [
      '## Title',
      'One \ntwo',
      '- a\n  - b\n- c',
      '3. third\n4. fourth',
      '- [x] done\n- [ ] open',
      '> q\n> \n> r',
      '```\nx = 1\n```',
      '---\n',
    ].join('\n\n'),
  );
});

test('writes tables, callouts, images, formulas and mentions as Markdown', () => {
  const cell = (...c: Tree[]): Tree => ({ n: 'tableCell', c });
  const doc = docOf(
    {
      n: 'table',
      c: [
        { n: 'tableRow', c: [cell(p('a')), cell(p('b'))] },
        { n: 'tableRow', c: [cell(p('1 | 2'), p('3')), cell(p())] },
      ],
    },
    { n: 'callout', a: { kind: 'tip' }, c: [p('mind')] },
    { n: 'image', a: { src: '/files/abc', alt: 'A cat' } },
    { n: 'blockMath', a: { latex: 'a+b' } },
    p({ n: 'mention', a: { id: '7', label: 'Ada' } }, ' says ', { n: 'inlineMath', a: { latex: 'x' } }),
    p({ n: 'mention', a: { id: '7', mentionSuggestionChar: '#' } }, { n: 'hardBreak' }, { n: 'inlineMath' }),
  );
  expect(wordsOf(doc)).toBe(
    [
      '| a | b |\n| --- | --- |\n| 1 \\| 2 3 |  |',
      '> [!TIP]\n> mind',
      '![A cat](/files/abc)',
      '$$\na+b\n$$',
      '@Ada says $x$',
      '#7\n$$\n',
    ].join('\n\n'),
  );
});

test('what this version does not know still gives its words', () => {
  expect(wordsOf(docOf({ n: 'frame', c: [p('kept'), p('too')] }))).toBe('kept\n\ntoo\n');
});
