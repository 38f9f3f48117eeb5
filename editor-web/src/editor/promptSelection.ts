/**
 * Knows the selection before a key or a paste is handled.
 *
 * The browser tells of a new selection in a later task than the key that made it. Whoever presses Shift+Home and Ctrl+K
 * (or Ctrl+B, or pastes) in quick succession would act on the old one, and ProseMirror would never hear of the new.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/** What ProseMirror does when the browser tells of a selection; it has no public name for it. */
interface Observed {
  readonly domObserver: { forceFlush(): void; flush(): void };
}

export const PromptSelection = Extension.create({
  name: 'promptSelection',
  priority: 10_000,
  addProseMirrorPlugins: () => [
    new Plugin({ props: { handleDOMEvents: { keydown: readSelection, paste: readSelection, cut: readSelection } } }),
  ],
});

function readSelection(view: EditorView): false {
  if (!view.composing) {
    const { domObserver } = view as unknown as Observed;
    domObserver.forceFlush();
    domObserver.flush();
  }
  return false;
}
