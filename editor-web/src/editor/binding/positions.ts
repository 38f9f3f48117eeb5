/**
 * From positions in the editor to places in the words and back.
 *
 * y-tiptap counts through all blocks before a position. As long as editor and words are in step the block is known by
 * its number, and only what is in it must be counted.
 */
import type { Node } from '@tiptap/pm/model';
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition } from '@tiptap/y-tiptap';
import * as Y from 'yjs';

type AnyType = Y.AbstractType<unknown>;

export interface Mapped {
  readonly doc: Y.Doc;
  readonly type: Y.XmlFragment;
  readonly mapping: Map<unknown, Node | Node[]>;
  readonly blocksOf: (doc: Node) => readonly unknown[] | null;
}

/** The place in the words that a position of `doc` has. */
export function relative(binding: Mapped, doc: Node, pos: number): Y.RelativePosition {
  const $pos = doc.resolve(pos);
  const block = $pos.parent.isTextblock ? binding.blocksOf(doc)?.[$pos.index(0)] : undefined;
  if (!(block instanceof Y.XmlElement)) {
    return absolutePositionToRelativePosition(pos, binding.type, binding.mapping as never);
  }
  // A list that begins with this block, so that nothing before it is counted.
  const from = { _first: block._item } as unknown as Y.XmlFragment;
  return absolutePositionToRelativePosition(pos - $pos.before(1), from, binding.mapping as never);
}

/** The position in `doc` of a place that may have come from anybody; `null` where there is none. */
export function absolute(binding: Mapped, doc: Node, place: unknown): number | null {
  try {
    const position = Y.createRelativePositionFromJSON(place);
    const blocks = binding.blocksOf(doc);
    const found = blocks && Y.createAbsolutePositionFromRelativePosition(position, binding.doc);
    if (!blocks || !found) return null;
    const block = blockOf(found.type, binding.type);
    if (!block) {
      return relativePositionToAbsolutePosition(binding.doc, binding.type, position, binding.mapping as never);
    }
    const number = blocks.indexOf(block);
    if (number < 0) return null;
    let start = 0;
    for (let at = 0; at < number; at += 1) start += doc.child(at).nodeSize;
    return start + inside(binding, found.type, found.index, block);
  } catch {
    return null; // not a place at all
  }
}

/** The child of `root` that holds `type`. */
function blockOf(type: AnyType, root: Y.XmlFragment): AnyType | null {
  let at: AnyType | null = type;
  while (at && at.parent !== root) at = at.parent;
  return at;
}

/** Count from the start of a block to a place in it. */
function inside(binding: Mapped, type: AnyType, index: number, block: AnyType): number {
  let pos = type instanceof Y.XmlText ? index : 1 + sizeBefore(binding, type, index);
  for (let at = type; at !== block; at = at.parent as AnyType) {
    const parent = at.parent as AnyType;
    const siblings = (parent as Y.XmlElement).toArray();
    pos += 1 + sizeBefore(binding, parent, siblings.indexOf(at as Y.XmlElement));
  }
  return pos;
}

/** The sizes of so many children together. */
function sizeBefore(binding: Mapped, type: AnyType, count: number): number {
  let size = 0;
  for (const child of (type as Y.XmlElement).toArray().slice(0, count)) {
    const node = binding.mapping.get(child);
    if (child instanceof Y.XmlText) size += child.length;
    else if (node && !Array.isArray(node)) size += node.nodeSize;
    else throw new Error('A type without a node has no size.');
  }
  return size;
}
