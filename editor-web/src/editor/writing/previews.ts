/** How something will look while it is dragged: drawn only here, told to nobody. */
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';

export interface Preview {
  readonly pos: number;
  readonly size: number;
  readonly style: string;
}

const key = new PluginKey<DecorationSet>('previews');

export class Previews {
  readonly plugin = new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, shown) => {
        const previews = tr.getMeta(key) as readonly Preview[] | undefined;
        if (previews === undefined) return tr.docChanged ? DecorationSet.empty : shown;
        return DecorationSet.create(
          tr.doc,
          previews.map(({ pos, size, style }) => Decoration.node(pos, pos + size, { class: 'is-resizing', style })),
        );
      },
    },
    props: { decorations: (state) => key.getState(state) },
  });

  show(view: EditorView, previews: readonly Preview[]): void {
    view.dispatch(view.state.tr.setMeta(key, previews).setMeta('addToHistory', false));
  }
}
