/** What an empty document says to whoever may write in it. */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

export const Hint = Extension.create<{ words: () => string }>({
  name: 'hint',
  addProseMirrorPlugins() {
    const { editor, options } = this;
    return [
      new Plugin({
        key: new PluginKey('hint'),
        props: {
          decorations: ({ doc }) => {
            const { firstChild } = doc;
            const empty = doc.childCount === 1 && firstChild?.type.name === 'paragraph' && firstChild.childCount === 0;
            if (!empty || !editor.isEditable) return null;
            const hint = { class: 'is-editor-empty', 'data-placeholder': options.words() };
            return DecorationSet.create(doc, [Decoration.node(0, firstChild.nodeSize, hint)]);
          },
        },
      }),
    ];
  },
});
