/** The small box at a link: shows where it leads while the caret stands in it, and edits it on demand. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { Extension, getMarkRange, type Editor as Tiptap } from '@tiptap/core';
import type { Selection } from '@tiptap/pm/state';
import { allowedLink } from './links';

export interface LinkBoxState {
  readonly mode: 'show' | 'edit';
  readonly href: string;
  /** Where the box hangs, in pixels of the window. */
  readonly left: number;
  readonly bottom: number;
}

export class LinkBox {
  readonly state: ReadonlySignal<LinkBoxState | null>;
  readonly #state = signal<LinkBoxState | null>(null);
  readonly #tiptap: Tiptap;
  /** The box was closed by hand while this was selected; it stays so until something else is. */
  #dismissed: Selection | null = null;

  constructor(tiptap: Tiptap) {
    this.#tiptap = tiptap;
    this.state = this.#state;
    addEventListener('scroll', this.#follow, { capture: true, passive: true });
    addEventListener('resize', this.#follow);
  }

  /** Bind the key that opens it. */
  static keys(edit: () => void): Extension {
    return Extension.create({
      name: 'linkBoxKeys',
      addKeyboardShortcuts: () => ({
        'Mod-k': () => {
          edit();
          return true;
        },
      }),
    });
  }

  /** Follow the caret. */
  look(): void {
    if (this.#state.peek()?.mode === 'edit') return;
    const href = this.#href();
    if (this.#dismissed && !this.#dismissed.eq(this.#tiptap.state.selection)) this.#dismissed = null;
    const shown = href && !this.#dismissed && this.#tiptap.isFocused && this.#tiptap.isEditable;
    this.#state.value = shown ? { mode: 'show', href, ...this.#place() } : null;
  }

  /** Open it to type an address: for the link at the caret, or for what is selected. */
  edit(): void {
    if (!this.#tiptap.isEditable) return;
    this.#state.value = { mode: 'edit', href: this.#href(), ...this.#place() };
  }

  /** Give the link this address; false where it may not have it. */
  apply(typed: string): boolean {
    const href = allowedLink(typed);
    if (href === null) return false;
    const { selection } = this.#tiptap.state;
    const onLink = this.#href() !== '';
    const chain = this.#tiptap.chain().focus();
    if (onLink) chain.extendMarkRange('link').setLink({ href }).run();
    else if (!selection.empty) chain.setLink({ href }).run();
    else chain.insertContent({ type: 'text', text: typed.trim(), marks: [{ type: 'link', attrs: { href } }] }).run();
    this.#dismiss();
    return true;
  }

  remove(): void {
    this.#tiptap.chain().focus().extendMarkRange('link').unsetLink().run();
    this.#state.value = null;
  }

  close(): void {
    this.#tiptap.commands.focus();
    this.#dismiss();
  }

  destroy(): void {
    removeEventListener('scroll', this.#follow, { capture: true });
    removeEventListener('resize', this.#follow);
    this.#state.value = null;
  }

  /** The text moved under the box. */
  readonly #follow = (): void => {
    const state = this.#state.peek();
    if (state) this.#state.value = { ...state, ...this.#place() };
  };

  #dismiss(): void {
    this.#dismissed = this.#tiptap.state.selection;
    this.#state.value = null;
  }

  #href(): string {
    return String(this.#tiptap.getAttributes('link').href ?? '');
  }

  #place(): Pick<LinkBoxState, 'left' | 'bottom'> {
    const { state, view } = this.#tiptap;
    const { $from, from } = state.selection;
    const type = state.schema.marks.link;
    const range = type ? getMarkRange($from, type) : undefined;
    const { left, bottom } = view.coordsAtPos(range ? range.from : from);
    return { left, bottom };
  }
}
