/** Binds the editor to the words of a session: writing, and an undo of one's own changes only. */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { defaultDeleteFilter, defaultProtectedNodes, ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { Binding, type KeptSelection } from './binding';

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    collaboration: {
      undo: () => ReturnType;
      redo: () => ReturnType;
    };
  }
}

interface Undoing {
  readonly undoManager: Y.UndoManager;
  /** What was selected before the last change. */
  readonly before: KeptSelection | null;
}

interface Storage {
  binding: Binding | null;
  undoManager: Y.UndoManager | null;
}

export const Collaboration = Extension.create<{ fragment: Y.XmlFragment }, Storage>({
  name: 'collaboration',
  priority: 1_000,
  addStorage: () => ({ binding: null, undoManager: null }),

  onBeforeCreate() {
    const { fragment } = this.options;
    const binding = new Binding(fragment);
    this.storage.binding = binding;
    this.storage.undoManager = new Y.UndoManager(fragment, {
      trackedOrigins: new Set([ySyncPluginKey]),
      deleteFilter: (item) => defaultDeleteFilter(item, defaultProtectedNodes),
      captureTransaction: ({ meta }) => meta.get('addToHistory') !== false,
    });
    // The editor begins with the document as it is, and never draws an empty one.
    this.editor.options.content = binding.draw(this.editor.schema) as never;
  },

  onDestroy() {
    this.storage.undoManager?.destroy();
  },

  addCommands() {
    const take = (which: 'undo' | 'redo') => () => {
      return ({ tr, dispatch }: { tr: { setMeta: (key: string, value: boolean) => unknown }; dispatch: unknown }) => {
        // The words come back from the session, in a transaction of their own.
        tr.setMeta('preventDispatch', true);
        const { undoManager } = this.storage;
        if (!undoManager || undoManager[`${which}Stack`].length === 0) return false;
        if (dispatch) undoManager[which]();
        return true;
      };
    };
    return { undo: take('undo'), redo: take('redo') };
  },

  addKeyboardShortcuts() {
    const undo = () => this.editor.commands.undo();
    const redo = () => this.editor.commands.redo();
    return { 'Mod-z': undo, 'Mod-y': redo, 'Shift-Mod-z': redo };
  },

  addProseMirrorPlugins() {
    const { binding, undoManager } = this.storage;
    return binding && undoManager ? [writing(binding, undoManager), undoing(binding, undoManager)] : [];
  },
});

/** Under y-tiptap's key and with its state, for all that asks whether a change came from outside. */
export function writing(binding: Binding, undoManager: Y.UndoManager): Plugin {
  return new Plugin({
    key: ySyncPluginKey,
    state: {
      init: () => ({ doc: binding.doc, type: binding.type, binding, isChangeOrigin: false, addToHistory: true }),
      apply: (tr, last) => ({
        ...last,
        isChangeOrigin: tr.getMeta(ySyncPluginKey)?.isChangeOrigin === true,
        isUndoRedoOperation: tr.getMeta(ySyncPluginKey)?.isUndoRedoOperation === true,
        addToHistory: tr.docChanged ? tr.getMeta('addToHistory') !== false : last.addToHistory,
      }),
    },
    view: (view) => {
      binding.attach(view);
      return {
        update: ({ state }, before) => {
          const { addToHistory, isChangeOrigin } = ySyncPluginKey.getState(state);
          if (state.doc !== before.doc && !addToHistory && !isChangeOrigin) undoManager.stopCapturing();
          binding.store(state, addToHistory);
        },
        destroy: () => binding.detach(),
      };
    },
  });
}

export function undoing(binding: Binding, undoManager: Y.UndoManager): Plugin<Undoing> {
  return new Plugin<Undoing>({
    key: yUndoPluginKey,
    state: {
      init: () => ({ undoManager, before: null }),
      apply: (tr, last, state) => {
        if (!tr.docChanged) return last;
        const outside = tr.getMeta(ySyncPluginKey)?.isChangeOrigin === true;
        return { undoManager, before: outside ? binding.before : binding.keep(state) };
      },
    },
    view: (view) => {
      const added = ({ stackItem }: Popped) => {
        stackItem.meta.set(binding, yUndoPluginKey.getState(view.state).before);
      };
      const popped = ({ stackItem }: Popped) => {
        const kept = stackItem.meta.get(binding) as KeptSelection | null | undefined;
        if (!kept) return;
        const { tr } = view.state;
        binding.restore(tr, kept, null);
        view.dispatch(tr.scrollIntoView());
      };
      undoManager.on('stack-item-added', added);
      undoManager.on('stack-item-popped', popped);
      return {
        destroy: () => {
          undoManager.off('stack-item-added', added);
          undoManager.off('stack-item-popped', popped);
        },
      };
    },
  });
}

interface Popped {
  readonly stackItem: { readonly meta: Map<unknown, unknown> };
}
