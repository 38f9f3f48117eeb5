import { getSchema } from '@tiptap/core';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { schema } from './extensions';
import { foreignRoot, lacks, watchForeign } from './foreign';

const known = getSchema(schema);

function element(name: string, ...children: Array<Y.XmlElement | Y.XmlText>): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.insert(0, children);
  return made;
}

function marked(name: string, value: unknown = {}): Y.XmlText {
  const text = new Y.XmlText();
  text.insert(0, 'words', { [name]: value as object });
  return text;
}

function attributed(name: string, attribute: string): Y.XmlElement {
  const made = new Y.XmlElement(name);
  made.setAttribute(attribute, 'x');
  return made;
}

function found(...children: Array<Y.XmlElement | Y.XmlText>): string | null {
  const fragment = new Y.Doc().getXmlFragment('default');
  fragment.insert(0, children);
  return foreignRoot(fragment, known);
}

describe('what the schema does not know', () => {
  test('an ordinary document holds nothing of it', () => {
    expect(found()).toBeNull();
    expect(found(element('paragraph', marked('bold')), element('bulletList', element('listItem')))).toBeNull();
    expect(found(attributed('heading', 'textAlign'), element('paragraph', marked('bold', true)))).toBeNull();
  });

  test('is found as a node, at any depth', () => {
    expect(found(element('widget'))).toBe('widget');
    expect(found(element('blockquote', element('chart')))).toBe('chart');
    expect(found(element('constructor'))).toBe('constructor');
  });

  test('is found as a mark, also one with a hash behind its name', () => {
    expect(found(element('paragraph', marked('comment')))).toBe('comment');
    expect(found(element('paragraph', marked('comment--aB3+/x9=')))).toBe('comment');
    expect(found(element('paragraph', marked('link--aB3+/x9=')))).toBeNull();
  });

  test('is found as an attribute of a node or a mark', () => {
    expect(found(attributed('paragraph', 'indent'))).toBe('paragraph.indent');
    expect(found(element('paragraph', marked('link', { href: '#', rank: 1 })))).toBe('link.rank');
  });

  test('is found as words outside of any block', () => expect(found(new Y.XmlText('loose'))).toBe('text'));
});

test('a served schema lacks nothing, or it does', () => {
  const none = { nodes: {}, marks: {} };
  expect(lacks(known, none)).toBe(false);
  expect(lacks(known, { nodes: { paragraph: { attrs: { textAlign: {} } } }, marks: { bold: {} } })).toBe(false);
  expect(lacks(known, { ...none, nodes: { chart: {} } })).toBe(true);
  expect(lacks(known, { ...none, nodes: { paragraph: { attrs: { indent: {} } } } })).toBe(true);
  expect(lacks(known, { ...none, marks: { comment: {} } })).toBe(true);
});

describe('watchForeign', () => {
  function watched(): { theirs: Y.XmlFragment; order: string[]; sync: () => void; mine: Y.Doc } {
    const mine = new Y.Doc();
    const other = new Y.Doc();
    const order: string[] = [];
    const fragment = mine.getXmlFragment('default');
    watchForeign(fragment, known, (name) => order.push(name));
    fragment.observeDeep(() => order.push('binding'));
    const sync = () => Y.applyUpdate(mine, Y.encodeStateAsUpdate(other, Y.encodeStateVector(mine)));
    return { theirs: other.getXmlFragment('default'), order, sync, mine };
  }

  test('tells of it before the binding would see, and delete, it', () => {
    const { theirs, order, sync } = watched();
    theirs.insert(0, [element('paragraph')]);
    sync();
    theirs.insert(1, [element('widget')]);
    sync();
    expect(order).toEqual(['binding', 'widget', 'binding']);
  });

  test.each([
    ['sparkle', (text: Y.XmlText) => text.format(0, 3, { sparkle: true })],
    ['link.rank', (text: Y.XmlText) => text.format(0, 3, { link: { href: '#', rank: 1 } })],
    ['embed', (text: Y.XmlText) => text.insertEmbed(1, { image: '#' })],
    ['paragraph.indent', (text: Y.XmlText) => (text.parent as Y.XmlElement).setAttribute('indent', '1')],
    ['chart', (text: Y.XmlText) => (text.parent as Y.XmlElement).insert(1, [element('chart', new Y.XmlText('x'))])],
  ])('finds %s put on known words', (name, change) => {
    const { theirs, order, sync } = watched();
    const text = new Y.XmlText('words');
    theirs.insert(0, [element('paragraph', text)]);
    sync();
    change(text);
    sync();
    expect(order).toEqual(['binding', name, 'binding']);
  });

  test('is silent about what is known, and about formatting that ends', () => {
    const { theirs, order, sync } = watched();
    const text = new Y.XmlText('words');
    theirs.insert(0, [element('paragraph', text)]);
    text.format(0, 3, { bold: {} });
    text.format(0, 2, { bold: null, sparkle: null });
    text.insert(5, ' more');
    (text.parent as Y.XmlElement).setAttribute('textAlign', 'center');
    sync();
    expect(order).toEqual(['binding']);
  });

  test('leaves other parts of the document alone', () => {
    const { theirs, order, sync } = watched();
    theirs.doc?.getMap('comments').set('a', new Y.XmlElement('anything'));
    sync();
    expect(order).toEqual([]);
  });
});
