/** The keys of the writing tools. */
import { keydownHandler } from '@tiptap/pm/keymap';
import { Plugin } from '@tiptap/pm/state';
import { moveBlock } from './moveBlocks';
import { alongTable, inTable } from './tables/commands';
import type { Tools } from './writing';

export function keys(tools: Tools): Plugin {
  const move = (step: -1 | 1) => () =>
    inTable(tools.tiptap.state) ? alongTable('row', step)(tools.tiptap) : moveBlock(tools.tiptap, step);
  const moveColumn = (step: -1 | 1) => () => inTable(tools.tiptap.state) && alongTable('column', step)(tools.tiptap);
  return new Plugin({
    props: {
      handleDOMEvents: {
        // The browser's own undo, from its menu or while a button has the keyboard, knows nothing of the others.
        beforeinput: (_, event) => {
          const { inputType } = event as InputEvent;
          if (inputType !== 'historyUndo' && inputType !== 'historyRedo') return false;
          event.preventDefault();
          return inputType === 'historyUndo' ? tools.tiptap.commands.undo() : tools.tiptap.commands.redo();
        },
      },
      handleKeyDown: keydownHandler({
        'Alt-F10': () => tools.enterBar(),
        'Alt-Shift-ArrowUp': move(-1),
        'Alt-Shift-ArrowDown': move(1),
        'Alt-Shift-ArrowLeft': moveColumn(-1),
        'Alt-Shift-ArrowRight': moveColumn(1),
      }),
    },
  });
}
