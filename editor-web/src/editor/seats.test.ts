import { ySyncPluginKey } from '@tiptap/y-tiptap';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { watchSeats } from './seats';

const isTextblock = (name: string) => name === 'paragraph';

function element(name: string, ...children: Array<Y.XmlElement | Y.XmlText>): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.insert(0, children);
  return made;
}

function watched(): Y.XmlFragment {
  const fragment = new Y.Doc().getXmlFragment('default');
  watchSeats(fragment, isTextblock);
  return fragment;
}

function insert(fragment: Y.XmlFragment, block: Y.XmlElement, origin: unknown): void {
  fragment.doc?.transact(() => fragment.insert(fragment.length, [block]), origin);
}

test('a new empty block gets a text, also deep in a list; one with words, or no text block, does not', () => {
  const fragment = watched();
  insert(fragment, element('bulletList', element('listItem', element('paragraph'))), ySyncPluginKey);
  insert(fragment, element('paragraph', new Y.XmlText('words')), ySyncPluginKey);
  insert(fragment, element('horizontalRule'), ySyncPluginKey);
  const blocks = fragment.toArray() as Y.XmlElement[];
  expect(blocks.map((block) => block.length)).toEqual([1, 1, 0]);
  expect([...fragment.createTreeWalker(() => true)].filter((type) => type instanceof Y.XmlText)).toHaveLength(2);
});

test('what others made, and what did not come from the keys, is left alone', () => {
  const fragment = watched();
  insert(fragment, element('paragraph'), 'somebody');
  const other = new Y.Doc();
  other.getXmlFragment('default').insert(0, [element('paragraph')]);
  Y.applyUpdate(fragment.doc as Y.Doc, Y.encodeStateAsUpdate(other), ySyncPluginKey);
  expect(fragment.toArray().map((block) => (block as Y.XmlElement).length)).toEqual([0, 0]);
});

test('two people who begin in it at once write into the same text', () => {
  const fragment = watched();
  insert(fragment, element('paragraph'), ySyncPluginKey);
  const mine = fragment.doc as Y.Doc;
  const theirs = new Y.Doc();
  Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine));
  const text = (doc: Y.Doc) => (doc.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText;
  text(mine).insert(0, 'ab');
  text(theirs).insert(0, 'cd');
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs));
  expect((fragment.get(0) as Y.XmlElement).length).toBe(1);
  expect(['abcd', 'cdab']).toContain(text(mine).toString());
});
