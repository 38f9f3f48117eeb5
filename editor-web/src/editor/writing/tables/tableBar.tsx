import {
  AlignCenter,
  AlignLeft,
  AlignRight,
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  Columns3,
  type IconNode,
  PanelLeft,
  PanelTop,
  Plus,
  Rows3,
  TableCellsMerge,
  TableCellsSplit,
  Trash2,
} from 'lucide';
import { writingWords } from '../../../i18n/writing';
import { Icon } from '../../../ui/icon';
import { Popover } from '../../../ui/popover';
import { Bar, BarButton } from '../bar';
import { MenuItem } from '../menuItem';
import type { Tools } from '../writing';
import { ColumnEdges } from './columnEdges';
import {
  addAfter,
  addBefore,
  align,
  alongTable,
  canMerge,
  canSplit,
  hasHeader,
  header,
  inTable,
  type Line,
  merge,
  remove,
  removeTable,
  split,
} from './commands';
import { tableAt, tableElement } from './geometry';

/** What one can do to the table that is being written in. */
export function TableBar({ tools }: { tools: Tools }) {
  const { state, focused, dragging } = tools.seen.value;
  const say = writingWords.value.table;
  if (!focused || dragging || !inTable(state)) return null;
  const table = tableAt(state);
  const element = table && tableElement(tools.tiptap.view, table.pos);
  if (!table || !element) return null;
  const { tiptap } = tools;
  return (
    <>
      <ColumnEdges tools={tools} table={table} element={element} />
      <Bar tools={tools} label={say.tools} anchor={element.getBoundingClientRect()} prefer="above" end>
        <LineMenu tools={tools} line="row" />
        <LineMenu tools={tools} line="column" />
        <BarButton icon={TableCellsMerge} label={say.merge} disabled={!canMerge(state)} onPress={() => merge(tiptap)} />
        <BarButton icon={TableCellsSplit} label={say.split} disabled={!canSplit(state)} onPress={() => split(tiptap)} />
        <BarButton icon={Trash2} label={say.remove} onPress={() => removeTable(tiptap)} />
      </Bar>
    </>
  );
}

interface Entry {
  readonly icon: IconNode;
  readonly label: string;
  readonly keys?: string;
  readonly checked?: boolean;
  readonly run: () => void;
}

function LineMenu({ tools, line }: { tools: Tools; line: Line }) {
  const say = writingWords.value.table;
  return (
    <Popover
      kind="menu"
      class="tool"
      label={say[line]}
      trigger={<Icon of={line === 'row' ? Rows3 : Columns3} />}
      tabIndex={0}
    >
      {(close) =>
        inTable(tools.seen.value.state) &&
        entries(tools, line).map(({ icon, label, keys, checked, run }) => (
          <MenuItem
            key={label}
            icon={icon}
            label={label}
            keys={keys}
            checked={checked}
            onPress={() => {
              close();
              run();
            }}
          />
        ))
      }
    </Popover>
  );
}

function entries({ tiptap }: Tools, line: Line): readonly Entry[] {
  const say = writingWords.value.table;
  const row = line === 'row';
  const own = (icon: IconNode, label: string, run: () => unknown, rest: Partial<Entry> = {}): Entry => ({
    icon,
    label,
    run: () => void run(),
    ...rest,
  });
  const move = (step: -1 | 1) => () => alongTable(line, step)(tiptap);
  return [
    own(Plus, row ? say.rowAbove : say.columnBefore, () => addBefore[line](tiptap)),
    own(Plus, row ? say.rowBelow : say.columnAfter, () => addAfter[line](tiptap)),
    own(row ? ArrowUp : ArrowLeft, row ? say.rowUp : say.columnLeft, move(-1), { keys: row ? 'Alt+⇧+↑' : 'Alt+⇧+←' }),
    own(row ? ArrowDown : ArrowRight, row ? say.rowDown : say.columnRight, move(1), {
      keys: row ? 'Alt+⇧+↓' : 'Alt+⇧+→',
    }),
    own(row ? PanelTop : PanelLeft, row ? say.headerRow : say.headerColumn, () => header[line](tiptap), {
      checked: hasHeader(tiptap.state, line),
    }),
    ...(row
      ? []
      : [
          own(AlignLeft, say.left, () => align('left')(tiptap)),
          own(AlignCenter, say.center, () => align('center')(tiptap)),
          own(AlignRight, say.right, () => align('right')(tiptap)),
        ]),
    own(Trash2, row ? say.removeRow : say.removeColumn, () => remove[line](tiptap)),
  ];
}
