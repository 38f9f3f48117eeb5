/**
 * What the tools draw over the text: decorations in layers, which move along with the words.
 *
 * They are a property of the view and no plugin, so that they come and go without the plugins being made anew.
 */
import type { Editor as Tiptap } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import type { EditorState, Transaction } from '@tiptap/pm/state';
import { type Decoration, DecorationSet } from '@tiptap/pm/view';

export class Overlay {
  readonly #tiptap: Tiptap;
  readonly #layers = new Map<string, DecorationSet>();
  #joined: DecorationSet | null = null;

  constructor(tiptap: Tiptap) {
    this.#tiptap = tiptap;
    tiptap.on('beforeTransaction', this.#move);
    tiptap.view.setProps({ decorations: () => this.#joined });
  }

  /** Draw this layer anew. */
  set(layer: string, decorations: readonly Decoration[]): void {
    const { doc } = this.#tiptap.state;
    if (decorations.length === 0 && !this.#layers.has(layer)) return;
    if (decorations.length === 0) this.#layers.delete(layer);
    else this.#layers.set(layer, DecorationSet.create(doc, [...decorations]));
    this.#join(doc);
    if (!this.#tiptap.isDestroyed) this.#tiptap.view.setProps({});
  }

  destroy(): void {
    this.#tiptap.off('beforeTransaction', this.#move);
    this.#layers.clear();
    this.#joined = null;
  }

  /** Before the view draws the new text: the decorations must lie in it already. */
  readonly #move = ({ transaction, nextState }: { transaction: Transaction; nextState: EditorState }): void => {
    if (!transaction.docChanged || this.#layers.size === 0) return;
    // What a plugin appended has moved the words once more: whoever drew will draw again soon.
    if (nextState.doc !== transaction.doc) this.#layers.clear();
    for (const [layer, set] of this.#layers) this.#layers.set(layer, set.map(transaction.mapping, transaction.doc));
    this.#join(transaction.doc);
  };

  #join(doc: Node): void {
    const [first = null, ...others] = this.#layers.values();
    this.#joined = others.reduce<DecorationSet | null>((one, next) => one?.add(doc, next.find()) ?? next, first);
  }
}
