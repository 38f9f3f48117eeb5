/**
 * Tables: four nodes with the names, attributes and roles of Tiptap's own.
 *
 * Only what a table is stands here. How it is edited (selecting cells, adding columns, mending what a paste broke)
 * is ProseMirror's table code, which finds these nodes by their roles and is loaded when a document first needs it.
 */
import { type Editor, mergeAttributes, Node } from '@tiptap/core';
import { addPlugins } from '../late';
import { TableView } from './tableView';

declare module '@tiptap/core' {
  interface NodeConfig<Options, Storage> {
    /** What a node is to ProseMirror's table code. */
    tableRole?: string;
  }
}

type Alignment = 'left' | 'center' | 'right';

const ALIGNMENTS: readonly string[] = ['left', 'center', 'right'] satisfies Alignment[];

export const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  tableRole: 'table',
  extendNodeSchema: ({ config }) => (config.tableRole ? { tableRole: config.tableRole } : {}),
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]],
  addNodeView() {
    const { editor } = this;
    let asked = false;
    return ({ node }) => {
      if (!asked) void addTableEditing(editor);
      asked = true;
      return new TableView(node);
    };
  },
});

export const TableRow = Node.create({
  name: 'tableRow',
  content: '(tableCell | tableHeader)*',
  tableRole: 'row',
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: ({ HTMLAttributes }) => ['tr', HTMLAttributes, 0],
});

export const TableCell = cell('tableCell', 'td', 'cell');
export const TableHeader = cell('tableHeader', 'th', 'header_cell');

function cell(name: string, tag: string, tableRole: string): Node {
  return Node.create({
    name,
    content: 'block+',
    isolating: true,
    tableRole,
    addAttributes: () => ({
      colspan: { default: 1, parseHTML: (element: HTMLElement) => span(element, 'colspan') },
      rowspan: { default: 1, parseHTML: (element: HTMLElement) => span(element, 'rowspan') },
      colwidth: { default: null, parseHTML: widths, rendered: false },
      align: { default: null, parseHTML: alignment, rendered: false },
    }),
    parseHTML: () => [{ tag }],
    renderHTML({ HTMLAttributes, node }) {
      const { align, colwidth } = node.attrs as { align: unknown; colwidth: unknown };
      return [
        tag,
        mergeAttributes(
          HTMLAttributes,
          ALIGNMENTS.includes(String(align)) ? { style: `text-align: ${align}` } : {},
          Array.isArray(colwidth) ? { 'data-colwidth': colwidth.join(',') } : {},
        ),
        0,
      ];
    },
  });
}

async function addTableEditing(editor: Editor): Promise<void> {
  const { localTableEditing } = await import('./tableEditing');
  if (editor.isDestroyed) return;
  const plugin = localTableEditing();
  if (!plugin.spec.key?.get(editor.state)) addPlugins(editor, [plugin]);
}

function span(element: HTMLElement, name: 'colspan' | 'rowspan'): number {
  const value = Number(element.getAttribute(name) ?? 1);
  return Number.isInteger(value) && value > 0 && value <= 1000 ? value : 1;
}

function widths(element: HTMLElement): number[] | null {
  const values = (element.getAttribute('data-colwidth') ?? '').split(',').map(Number);
  const fits = values.length === span(element, 'colspan') && values.every((value) => value > 0 && value < 10_000);
  return fits ? values : null;
}

function alignment(element: HTMLElement): string | null {
  const found = element.style.textAlign || (element.getAttribute('align') ?? '');
  return ALIGNMENTS.includes(found) ? found : null;
}
