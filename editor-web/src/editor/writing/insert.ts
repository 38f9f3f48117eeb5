/** Puts blocks into a text: in place of an empty paragraph, else behind the block with the caret. */
import type { JSONContent, Editor as Tiptap } from '@tiptap/core';
import type { Node, ResolvedPos } from '@tiptap/pm/model';
import { NodeSelection, Selection, TextSelection, type Transaction } from '@tiptap/pm/state';

/** Where the caret goes: onto the node, into its first text, or to what follows it. */
type Then = 'node' | 'inside' | 'after';

/** Put a block in; false where none may stand. */
export function insertBlock(tiptap: Tiptap, content: JSONContent, then: Then): boolean {
  const node = tiptap.schema.nodeFromJSON(content);
  const { tr } = tiptap.state;
  const at = place(tr, node);
  if (at === null) return false;
  select(tr, at, node, then);
  tiptap.view.dispatch(tr.scrollIntoView());
  tiptap.view.focus();
  return true;
}

/** Put in a table with a header row, and the caret into its first cell. */
export function insertTable(tiptap: Tiptap, rows: number, columns: number): void {
  const row = (type: string) => ({
    type: 'tableRow',
    content: Array.from({ length: columns }, () => ({ type, content: [{ type: 'paragraph' }] })),
  });
  const content = [row('tableHeader'), ...Array.from({ length: rows - 1 }, () => row('tableCell'))];
  insertBlock(tiptap, { type: 'table', content }, 'inside');
}

/** Put `node` in and answer where it stands. */
export function place(tr: Transaction, node: Node): number | null {
  const { $from, $to } = tr.selection;
  const empty = $from.parent.type.name === 'paragraph' && $from.parent.content.size === 0 && $from.sameParent($to);
  if (empty && fits($from, $from.depth - 1, node, true)) {
    const at = $from.before();
    tr.replaceWith(at, $from.after(), node);
    return at;
  }
  for (let depth = $to.depth; depth >= 0; depth -= 1) {
    if (depth === $to.depth && $to.parent.isTextblock) continue;
    if (!fits($to, depth, node, false)) continue;
    const at = depth === $to.depth ? $to.pos : $to.after(depth + 1);
    tr.insert(at, node);
    return at;
  }
  return null;
}

function fits($pos: ResolvedPos, depth: number, node: Node, replaces: boolean): boolean {
  // Tables in tables cannot be edited well, and few formats know them.
  if (node.type.name === 'table') {
    for (let at = depth; at > 0; at -= 1) if ($pos.node(at).type.spec.tableRole) return false;
  }
  const index = replaces ? $pos.index(depth) : $pos.indexAfter(depth);
  return $pos.node(depth).canReplaceWith(index, replaces ? $pos.indexAfter(depth) : index, node.type);
}

/** Put the caret where one goes on after a block was put in. */
export function select(tr: Transaction, at: number, node: Node, then: Then): void {
  const end = at + node.nodeSize;
  // There must be a place to go on writing.
  const $end = tr.doc.resolve(end);
  if (!$end.nodeAfter) {
    const paragraph = tr.doc.type.schema.nodes.paragraph;
    if (paragraph && $end.parent.canReplaceWith($end.index(), $end.index(), paragraph)) {
      tr.insert(end, paragraph.create());
    }
  }
  if (then === 'node') tr.setSelection(NodeSelection.create(tr.doc, at));
  else if (then === 'inside') tr.setSelection(Selection.near(tr.doc.resolve(at + 1)));
  else tr.setSelection(TextSelection.near(tr.doc.resolve(end)));
}
