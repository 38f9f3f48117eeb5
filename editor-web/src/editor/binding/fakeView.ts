/** An editor without a browser, for the tests: it holds a state and the views of its plugins, and draws nothing. */
import type { Node, Schema } from '@tiptap/pm/model';
import { EditorState, type Plugin, type PluginView, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

export class FakeView {
  state: EditorState;
  transactions: Transaction[] = [];
  readonly #views: PluginView[] = [];

  constructor(schema: Schema, plugins: readonly Plugin[], doc?: Node) {
    this.state = EditorState.create({ schema, plugins: [...plugins], ...(doc ? { doc } : {}) });
    for (const { spec } of plugins) if (spec.view) this.#views.push(spec.view(this as unknown as EditorView));
  }

  readonly dispatch = (tr: Transaction): void => {
    const before = this.state;
    this.state = before.apply(tr);
    this.transactions.push(tr);
    for (const view of this.#views) view.update?.(this as unknown as EditorView, before);
  };

  hasFocus(): boolean {
    return false;
  }

  destroy(): void {
    for (const view of this.#views) view.destroy?.();
  }
}
