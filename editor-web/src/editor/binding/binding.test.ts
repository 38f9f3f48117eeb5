import { getSchema } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { NodeSelection, TextSelection } from '@tiptap/pm/state';
import { canJoin, canSplit } from '@tiptap/pm/transform';
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPlugin,
  ySyncPluginKey,
  yXmlFragmentToProseMirrorRootNode,
} from '@tiptap/y-tiptap';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { schema as extensions } from '../extensions';
import { Binding } from './binding';
import { undoing, writing } from './collaboration';
import { FakeView } from './fakeView';
import { absolute, relative } from './positions';

const schema = getSchema(extensions);
const { paragraph, heading, bulletList, listItem, blockquote, blockMath, hardBreak, mention, bold } = {
  ...schema.nodes,
  ...schema.marks,
} as Record<string, never> as never as {
  [name in
    | 'paragraph'
    | 'heading'
    | 'bulletList'
    | 'listItem'
    | 'blockquote'
    | 'blockMath'
    | 'hardBreak'
    | 'mention']: NonNullable<(typeof schema.nodes)[string]>;
} & { bold: NonNullable<(typeof schema.marks)[string]> };

interface Peer {
  readonly doc: Y.Doc;
  readonly fragment: Y.XmlFragment;
  readonly view: FakeView;
  readonly binding: Binding | null;
  readonly undo: Y.UndoManager | null;
}

function peer(client: number, update?: Uint8Array): Peer {
  const [doc, fragment] = words(client, update);
  const binding = new Binding(fragment);
  const undo = undoOf(fragment);
  const start = binding.draw(schema);
  const view = new FakeView(schema, [writing(binding, undo), undoing(binding, undo)], start);
  return { doc, fragment, view, binding, undo };
}

/** One with y-tiptap's own plugin. */
function stockPeer(client: number, update?: Uint8Array): Peer {
  const [doc, fragment] = words(client, update);
  undoOf(fragment); // keeps what is deleted, in both
  return { doc, fragment, view: new FakeView(schema, [ySyncPlugin(fragment)]), binding: null, undo: null };
}

function undoOf(fragment: Y.XmlFragment): Y.UndoManager {
  return new Y.UndoManager(fragment, { trackedOrigins: new Set([ySyncPluginKey]), captureTimeout: 0 });
}

function words(client: number, update?: Uint8Array): [Y.Doc, Y.XmlFragment] {
  const doc = new Y.Doc();
  doc.clientID = client;
  if (update) Y.applyUpdate(doc, update);
  return [doc, doc.getXmlFragment('default')];
}

function text(words: string): Node {
  return schema.text(words);
}

function updateOf(...blocks: Node[]): Uint8Array {
  const one = stockPeer(7);
  one.view.dispatch(one.view.state.tr.replaceWith(0, one.view.state.doc.content.size, blocks));
  return Y.encodeStateAsUpdate(one.doc);
}

function start(): Uint8Array {
  return updateOf(
    heading.create({ level: 1 }, text('Title')),
    paragraph.create(null, text('one two three')),
    paragraph.create(),
    bulletList.create(null, [
      listItem.create(null, paragraph.create(null, text('first'))),
      listItem.create(null, [paragraph.create(null, text('second')), paragraph.create(null, text('more'))]),
    ]),
    paragraph.create(null, [text('a '), mention.create({ id: '1', label: 'Ada' }), hardBreak.create(), text('b')]),
    blockMath.create({ latex: 'x' }),
    blockquote.create(null, [paragraph.create(null, text('said'))]),
    paragraph.create(null, text('The end.')),
  );
}

/** As in Numerical Recipes; a failing test names its seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Change something, as people do. */
function edit({ view }: Peer, pick: (below: number) => number): void {
  const { tr, doc } = view.state;
  const places: number[] = [];
  doc.descendants((node, pos) => {
    if (node.isTextblock) for (let at = 0; at <= node.content.size; at += 1) places.push(pos + 1 + at);
    return !node.isTextblock;
  });
  const pos = places[pick(places.length)] ?? 1;
  const block = pick(doc.childCount);
  let from = 0;
  for (let at = 0; at < block; at += 1) from += doc.child(at).nodeSize;
  const node = doc.child(block);
  const letters = 'abc def'.slice(0, 1 + pick(6));
  const kinds: Array<() => unknown> = [
    () => tr.insertText(letters, pos),
    () => tr.insertText(letters, pos),
    () => tr.insertText(letters, pos),
    () => tr.delete(pos, Math.min(pos + 1 + pick(6), doc.resolve(pos).end())),
    () => canSplit(doc, pos) && tr.split(pos),
    () => canJoin(doc, from) && tr.join(from),
    () => tr.addMark(pos, doc.resolve(pos).end(), bold.create()),
    () => tr.setBlockType(pos, pos, pick(2) ? heading : paragraph, pick(2) ? { level: 2 } : null),
    () => tr.insert(pos, pick(2) ? hardBreak.create() : mention.create({ id: '2', label: 'Bo' })),
    () => doc.childCount > 2 && tr.delete(from, from + node.nodeSize),
    () => tr.insert(from, schema.nodeFromJSON(node.toJSON())),
    () => doc.childCount > 2 && tr.delete(from, from + node.nodeSize).insert(0, node),
    () => tr.insert(from, paragraph.create()),
    () => tr.insert(from, blockMath.create({ latex: letters })),
    () => node.isTextblock && tr.replaceWith(from, from + node.nodeSize, blockquote.create(null, node)),
    () => tr.delete(pos, places[Math.min(places.length - 1, places.indexOf(pos) + pick(12))] ?? pos),
  ];
  try {
    kinds[pick(kinds.length)]?.();
  } catch (error) {
    if ((error as Error).name !== 'TransformError') throw error; // not there
  }
  if (pick(2)) tr.setSelection(TextSelection.near(tr.doc.resolve(pick(tr.doc.content.size))));
  view.dispatch(tr);
}

function shows({ view, fragment }: Peer): void {
  view.state.doc.check();
  if (fragment.length === 0) return;
  expect(stored(view.state.doc)).toEqual(stored(yXmlFragmentToProseMirrorRootNode(fragment, schema)));
}

/** Marks on what is no text are known here only, until the block is built anew: y-tiptap stores none. */
function stored(doc: Node): unknown {
  return JSON.parse(JSON.stringify(doc), (_, value) => {
    if (value?.marks && value.type !== 'text') delete value.marks;
    return value;
  });
}

function exchange(from: Peer, to: Peer): void {
  Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), 'elsewhere');
}

/** Every place a caret can be in, counted our way and y-tiptap's. */
function agrees({ binding, view: { state } }: Peer): void {
  if (!binding) return;
  expect(binding.blocksOf(state.doc)).not.toBeNull();
  state.doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    for (let at = pos + 1; at <= pos + 1 + node.content.size; at += 1) {
      const place = relative(binding, state.doc, at);
      expect(place).toEqual(absolutePositionToRelativePosition(at, binding.type, binding.mapping as never));
      const stock = relativePositionToAbsolutePosition(binding.doc, binding.type, place, binding.mapping as never);
      const ours = absolute(binding, state.doc, Y.relativePositionToJSON(place));
      if (stock !== null) expect(ours).toBe(stock);
    }
    return false;
  });
}

describe('on random edits', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))('stores the very bytes that y-tiptap does (%i)', (seed) => {
    const update = start();
    const [ours, stock] = [peer(1, update), stockPeer(1, update)];
    const picks = [random(seed), random(seed)] as const;
    for (let round = 0; round < 25; round += 1) {
      edit(ours, picks[0]);
      edit(stock, picks[1]);
    }
    expect(ours.view.state.doc.toJSON()).toEqual(stock.view.state.doc.toJSON());
    expect(Y.encodeStateAsUpdate(ours.doc)).toEqual(Y.encodeStateAsUpdate(stock.doc));
    shows(ours);
    agrees(ours);
  });

  test.each(Array.from({ length: 30 }, (_, seed) => seed))('three write the same document together (%i)', (seed) => {
    const update = start();
    const peers = [peer(1, update), peer(2, update), stockPeer(3, update)] as const;
    const pick = random(seed + 1_000);
    for (let round = 0; round < 40; round += 1) {
      const one = peers[pick(3)] as Peer;
      edit(one, pick);
      if (one.undo && pick(8) === 0) one.undo.undo();
      if (one.undo && pick(12) === 0) one.undo.redo();
      if (pick(2)) exchange(one, peers[pick(3)] as Peer);
      for (const each of peers.slice(0, 2)) shows(each);
      if (round % 8 === 0) for (const each of peers) agrees(each);
    }
    for (let times = 0; times < 2; times += 1)
      for (const from of peers) for (const to of peers) if (from !== to) exchange(from, to);
    for (const each of peers.slice(0, 2)) shows(each);
    expect(peers[0].fragment.toString()).toBe(peers[2].fragment.toString());
    expect(peers[1].fragment.toString()).toBe(peers[2].fragment.toString());
    expect(stored(peers[1].view.state.doc)).toEqual(stored(peers[0].view.state.doc));
  });
});

describe('what others write', () => {
  test('leaves all other blocks the nodes they are, and the selection where it is', () => {
    const [ours, other] = [peer(1, start()), peer(2, start())];
    const math = 5;
    let at = 0;
    for (let block = 0; block < math; block += 1) at += ours.view.state.doc.child(block).nodeSize;
    ours.view.dispatch(ours.view.state.tr.setSelection(NodeSelection.create(ours.view.state.doc, at)));
    const before = ours.view.state.doc;
    exchange(ours, other);
    other.view.dispatch(other.view.state.tr.insertText('!!', 1));
    exchange(other, ours);
    const { doc, selection } = ours.view.state;
    expect(doc.textContent).toContain('!!Title');
    for (let block = 1; block < doc.childCount; block += 1) expect(doc.child(block)).toBe(before.child(block));
    expect(selection).toBeInstanceOf(NodeSelection);
    expect(selection.from).toBe(at + 2);
  });

  test('in the same block moves the caret with its letters', () => {
    const [ours, other] = [peer(1, start()), peer(2, start())];
    const inTwo = 'Title'.length + 2 + 1 + 'one two'.length;
    ours.view.dispatch(ours.view.state.tr.setSelection(TextSelection.create(ours.view.state.doc, inTwo)));
    other.view.dispatch(other.view.state.tr.insertText('and ', inTwo - 'two'.length));
    exchange(other, ours);
    expect(ours.view.state.selection.head).toBe(inTwo + 'and '.length);
  });

  test('that changes nothing to see dispatches nothing', () => {
    const ours = peer(1, start());
    ours.view.transactions = [];
    ours.doc.transact(() => {
      const text = new Y.XmlText();
      (ours.fragment.get(2) as Y.XmlElement).insert(0, [text]);
    }, 'elsewhere');
    expect(ours.view.transactions).toEqual([]);
  });
});

describe('an empty document', () => {
  test('is not written to before the first word', () => {
    const ours = peer(1);
    expect(ours.view.state.doc.childCount).toBe(1);
    ours.view.dispatch(ours.view.state.tr.setMeta('anything', true));
    ours.view.dispatch(ours.view.state.tr.setNodeMarkup(0));
    expect(ours.fragment.length).toBe(0);
    ours.view.dispatch(ours.view.state.tr.insertText('a', 1));
    expect(ours.fragment.toString()).toBe('<paragraph>a</paragraph>');
  });

  test('takes the place of its paragraph from whoever writes first', () => {
    const [ours, other] = [peer(1), peer(2)];
    other.view.dispatch(other.view.state.tr.insertText('first', 1));
    exchange(other, ours);
    expect(ours.view.state.doc.textContent).toBe('first');
    ours.view.dispatch(ours.view.state.tr.insertText('!', 6));
    exchange(ours, other);
    expect(other.fragment.toString()).toBe('<paragraph>first!</paragraph>');
  });
});

test('undo puts the caret back where it was before the change', () => {
  const ours = peer(1, start());
  const { doc } = ours.view.state;
  ours.view.dispatch(ours.view.state.tr.setSelection(TextSelection.create(doc, 3)));
  ours.view.dispatch(ours.view.state.tr.insertText('xyz'));
  ours.view.dispatch(ours.view.state.tr.setSelection(TextSelection.create(ours.view.state.doc, 20)));
  ours.undo?.undo();
  expect(ours.view.state.doc.toJSON()).toEqual(doc.toJSON());
  expect(ours.view.state.selection.head).toBe(3);
});

test('a caret from anybody may be anything', () => {
  const { binding, view } = peer(1, start());
  if (!binding) throw new Error('no binding');
  for (const junk of [
    null,
    1,
    'x',
    {},
    { item: {} },
    { type: { client: 1, clock: 99 } },
    { tname: 'default', item: 3 },
  ])
    expect(() => absolute(binding, view.state.doc, junk)).not.toThrow();
});
