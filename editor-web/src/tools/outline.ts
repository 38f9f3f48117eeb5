/** The headings as a way through the text: which one is read now, going to one, and links to them. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import { TextSelection } from '@tiptap/pm/state';
import { boxOf } from '../editor/stretches';
import { documentAddress } from '../ui/addresses';
import { scrollTo } from './places';
import type { Heading, Survey } from './survey';

/** A heading that is this far up, in the window's height, is the one being read. */
const READING = 0.3;
/** A heading that one has gone to stands here. */
const ARRIVED = 0.16;
/** A link to a heading waits so long for the text that holds it. */
const ARRIVAL_MS = 10_000;

export class Outline {
  readonly headings: ReadonlySignal<readonly Heading[] | null>;
  /** The place in the list of the heading that is read now; -1 before the first. */
  readonly current: ReadonlySignal<number>;
  readonly #current = signal(-1);
  readonly #tiptap: Tiptap;
  readonly #id: string;
  readonly #stopArriving: () => void;
  readonly #stopFollowing: () => void;
  #frame = 0;

  constructor(tiptap: Tiptap, survey: Survey, id: string) {
    this.#tiptap = tiptap;
    this.#id = id;
    this.headings = survey.headings;
    this.current = this.#current;
    addEventListener('scroll', this.#scrolled, { capture: true, passive: true });
    addEventListener('hashchange', this.#arrive);
    this.#stopFollowing = effect(() => {
      if (this.headings.value) this.#scrolled();
    });
    this.#stopArriving = this.#awaitArrival();
  }

  /** Go there, with the caret at the heading's end unless the text is only read. */
  go(heading: Heading): void {
    const { state, view } = this.#tiptap;
    const position = this.#now(heading);
    if (position === null) return;
    const end = position + (state.doc.nodeAt(position)?.nodeSize ?? 2) - 1;
    view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, end)));
    if (this.#tiptap.isEditable) view.focus();
    scrollTo(view, end, ARRIVED);
    history.replaceState(history.state, '', this.#hash(heading));
  }

  address(heading: Heading): string {
    return location.origin + this.#hash(heading);
  }

  destroy(): void {
    this.#stopArriving();
    this.#stopFollowing();
    cancelAnimationFrame(this.#frame);
    removeEventListener('scroll', this.#scrolled, { capture: true });
    removeEventListener('hashchange', this.#arrive);
  }

  #hash(heading: Heading): string {
    return `${documentAddress(this.#id)}#${encodeURIComponent(heading.slug)}`;
  }

  /** Where the heading is by now; the list is a moment old. */
  #now({ position, text }: Heading): number | null {
    const { doc } = this.#tiptap.state;
    const is = (at: number) => {
      const node = at < doc.content.size ? doc.nodeAt(at) : null;
      return node?.type.name === 'heading' && node.textContent.trim() === text;
    };
    if (is(position)) return position;
    let found: number | null = null;
    doc.descendants((_, at) => {
      if (is(at) && (found === null || Math.abs(at - position) < Math.abs(found - position))) found = at;
      return true;
    });
    return found;
  }

  /** The text may still be on its way when the page has been opened at a heading. */
  #awaitArrival(): () => void {
    if (!location.hash) return () => undefined;
    const stop = () => {
      clearTimeout(timer);
      for (const event of ['wheel', 'keydown', 'pointerdown']) removeEventListener(event, stop);
      queueMicrotask(() => stopLooking());
    };
    const timer = setTimeout(() => stop(), ARRIVAL_MS);
    for (const event of ['wheel', 'keydown', 'pointerdown']) addEventListener(event, stop, { passive: true });
    const stopLooking = effect(() => {
      if (this.headings.value && this.#arrive()) stop();
    });
    return stop;
  }

  readonly #arrive = (): boolean => {
    const slug = decoded(location.hash.slice(1));
    const heading = slug ? this.headings.peek()?.find((one) => one.slug === slug) : undefined;
    const position = heading ? this.#now(heading) : null;
    if (position === null) return false;
    scrollTo(this.#tiptap.view, position + 1, ARRIVED);
    return true;
  };

  readonly #scrolled = (): void => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#tiptap.isDestroyed) this.#current.value = this.#atReading();
    });
  };

  #atReading(): number {
    const headings = this.headings.peek() ?? [];
    const { view } = this.#tiptap;
    const line = readingLine();
    let low = 0;
    let high = headings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const element = view.nodeDOM(headings[middle]?.position ?? 0);
      const top = element instanceof Element ? boxOf(element).top : Number.POSITIVE_INFINITY;
      if (top <= line) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Towards the end of the page the line goes down with what is left to scroll: the last headings are read as well. */
function readingLine(): number {
  const left = document.documentElement.scrollHeight - innerHeight - scrollY;
  return innerHeight * READING + Math.max(0, innerHeight * (1 - READING) - left);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
