/**
 * How tables are edited: ProseMirror's own code, a part of its own because most documents hold no table.
 *
 * It mends tables with rows of different lengths. Here it does so only after a change of this person's: two people
 * who add a column at once leave such a table for a moment, and each of their editors would mend it for everybody.
 */
import { keydownHandler } from '@tiptap/pm/keymap';
import { type EditorState, Plugin } from '@tiptap/pm/state';
import { addRowAfter, goToNextCell, isInTable, tableEditing } from '@tiptap/pm/tables';
import { ySyncPluginKey } from '@tiptap/y-tiptap';

export function localTableEditing(): Plugin {
  const plugin = tableEditing();
  const { spec } = plugin;
  const { handleKeyDown } = plugin.props;
  return new Plugin({
    ...spec,
    props: {
      ...spec.props,
      handleKeyDown: (view, event) => moveOn(view, event) || (handleKeyDown?.call(plugin, view, event) ?? false),
    },
    appendTransaction(transactions, before, after) {
      if (transactions.some((one) => one.getMeta(ySyncPluginKey)?.isChangeOrigin)) return null;
      return spec.appendTransaction?.call(this, transactions, before, after);
    },
  });
}

/** To the next cell, and from the last one into a new row; in a list or in code the key has its own meaning. */
const moveOn = keydownHandler({
  Tab: (state, dispatch, view) => {
    if (!ownsTab(state)) return false;
    if (goToNextCell(1)(state, dispatch)) return true;
    if (!isInTable(state) || !addRowAfter(state, dispatch)) return false;
    return view ? goToNextCell(1)(view.state, view.dispatch) : true;
  },
  'Shift-Tab': (state, dispatch) => ownsTab(state) && goToNextCell(-1)(state, dispatch),
});

function ownsTab({ selection: { $head } }: EditorState): boolean {
  for (let depth = $head.depth; depth > 0; depth -= 1) {
    const { name, spec } = $head.node(depth).type;
    if (spec.tableRole) return true;
    if (spec.code || /^(list|task)Item$/.test(name)) return false;
  }
  return true; // whole cells are selected
}
