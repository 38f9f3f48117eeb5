/** Follow somebody: the text scrolls along with their caret until one takes over oneself. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import { personOf } from '../collab/presence';
import type { Session } from '../collab/session';
import { followed } from '../documents/followed';

/** A caret is scrolled to at most so often. */
const EVERY_MS = 150;
const ENDING = ['wheel', 'touchmove', 'beforeinput'] as const;

export class Following {
  /** They are here, but have no caret in the text right now. */
  readonly elsewhere: ReadonlySignal<boolean>;
  readonly #elsewhere = signal(false);
  readonly #tiptap: Tiptap;
  readonly #session: Session;
  readonly #stop: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tiptap: Tiptap, session: Session) {
    this.#tiptap = tiptap;
    this.#session = session;
    this.elsewhere = this.#elsewhere;
    session.awareness.on('change', this.#moved);
    // In a long text, what comes near on the way takes another height than was thought, and the caret stands elsewhere.
    addEventListener('scrollend', this.#moved, { capture: true, passive: true });
    for (const event of ENDING) addEventListener(event, this.#end, { capture: true, passive: true });
    addEventListener('keydown', this.#key, { capture: true });
    this.#stop = effect(() => {
      const who = followed.value;
      const here = session.presence.others.value.some(({ id }) => id === who);
      if (who !== null && !here) followed.value = null;
      else if (who !== null) this.#moved();
    });
  }

  destroy(): void {
    followed.value = null;
    this.#stop();
    clearTimeout(this.#timer);
    this.#session.awareness.off('change', this.#moved);
    removeEventListener('scrollend', this.#moved, { capture: true });
    for (const event of ENDING) removeEventListener(event, this.#end, { capture: true });
    removeEventListener('keydown', this.#key, { capture: true });
  }

  readonly #end = (event: Event): void => {
    // Scrolling a panel is not scrolling the text.
    if (event.target instanceof Element && event.target.closest('.panel, .outline, dialog')) return;
    followed.value = null;
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !document.querySelector(':popover-open, dialog[open]')) followed.value = null;
  };

  readonly #moved = (): void => {
    if (followed.peek() === null) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#scroll();
    }, EVERY_MS);
  };

  #scroll(): void {
    const caret = this.#caret();
    this.#elsewhere.value = caret === null;
    if (!caret) return;
    const { top, bottom } = caret.getBoundingClientRect();
    if (top > innerHeight * 0.2 && bottom < innerHeight * 0.75) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    caret.scrollIntoView({ block: 'center', behavior: calm ? 'instant' : 'smooth' });
  }

  /** Their caret in the text; of several windows the one that has one. */
  #caret(): Element | null {
    const who = followed.peek();
    for (const [client, state] of this.#session.awareness.getStates()) {
      if (personOf(client, state).id !== who) continue;
      const caret = this.#tiptap.view.dom.querySelector(`.others-caret[data-client="${client}"]`);
      if (caret) return caret;
    }
    return null;
  }
}
