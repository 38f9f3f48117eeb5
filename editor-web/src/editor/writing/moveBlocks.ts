/** Moves, doubles and takes away whole blocks, as one change each. */
import type { Editor as Tiptap } from '@tiptap/core';
import { Fragment, type Node, type ResolvedPos, Slice } from '@tiptap/pm/model';
import { NodeSelection, type Selection, TextSelection } from '@tiptap/pm/state';

export interface Blocks {
  readonly from: number;
  readonly to: number;
  readonly parent: Node;
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** The blocks that a selection touches: list items in a list, else children of the innermost container. */
export function blocksOf(selection: Selection): Blocks | null {
  const { $from, $to } = selection;
  if (selection instanceof NodeSelection && selection.node.isBlock)
    return blocksAt($from, $from.depth, $from.index() + 1);
  const range = $from.blockRange($to, (node) => !node.isTextblock && !isOneOf(node, ['listItem', 'taskItem']));
  if (!range) return null;
  return { from: range.start, to: range.end, parent: range.parent, first: range.startIndex, end: range.endIndex };
}

/** Exchange the blocks with their neighbour above or below; false at the edge. */
export function moveBlock(tiptap: Tiptap, step: -1 | 1): boolean {
  const { state, view } = tiptap;
  const blocks = blocksOf(state.selection);
  const neighbour = blocks?.parent.maybeChild(step < 0 ? blocks.first - 1 : blocks.end);
  // The key is taken in any case: moving on over the edge must not select text.
  if (!blocks || !neighbour) return true;
  const { from, to } = blocks;
  const moved = state.doc.slice(from, to).content;
  const size = neighbour.nodeSize;
  const start = step < 0 ? from - size : from;
  const order = step < 0 ? moved.addToEnd(neighbour) : Fragment.from(neighbour).append(moved);
  const tr = state.tr.replace(start, start + moved.size + size, new Slice(order, 0, 0));
  const shift = step * size;
  const { selection } = state;
  tr.setSelection(
    selection instanceof NodeSelection
      ? NodeSelection.create(tr.doc, selection.from + shift)
      : TextSelection.create(tr.doc, selection.anchor + shift, selection.head + shift),
  );
  view.dispatch(tr.scrollIntoView());
  return true;
}

/** Put a copy of the block at `pos` behind it. */
export function duplicateBlock(tiptap: Tiptap, pos: number): void {
  const node = tiptap.state.doc.nodeAt(pos);
  if (!node) return;
  const { tr } = tiptap.state;
  const at = pos + node.nodeSize;
  // A node of its own: the binding tells blocks apart by their nodes.
  tr.insert(at, node.type.create(node.attrs, node.content, node.marks));
  tiptap.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at + 1))).scrollIntoView());
  tiptap.view.focus();
}

/** Take the block at `pos` away; the last one leaves an empty paragraph. */
export function deleteBlock(tiptap: Tiptap, pos: number): void {
  const { state, view } = tiptap;
  const node = state.doc.nodeAt(pos);
  const paragraph = state.schema.nodes.paragraph;
  if (!node || !paragraph) return;
  const { tr } = state;
  if (state.doc.childCount === 1 && pos === 0) tr.replaceWith(0, node.nodeSize, paragraph.create());
  else tr.delete(pos, pos + node.nodeSize);
  const near = Math.min(pos, tr.doc.content.size);
  view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(near))).scrollIntoView());
  view.focus();
}

/** Put the caret into, or the selection onto, the block at `pos`, so that commands meet it. */
export function selectBlock(tiptap: Tiptap, pos: number): void {
  const { doc } = tiptap.state;
  const node = doc.nodeAt(pos);
  if (!node) return;
  const selection = node.isAtom
    ? NodeSelection.create(doc, pos)
    : TextSelection.between(doc.resolve(pos + 1), doc.resolve(pos + node.nodeSize - 1));
  tiptap.view.dispatch(tiptap.state.tr.setSelection(selection));
}

function blocksAt($pos: ResolvedPos, depth: number, end: number): Blocks {
  const parent = $pos.node(depth);
  const first = $pos.index(depth);
  const from = $pos.posAtIndex(first, depth);
  return { from, to: $pos.posAtIndex(end, depth), parent, first, end };
}

function isOneOf(node: Node, names: readonly string[]): boolean {
  return names.includes(node.type.name);
}
