/** Draws a table: in a box that scrolls sideways, with the widths of its columns, which stand in its first row. */
import type { Node } from '@tiptap/pm/model';
import type { NodeView, ViewMutationRecord } from '@tiptap/pm/view';

export class TableView implements NodeView {
  readonly dom = document.createElement('div');
  readonly contentDOM = document.createElement('tbody');
  readonly #columns = document.createElement('colgroup');
  #node: Node;

  constructor(node: Node) {
    this.#node = node;
    const table = document.createElement('table');
    table.append(this.#columns, this.contentDOM);
    this.dom.className = 'table';
    this.dom.append(table);
    this.#draw();
  }

  update(node: Node): boolean {
    if (node.type !== this.#node.type) return false;
    this.#node = node;
    this.#draw();
    return true;
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== 'selection' && !this.contentDOM.contains(mutation.target);
  }

  #draw(): void {
    const widths = columnWidths(this.#node);
    const columns = this.#columns;
    while (columns.children.length > widths.length) columns.lastChild?.remove();
    while (columns.children.length < widths.length) columns.append(document.createElement('col'));
    widths.forEach((width, index) => {
      (columns.children[index] as HTMLElement).style.width = width === null ? '' : `${width}px`;
    });
  }
}

/** The widths in pixels, `null` for a column that takes what is left. */
export function columnWidths(table: Node): Array<number | null> {
  const widths: Array<number | null> = [];
  table.firstChild?.forEach((cell) => {
    const { colspan, colwidth } = cell.attrs as { colspan: unknown; colwidth: unknown };
    const given: unknown[] = Array.isArray(colwidth) ? colwidth : [];
    const columns = typeof colspan === 'number' ? Math.min(Math.max(1, colspan), 1000) : 1;
    for (let at = 0; at < columns; at += 1) {
      const width = given[at];
      widths.push(typeof width === 'number' && width > 0 && width < 10_000 ? width : null);
    }
  });
  return widths;
}
