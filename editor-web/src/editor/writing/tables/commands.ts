/** What one can do to the table that the selection stands in; thin names over ProseMirror's table code. */
import type { Editor as Tiptap } from '@tiptap/core';
import { type Command, type EditorState, TextSelection } from '@tiptap/pm/state';
import {
  addColumnAfter,
  addColumnBefore,
  addRowAfter,
  addRowBefore,
  CellSelection,
  deleteColumn,
  deleteRow,
  deleteTable,
  isInTable,
  mergeCells,
  moveTableColumn,
  moveTableRow,
  selectedRect,
  selectionCell,
  setCellAttr,
  splitCell,
  TableMap,
  toggleHeader,
} from '@tiptap/pm/tables';
import { beginStep } from '../history';

export type Line = 'row' | 'column';

const run =
  (command: Command) =>
  (tiptap: Tiptap): boolean => {
    beginStep(tiptap);
    const done = command(tiptap.state, tiptap.view.dispatch);
    tiptap.view.focus();
    return done;
  };

export const inTable = isInTable;

export const addBefore = { row: run(addRowBefore), column: run(addColumnBefore) };
export const addAfter = { row: run(addRowAfter), column: run(addColumnAfter) };
export const remove = { row: run(orTable(deleteRow, 'row')), column: run(orTable(deleteColumn, 'column')) };
export const header = {
  row: run(toggleHeader('row')),
  column: run(toggleHeader('column')),
};
export const removeTable = run(deleteTable);
export const merge = run(mergeCells);
export const split = run(splitCell);
export const align = (where: 'left' | 'center' | 'right') => run(setCellAttr('align', where === 'left' ? null : where));

export const canMerge = (state: EditorState): boolean => state.selection instanceof CellSelection && mergeCells(state);
export const canSplit = (state: EditorState): boolean => splitCell(state);

/** Move the selected rows or columns by one; true also where they stand at the edge already. */
export function alongTable(line: Line, step: -1 | 1): (tiptap: Tiptap) => boolean {
  return (tiptap) => {
    const { state } = tiptap;
    const { top, bottom, left, right, map, tableStart } = selectedRect(state);
    const [first, end, size] = line === 'row' ? [top, bottom, map.height] : [left, right, map.width];
    // Their neighbour goes to their other side: so several of them move as one.
    const [from, to] = step < 0 ? [first - 1, end - 1] : [end, first];
    if (from < 0 || from >= size) return true;
    const cell = selectionCell(state).pos;
    const inside = state.selection.head - cell;
    const place = map.findCell(cell - tableStart);
    const row = place.top + (line === 'row' ? step : 0);
    const column = place.left + (line === 'row' ? 0 : step);
    const command = (line === 'row' ? moveTableRow : moveTableColumn)({ from, to, select: false });
    beginStep(tiptap);
    command(state, (tr) => {
      const table = tr.doc.nodeAt(tableStart - 1);
      const at = table ? TableMap.get(table).map[row * map.width + column] : undefined;
      if (at !== undefined) tr.setSelection(TextSelection.near(tr.doc.resolve(tableStart + at + inside)));
      tiptap.view.dispatch(tr.scrollIntoView());
    });
    tiptap.view.focus();
    return true;
  };
}

/** Whether the first row, or the first column, is all headers. */
export function hasHeader(state: EditorState, line: Line): boolean {
  const { map, table } = selectedRect(state);
  const size = line === 'row' ? map.width : map.height;
  for (let at = 0; at < size; at += 1) {
    const pos = map.map[line === 'row' ? at : at * map.width];
    if (pos === undefined || table.nodeAt(pos)?.type.spec.tableRole !== 'header_cell') return false;
  }
  return true;
}

/** Taking away the last row or column takes the table away. */
function orTable(command: Command, line: Line): Command {
  return (state, dispatch, view) => {
    const { map, top, bottom, left, right } = selectedRect(state);
    const all = line === 'row' ? top === 0 && bottom === map.height : left === 0 && right === map.width;
    return (all ? deleteTable : command)(state, dispatch, view);
  };
}
