/** Where the columns of a table stand in the window, and how they are given a width. */

import type { Node } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';
import { TableMap } from '@tiptap/pm/tables';
import type { EditorView } from '@tiptap/pm/view';

export const NARROWEST_PX = 48;
export const WIDEST_PX = 2_000;

export interface TableAt {
  readonly node: Node;
  readonly pos: number;
}

/** The innermost table around the selection. */
export function tableAt({ selection: { $from } }: EditorState): TableAt | null {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.spec.tableRole === 'table') return { node: $from.node(depth), pos: $from.before(depth) };
  }
  return null;
}

export function tableElement(view: EditorView, pos: number): HTMLTableElement | null {
  const dom = view.nodeDOM(pos);
  if (!(dom instanceof HTMLElement)) return null;
  return dom instanceof HTMLTableElement ? dom : dom.querySelector('table');
}

/** How wide each column is drawn, in pixels, measured at cells that span no other. */
export function columnWidths(view: EditorView, { node, pos }: TableAt): readonly number[] {
  const map = TableMap.get(node);
  return Array.from({ length: map.width }, (_, column) => {
    for (let row = 0; row < map.height; row += 1) {
      const at = map.map[row * map.width + column];
      if (at === undefined || node.nodeAt(at)?.attrs.colspan !== 1) continue;
      const cell = view.nodeDOM(pos + 1 + at);
      if (cell instanceof HTMLElement) return cell.getBoundingClientRect().width;
    }
    return 0;
  });
}

/** Each cell once, with the column in which it begins. */
function cells(table: Node): ReadonlyArray<{ readonly at: number; readonly column: number; readonly cell: Node }> {
  const map = TableMap.get(table);
  return [...new Set(map.map)].flatMap((at) => {
    const cell = table.nodeAt(at);
    return cell ? [{ at, column: map.findCell(at).left, cell }] : [];
  });
}

/** Draw these widths without storing them; the columns are no content, so nobody else hears of it. */
export function previewWidths(element: HTMLTableElement, widths: readonly number[]): void {
  element.querySelectorAll<HTMLElement>(':scope > colgroup > col').forEach((column, at) => {
    column.style.width = `${widths[at]}px`;
  });
}

/** Store these widths, as one change. */
export function setWidths(view: EditorView, { node, pos }: TableAt, widths: readonly number[]): void {
  const { tr } = view.state;
  for (const { at, column, cell } of cells(node)) {
    const colwidth = spanned(widths, column, cell).map(Math.round);
    if (String(colwidth) !== String(cell.attrs.colwidth)) tr.setNodeAttribute(pos + 1 + at, 'colwidth', colwidth);
  }
  if (tr.docChanged) view.dispatch(tr);
}

function spanned(widths: readonly number[], column: number, cell: Node): number[] {
  return widths.slice(column, column + Number(cell.attrs.colspan));
}
