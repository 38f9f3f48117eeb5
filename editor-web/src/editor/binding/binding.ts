/**
 * Keeps ProseMirror's document and the words of a session the same, and compares no more than what changed.
 *
 * How a block is compared and stored is y-tiptap's, so that every client writes the same. Its own plugin compares all
 * blocks with each key and builds the whole document anew with each key of another person, which in a long document
 * takes longer than a frame. Here a block is the same as long as its node is, since nodes never change; whenever this
 * binding does not know what the other side holds, it falls back to comparing everything.
 */
import { Fragment, type Node, type Schema, Slice } from '@tiptap/pm/model';
import {
  AllSelection,
  type EditorState,
  NodeSelection,
  Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import {
  findAbsolutePositionAfterStructuralChange,
  initProseMirrorDoc,
  isMisresolvedAfterStructuralChange,
  relativePositionToAbsolutePosition,
  updateYFragment,
  ySyncPluginKey,
} from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { absolute, type Mapped, relative } from './positions';

/** As much of a view as is used: the tests have no browser. */
export type View = Pick<EditorView, 'state' | 'dispatch' | 'hasFocus' | 'coordsAtPos'>;

/** A selection that outlives a change of the words. */
export interface KeptSelection {
  readonly kind: 'all' | 'node' | 'text';
  readonly anchor: Y.RelativePosition;
  readonly head: Y.RelativePosition;
  readonly was: { readonly anchor: number; readonly head: number };
}

export class Binding implements Mapped {
  /** Which node, or which texts in a row, a type of the words is shown as. */
  readonly mapping: Mapped['mapping'] = new Map();
  /** y-tiptap's memory of which marks may overlap themselves. */
  readonly isOMark = new Map();
  readonly doc: Y.Doc;
  readonly type: Y.XmlFragment;
  /** The selection before the change of the words that is under way, unless the change is the editor's own. */
  before: KeptSelection | null = null;
  #view: View | null = null;
  #busy = false;
  /** The document that was last compared with the words, and whether it holds just what they do. */
  #seen: Node | null = null;
  #same = false;
  #blocks: readonly unknown[] | null = null;

  constructor(fragment: Y.XmlFragment) {
    if (!fragment.doc) throw new Error('A fragment can be bound only as part of a document.');
    this.doc = fragment.doc;
    this.type = fragment;
  }

  /** Build the document that the words make. */
  draw(schema: Schema): Node {
    return this.#exclusively(() => {
      const { doc, mapping } = initProseMirrorDoc(this.type, schema);
      this.mapping.clear();
      for (const [type, node] of mapping) this.mapping.set(type, node);
      const shown = doc.childCount > 0 ? doc : (schema.topNodeType.createAndFill() ?? doc);
      this.#know(shown, shown === doc);
      return shown;
    });
  }

  attach(view: View): void {
    this.#view = view;
    this.doc.on('beforeAllTransactions', this.#begins);
    this.doc.on('afterAllTransactions', this.#ends);
    this.type.observe(this.#restructured);
    this.type.observeDeep(this.#changed);
  }

  detach(): void {
    this.#view = null;
    this.doc.off('beforeAllTransactions', this.#begins);
    this.doc.off('afterAllTransactions', this.#ends);
    this.type.unobserve(this.#restructured);
    this.type.unobserveDeep(this.#changed);
  }

  /** Store what the editor holds by now. */
  store(state: EditorState, addToHistory: boolean): void {
    const { doc } = state;
    if (this.#busy || doc === this.#seen || this.#stillUntouched(doc)) return;
    this.#exclusively(() =>
      this.doc.transact((transaction) => {
        transaction.meta.set('addToHistory', addToHistory);
        this.#compare(doc);
      }, ySyncPluginKey),
    );
  }

  /** The blocks of the words, in the order of those in `doc`; `null` where the two are not in step. */
  blocksOf(doc: Node): readonly unknown[] | null {
    if (doc !== this.#seen || !this.#same) return null;
    this.#blocks ??= this.type.toArray();
    return this.#blocks.length === doc.childCount ? this.#blocks : null;
  }

  /** The selection as it will be found again, or `null` while editor and words are not in step. */
  keep({ doc, selection }: EditorState): KeptSelection | null {
    if (!this.blocksOf(doc)) return null;
    const { anchor, head } = selection;
    const kept = relative(this, doc, anchor);
    const kind = selection instanceof AllSelection ? 'all' : selection instanceof NodeSelection ? 'node' : 'text';
    const end = head === anchor ? kept : relative(this, doc, head);
    return { kind, anchor: kept, head: end, was: { anchor, head } };
  }

  /** Select again what was selected, where it still is; `from` is the document of before, if blocks may have moved. */
  restore(tr: Transaction, { kind, anchor, head, was }: KeptSelection, from: Node | null): void {
    const { doc } = tr;
    const find = (position: Y.RelativePosition, last: number) => {
      const quick = from ? null : absolute(this, doc, position);
      const found = quick ?? relativePositionToAbsolutePosition(this.doc, this.type, position, this.mapping as never);
      const pos = from && kind === 'text' ? recovered(doc, from, last, found) : found;
      return pos === null ? null : Math.min(pos, doc.content.size);
    };
    if (kind === 'all') {
      tr.setSelection(new AllSelection(doc));
      return;
    }
    const [start, end] = [find(anchor, was.anchor), find(head, was.head)];
    const [at, to] = [start ?? end, end ?? start];
    if (at === null || to === null) return;
    const isNode = kind === 'node' && doc.resolve(at).nodeAfter;
    tr.setSelection(isNode ? NodeSelection.create(doc, at) : TextSelection.between(doc.resolve(at), doc.resolve(to)));
  }

  #know(doc: Node, same: boolean): void {
    this.#seen = doc;
    this.#same = same;
    this.#blocks = null;
  }

  #exclusively<T>(work: () => T): T {
    const busy = this.#busy;
    this.#busy = true;
    try {
      return work();
    } finally {
      this.#busy = busy;
    }
  }

  readonly #begins = (): void => {
    if (this.#view && !this.#busy) this.before = this.keep(this.#view.state);
  };

  readonly #ends = (): void => {
    this.before = null;
  };

  readonly #restructured = (): void => {
    this.#blocks = null;
  };

  /** The empty paragraph of an empty document is stored only with the first word in it: else each reader would add one. */
  #stillUntouched(doc: Node): boolean {
    return this.type.length === 0 && !this.#same && Boolean(doc.type.createAndFill()?.eq(doc));
  }

  #compare(doc: Node): void {
    const [block, node] = this.#onlyChange(doc) ?? [];
    if (block && node) {
      updateYFragment(this.doc, block, node, this as never);
      this.mapping.set(this.type, doc);
      this.#seen = doc;
    } else {
      updateYFragment(this.doc, this.type, doc, this as never);
      this.#know(doc, true);
    }
  }

  /** The one block that differs from before and is still of its kind, with its new node; `null` where there are others. */
  #onlyChange(doc: Node): [Y.XmlElement, Node] | null {
    const last = this.#seen;
    const blocks = last && this.blocksOf(last);
    if (!blocks || doc.childCount !== last.childCount) return null;
    const { start, end } = difference(last.children, doc.children);
    if (end - start !== 1) return null;
    const [block, node, before] = [blocks[start], doc.child(start), last.child(start)];
    if (!(block instanceof Y.XmlElement) || block.nodeName !== node.type.name) return null;
    return this.mapping.get(block) === before ? [block, node] : null;
  }

  readonly #changed = (_: unknown, transaction: Y.Transaction): void => {
    const view = this.#view;
    if (!view || this.#busy) return;
    this.#exclusively(() => {
      const { state } = view;
      const nodes = this.#nodes(state.schema, this.#forget(transaction));
      const { start, end, endBefore } = difference(state.doc.children, nodes);
      if (start === end && start === endBefore) {
        this.#know(state.doc, true);
        return;
      }
      const from = sizeOf(state.doc.children, 0, start);
      const to = from + sizeOf(state.doc.children, start, endBefore);
      const tr = this.#replaced(state, nodes, from, to, nodes.slice(start, end));
      // What is written above may not push the caret out of the window.
      const follows = from <= state.selection.head && caretIsSeen(view);
      const one = end - start === 1 && endBefore - start === 1;
      this.#select(tr, state, from, to, one);
      tr.setMeta('addToHistory', false);
      tr.setMeta(ySyncPluginKey, {
        isChangeOrigin: true,
        isUndoRedoOperation: transaction.origin instanceof Y.UndoManager,
      });
      if (follows) tr.scrollIntoView();
      view.dispatch(tr);
    });
  };

  /** Forget the nodes of all that changed and of all around it; returns those that the blocks had. */
  #forget(transaction: Y.Transaction): ReadonlyMap<unknown, Node> {
    const had = new Map<unknown, Node>();
    Y.iterateDeletedStructs(transaction, transaction.deleteSet, (struct) => {
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentType) this.mapping.delete(struct.content.type);
    });
    for (const type of transaction.changedParentTypes.keys()) {
      const node = this.mapping.get(type);
      if (node && !Array.isArray(node) && type.parent === this.type) had.set(type, node);
      this.mapping.delete(type);
    }
    return had;
  }

  /** The nodes of all blocks, of which only those that have none are built; what makes no node, y-tiptap deletes. */
  #nodes(schema: Schema, had: ReadonlyMap<unknown, Node>): Node[] {
    const nodes: Node[] = [];
    for (const block of this.type.toArray()) {
      const known = this.mapping.get(block);
      const node = known && !Array.isArray(known) ? known : this.#built(block, schema, had.get(block));
      if (node) nodes.push(node);
    }
    return nodes;
  }

  #built(block: unknown, schema: Schema, had: Node | undefined): Node | null {
    const { doc, mapping } = initProseMirrorDoc({ toArray: () => [block] } as never, schema);
    for (const [type, node] of mapping) this.mapping.set(type, node);
    if (!had || !doc.firstChild?.eq(had)) return doc.firstChild;
    this.mapping.set(block, had);
    return had;
  }

  #replaced(state: EditorState, nodes: readonly Node[], from: number, to: number, fresh: readonly Node[]): Transaction {
    const tr = state.tr.replace(from, to, new Slice(Fragment.from(fresh), 0, 0));
    if (isMadeOf(tr.doc, nodes)) {
      this.#know(tr.doc, true);
      return tr;
    }
    // Something that may not stand there: ProseMirror finds a way, from everything, as it does in every client.
    const all = state.tr.replace(0, state.doc.content.size, new Slice(Fragment.from(nodes), 0, 0));
    this.#know(all.doc, isMadeOf(all.doc, nodes));
    return all;
  }

  /** A selection outside the changed blocks moves with the text; one that touches them is found again by its letters. */
  #select(tr: Transaction, { doc, selection }: EditorState, from: number, to: number, one: boolean): void {
    if (selection.to < from || selection.from > to) return;
    if (this.before) this.restore(tr, this.before, one ? null : doc);
    else tr.setSelection(Selection.near(tr.doc.resolve(Math.min(selection.head, tr.doc.content.size))));
  }
}

interface Difference {
  /** The first place at which two lists differ, and where each of them ends to differ. */
  readonly start: number;
  readonly end: number;
  readonly endBefore: number;
}

function difference(before: readonly Node[], after: readonly Node[]): Difference {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < shorter - start && before[before.length - same - 1] === after[after.length - same - 1]) same += 1;
  return { start, end: after.length - same, endBefore: before.length - same };
}

function sizeOf(nodes: readonly Node[], start: number, end: number): number {
  let size = 0;
  for (let at = start; at < end; at += 1) size += nodes[at]?.nodeSize ?? 0;
  return size;
}

function isMadeOf(doc: Node, nodes: readonly Node[]): boolean {
  return doc.childCount === nodes.length && nodes.every((node, at) => doc.child(at) === node);
}

/** y-tiptap's ways to find a caret again whose block was moved, which the letters alone do not tell. */
function recovered(doc: Node, from: Node, last: number, found: number | null): number | null {
  const lost = found === null || (last > 1 && found <= 1) || isMisresolvedAfterStructuralChange(from, doc, last, found);
  return lost ? (findAbsolutePositionAfterStructuralChange(from, doc, last) ?? found) : found;
}

function caretIsSeen(view: View): boolean {
  if (!view.hasFocus()) return false;
  const { top, bottom } = view.coordsAtPos(view.state.selection.head);
  return bottom >= 0 && top <= innerHeight;
}
