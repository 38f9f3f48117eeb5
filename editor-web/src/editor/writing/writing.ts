/**
 * The writing tools of one open editor: what its keys, menus and floating bars share.
 *
 * They come when the document is shown already, and nothing of them writes by itself.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import { dropCursor } from '@tiptap/pm/dropcursor';
import { type EditorState, Plugin } from '@tiptap/pm/state';
import type { Session } from '../../collab/session';
import { focusedBeside } from '../../ui/focused';
import { whenIdle } from '../late';
import type { LinkBox } from '../linkBox';
import type { BlockTools } from './blocks';
import { CodeColours } from './codeColours';
import { broken } from './images/broken';
import { Uploads } from './images/uploads';
import { keys } from './keys';
import { longText } from './longText';
import { MathBox } from './mathBox';
import { offers } from './offers';
import { pasting } from './paste/pasting';
import { People } from './people';
import type { Box } from './places';
import { Previews } from './previews';
import { Suggestions } from './suggestions';

/** What the interface follows, once a frame. */
export interface Seen {
  readonly state: EditorState;
  /** Whether the keyboard is in the text or in one of its floating bars. */
  readonly focused: boolean;
  readonly editable: boolean;
  /** Whether a button of the mouse is down: bars wait until a selection is made. */
  readonly dragging: boolean;
}

export class Tools {
  readonly seen: ReadonlySignal<Seen>;
  readonly suggestions: Suggestions;
  readonly uploads: Uploads;
  readonly mathBox: MathBox;
  readonly previews = new Previews();
  readonly people: People;
  readonly plugins: readonly Plugin[];
  readonly blockTools: BlockTools;
  readonly #codeColours: CodeColours;
  readonly #seen;
  #frame = 0;
  #dragging = false;

  constructor(
    readonly tiptap: Tiptap,
    readonly session: Session,
    readonly linkBox: LinkBox,
    /** The layer over the text in which everything floats. */
    readonly layer: HTMLElement,
  ) {
    this.#seen = signal(this.#read());
    this.seen = this.#seen;
    this.people = new People(session.presence.others);
    this.uploads = new Uploads(tiptap, session);
    this.mathBox = new MathBox(tiptap);
    this.#codeColours = new CodeColours(tiptap, whenIdle);
    this.blockTools = { pickImages: () => this.uploads.pick(), editMath: () => this.mathBox.open() };
    this.suggestions = new Suggestions(tiptap, offers(this));
    this.plugins = [
      this.suggestions.plugin,
      keys(this),
      this.mathBox.plugin,
      this.uploads.plugin,
      broken(),
      pasting(tiptap, (tr) => this.uploads.paste(tr)),
      this.previews.plugin,
      this.#codeColours.plugin,
      ...longText,
      dropCursor({ color: false, class: 'drop-caret', width: 2 }),
      new Plugin({ view: () => ({ update: () => this.look() }) }),
    ];
    for (const name of ['focusin', 'focusout']) tiptap.view.dom.parentElement?.addEventListener(name, this.look);
    addEventListener('pointerup', this.#pointer, true);
    addEventListener('pointercancel', this.#pointer, true);
    tiptap.view.dom.addEventListener('pointerdown', this.#pointer);
  }

  /** Where the character at a position stands in the window. */
  boxAt(pos: number): Box {
    return this.tiptap.view.coordsAtPos(Math.min(pos, this.tiptap.state.doc.content.size));
  }

  /** Put the keyboard into the floating bar that is there, or the block's menu; false where none is. */
  enterBar(): boolean {
    const bars = [...this.layer.querySelectorAll<HTMLElement>('[data-bar]')];
    const target = bars.map((bar) => bar.querySelector<HTMLElement>('button, select, input')).find(Boolean);
    target?.focus();
    return target !== undefined;
  }

  readonly look = (): void => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.tiptap.isDestroyed) this.#seen.value = this.#read();
    });
  };

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    const { view } = this.tiptap;
    for (const name of ['focusin', 'focusout']) view.dom.parentElement?.removeEventListener(name, this.look);
    removeEventListener('pointerup', this.#pointer, true);
    removeEventListener('pointercancel', this.#pointer, true);
    view.dom.removeEventListener('pointerdown', this.#pointer);
    this.#codeColours.destroy();
    this.uploads.destroy();
    this.people.destroy();
  }

  readonly #pointer = (event: Event): void => {
    this.#dragging = event.type === 'pointerdown';
    this.look();
  };

  #read(): Seen {
    const { tiptap } = this;
    const focused = tiptap.view.hasFocus() || this.layer.contains(focusedBeside(this.layer));
    return { state: tiptap.state, focused, editable: tiptap.isEditable, dragging: this.#dragging };
  }
}
