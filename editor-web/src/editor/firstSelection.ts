/** Where the caret of a newly opened document stands: where letters may, and never on a picture or a formula. */
import { Extension } from '@tiptap/core';
import { GapCursor } from '@tiptap/pm/gapcursor';
import { NodeSelection, Plugin, Selection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/** ProseMirror looks by then whether the browser has put the caret where it is. */
const AFTER_PROSEMIRROR_MS = 30;

/** ProseMirror chooses a first block that holds no text; that would be shown, and deleted by the first key. */
export function standAtStart({ state, dispatch }: Pick<EditorView, 'state' | 'dispatch'>): void {
  if (!(state.selection instanceof NodeSelection)) return;
  const start = state.doc.resolve(0);
  dispatch(state.tr.setSelection(Selection.findFrom(start, 1, true) ?? new GapCursor(start)));
}

/** Reached by the Tab key, a text that begins with such a block gets no caret from the browser: it is given one. */
export const CaretOnFocus = Extension.create({
  name: 'caretOnFocus',
  addProseMirrorPlugins: () => [new Plugin({ props: { handleDOMEvents: { focus: giveCaret } } })],
});

function giveCaret(view: EditorView): false {
  setTimeout(() => {
    if (!view.isDestroyed && view.hasFocus() && document.getSelection()?.rangeCount === 0) view.focus();
  }, AFTER_PROSEMIRROR_MS);
  return false;
}
