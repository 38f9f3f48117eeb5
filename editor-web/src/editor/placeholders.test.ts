import { type Extensions, getSchema } from '@tiptap/core';
import { Transform } from '@tiptap/pm/transform';
import { initProseMirrorDoc, prosemirrorJSONToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import dump from '../../../server/coscribe/content/schema.json';
import type { ServedSchema } from '../collab/schema';
import { schema } from './extensions';
import { foreignRoot } from './foreign';
import { completed, supplemented } from './placeholders';

const words = { content: 'cannot show', formatting: 'cannot show' };
const served = dump as ServedSchema;
const NEW = ['table', 'tableRow', 'tableCell', 'tableHeader', 'image', 'inlineMath', 'blockMath', 'mention'].concat([
  'callout',
  'textAlign',
  'subscript',
  'superscript',
  'textStyle',
  'taskList',
  'taskItem',
]);
/** The schema of an editor from before. */
const old: Extensions = schema.filter(({ name }) => !NEW.includes(name));

const text = (words: string, ...marks: object[]) => ({ type: 'text', text: words, marks });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const cell = (type: string, words: string) => ({ type, attrs: { colspan: 2 }, content: [paragraph(text(words))] });

const everything = {
  type: 'doc',
  content: [
    { type: 'paragraph', attrs: { textAlign: 'right' }, content: [text('to the right')] },
    paragraph(text('H'), text('2', { type: 'subscript' }), text('O', { type: 'textStyle', attrs: { color: 'red' } })),
    paragraph(text('with '), { type: 'inlineMath', attrs: { latex: 'x^2' } }, text(' by '), {
      type: 'mention',
      attrs: { id: '7', label: 'Ada' },
    }),
    {
      type: 'table',
      content: [
        { type: 'tableRow', content: [cell('tableHeader', 'a')] },
        { type: 'tableRow', content: [cell('tableCell', 'b')] },
      ],
    },
    { type: 'image', attrs: { src: '/files/abc', width: 12, caption: 'A cat' } },
    { type: 'blockMath', attrs: { latex: 'e = mc^2' } },
    { type: 'callout', attrs: { kind: 'tip' }, content: [paragraph(text('mind')), { type: 'blockMath' }] },
    { type: 'taskList', content: [{ type: 'taskItem', attrs: { checked: true }, content: [paragraph(text('do'))] }] },
    { type: 'blockquote', content: [{ type: 'image', attrs: { src: '/files/def' } }] },
    paragraph(text('elsewhere')),
  ],
};

function documentOf(json: object): Y.XmlFragment {
  const fragment = new Y.Doc().getXmlFragment('default');
  return prosemirrorJSONToYXmlFragment(getSchema(schema), json, fragment);
}

function last(fragment: Y.XmlFragment): Y.XmlElement {
  return fragment.get(fragment.length - 1) as Y.XmlElement;
}

/** Open a document as the binding does, write a word at its end, and say what became of it. */
function writeInto(fragment: Y.XmlFragment, extensions: Extensions): { before: string; after: string } {
  const before = fragment.toString();
  const { doc, mapping } = initProseMirrorDoc(fragment, getSchema(extensions));
  const changed = new Transform(doc).insert(doc.content.size - 1, doc.type.schema.text('!!!')).doc;
  updateYFragment(fragment.doc as Y.Doc, fragment, changed, { mapping, isOMark: new Map() });
  return { before, after: fragment.toString() };
}

function opened(fragment: Y.XmlFragment, from: ServedSchema | null): Extensions {
  const extensions = completed(old, from, fragment, words);
  expect(extensions).not.toBeNull();
  return extensions ?? [];
}

test('without placeholders an old editor deletes what it does not know', () => {
  const { before, after } = writeInto(documentOf(everything), old);
  expect(before).toContain('<table>');
  expect(after).not.toContain('<table>');
});

describe.each([
  ['as the server tells of it', served],
  ['as the document shows it', null],
])('what an old editor does not know, %s', (_, from) => {
  test('stays while a word is written elsewhere', () => {
    const fragment = documentOf(everything);
    const { before, after } = writeInto(fragment, opened(fragment, from));
    expect(after).not.toBe(before);
    expect(after.replace('!!!', '')).toBe(before);
  });

  test('stays in the very paragraph that is written in', () => {
    const fragment = documentOf({
      type: 'doc',
      content: [{ ...everything.content[2], attrs: { textAlign: 'center' } }],
    });
    fragment.doc?.transact(() => (last(fragment).get(0) as Y.XmlText).format(0, 4, { superscript: {} }));
    last(fragment).insert(last(fragment).length, [new Y.XmlText('end')]);
    const { before, after } = writeInto(fragment, opened(fragment, from));
    expect(after.replace('!!!', '')).toBe(before);
  });

  test('has a place for all that the document holds', () => {
    const fragment = documentOf(everything);
    expect(foreignRoot(fragment, getSchema(opened(fragment, from)))).toBeNull();
  });
});

describe('what not even the server knows', () => {
  const strange = (change: (fragment: Y.XmlFragment) => void) => {
    const fragment = documentOf({ type: 'doc', content: [paragraph(text('known')), paragraph(text('end'))] });
    change(fragment);
    return fragment;
  };
  const element = (name: string, ...inside: Array<Y.XmlElement | Y.XmlText>) => {
    const made = new Y.XmlElement(name);
    made.insert(0, inside);
    return made;
  };

  test.each<[string, (fragment: Y.XmlFragment) => void]>([
    ['a leaf', (fragment) => fragment.insert(1, [element('rule')])],
    ['a tree', (fragment) => fragment.insert(1, [element('columns', element('column', element('paragraph')))])],
    ['words of its own', (fragment) => fragment.insert(1, [element('verse', new Y.XmlText('words'))])],
    ['one in a quote', (fragment) => fragment.insert(1, [element('blockquote', element('rule'))])],
    ['one in a line', (fragment) => last(fragment).insert(0, [element('emoji')])],
    ['an attribute of a node', (fragment) => (fragment.get(0) as Y.XmlElement).setAttribute('indent', '2')],
    ['an attribute of the node that is written in', (fragment) => last(fragment).setAttribute('indent', '2')],
    ['a mark', (fragment) => (last(fragment).get(0) as Y.XmlText).format(0, 2, { spell: { lang: 'de' } })],
    [
      'marks upon each other',
      (fragment) =>
        (last(fragment).get(0) as Y.XmlText).format(0, 2, { 'note--aaaaaaaa': { id: 1 }, 'note--bbbbbbbb': { id: 2 } }),
    ],
    ['an attribute of a mark', (fragment) => (last(fragment).get(0) as Y.XmlText).format(0, 2, { bold: { w: 900 } })],
  ])('%s stays', (_, change) => {
    const fragment = strange(change);
    const { before, after } = writeInto(fragment, opened(fragment, served));
    if (!before.includes('note--')) expect(after.replace('!!!', '')).toBe(before);
    else expect(after.match(/<note--[^ ]+ id="[12]"/g)).toHaveLength(2);
  });

  test.each<[string, (fragment: Y.XmlFragment) => void]>([
    ['loose words', (fragment) => fragment.insert(0, [new Y.XmlText('x')])],
    ['an embed', (fragment) => (last(fragment).get(0) as Y.XmlText).insertEmbed(1, { image: '#' })],
    ['one where its parent takes no other', (fragment) => fragment.insert(1, [element('bulletList', element('rule'))])],
    [
      'a name that is both a block and a word',
      (fragment) => {
        fragment.insert(1, [element('odd')]);
        last(fragment).insert(0, [element('odd')]);
      },
    ],
    [
      'a node that holds words and blocks',
      (fragment) => fragment.insert(1, [element('odd', new Y.XmlText('x'), element('paragraph'))]),
    ],
  ])('%s keeps the document closed', (_, change) => {
    expect(completed(old, served, strange(change), words)).toBeNull();
  });
});

test('nodes that are known may hold what they are told to hold', () => {
  const facts = {
    nodes: { ...served.nodes, listItem: { content: '(paragraph | figure) block*' }, figure: {} },
    marks: {},
  };
  const { nodes } = getSchema(supplemented(old, facts, words));
  expect(nodes.listItem?.spec.content).toBe('(paragraph | figure) block*');
  expect(nodes.figure?.isAtom).toBe(true);
});

test('a paragraph stays what an empty document is filled with', () => {
  const { nodes } = getSchema(supplemented(old, served, words));
  expect(nodes.doc?.createAndFill()?.firstChild?.type.name).toBe('paragraph');
});
