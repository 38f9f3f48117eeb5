/** How the text is looked at on this device: full width, focus, the outline beside it. Remembered, never shared. */
import { effect, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import type { Transaction } from '@tiptap/pm/state';
import { Decoration } from '@tiptap/pm/view';
import { keep } from '../ui/device';
import type { Overlay } from './overlay';

const KEY = 'view';
const LAYER = 'focus';

interface Kept {
  readonly wide: boolean;
  readonly outline: boolean;
}

export class View {
  readonly wide = signal(false);
  readonly outline = signal(false);
  /** Only the block one writes in stands out, and the bars are away until they are wanted. Not remembered. */
  readonly focus = signal(false);
  readonly #tiptap: Tiptap;
  readonly #overlay: Overlay;
  readonly #stops: Array<() => void>;
  #shown = -1;

  constructor(tiptap: Tiptap, overlay: Overlay) {
    this.#tiptap = tiptap;
    this.#overlay = overlay;
    const kept = keep.get<Partial<Kept>>(KEY);
    this.wide.value = kept?.wide ?? false;
    this.outline.value = kept?.outline ?? false;
    const { dataset } = document.documentElement;
    this.#stops = [
      effect(() => {
        const now: Kept = { wide: this.wide.value, outline: this.outline.value };
        keep.set(KEY, now);
        toggle(dataset, 'wide', now.wide);
      }),
      effect(() => {
        toggle(dataset, 'focus', this.focus.value);
        this.#shown = -1;
        this.#standOut();
      }),
    ];
    tiptap.on('transaction', this.#changed);
  }

  destroy(): void {
    this.#tiptap.off('transaction', this.#changed);
    for (const stop of this.#stops) stop();
    const { dataset } = document.documentElement;
    toggle(dataset, 'wide', false);
    toggle(dataset, 'focus', false);
  }

  readonly #changed = ({ transaction }: { transaction: Transaction }): void => {
    // What others write can take the decoration away together with the block as it was.
    if (transaction.docChanged) this.#shown = -1;
    this.#standOut();
  };

  #standOut(): void {
    if (!this.focus.peek()) {
      this.#overlay.set(LAYER, []);
      return;
    }
    const { $from, $to } = this.#tiptap.state.selection;
    const from = $from.depth > 0 ? $from.before(1) : $from.pos;
    const node = this.#tiptap.state.doc.nodeAt(from);
    if (!node || (from === this.#shown && $to.pos <= from + node.nodeSize)) return;
    this.#shown = from;
    this.#overlay.set(LAYER, [Decoration.node(from, from + node.nodeSize, { class: 'in-focus' })]);
  }
}

function toggle(dataset: DOMStringMap, name: string, on: boolean): void {
  if (on) dataset[name] = '';
  else delete dataset[name];
}
