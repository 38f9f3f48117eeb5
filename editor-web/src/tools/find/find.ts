/**
 * Find and replace: what is looked for, where it was found, and at which of the places one stands.
 *
 * Blocks are searched once each and remembered by their identity, so an edit costs the search of one block, and that
 * waits until nothing else is to do. Only what is on the screen is marked.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { TextSelection, type Transaction } from '@tiptap/pm/state';
import { Decoration } from '@tiptap/pm/view';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import { Idle } from '../idle';
import type { Overlay } from '../overlay';
import { reveal, seenRange } from '../places';
import type { Match, Query } from './matching';
import { Searcher } from './searcher';
import { textBlocks, textOf } from './texts';

/** So many places are found at a time. */
export const MATCH_LIMIT = 10_000;
const PREFILL_LIMIT = 200;
const LAYER = 'find';

interface Place {
  readonly from: number;
  readonly to: number;
}

export type Problem = 'invalid' | 'slow' | null;

const nothing: Query = { text: '', matchCase: false, wholeWord: false, regex: false };

export class Find {
  readonly mode: ReadonlySignal<'closed' | 'find' | 'replace'>;
  readonly query: ReadonlySignal<Query>;
  readonly count: ReadonlySignal<number>;
  /** Which of the places is the current one, from 0; -1 for none. */
  readonly at: ReadonlySignal<number>;
  readonly problem: ReadonlySignal<Problem>;
  readonly replacement = signal('');
  /** Counts how often it was asked for: each time the keyboard goes there. */
  readonly opened = signal(0);
  readonly #mode = signal<'closed' | 'find' | 'replace'>('closed');
  readonly #query = signal(nothing);
  readonly #count = signal(0);
  readonly #at = signal(-1);
  readonly #problem = signal<Problem>(null);
  readonly #tiptap: Tiptap;
  readonly #overlay: Overlay;
  readonly #searcher = new Searcher();
  readonly #idle = new Idle(() => void this.#search());
  /** A window does not hear what scrolls inside of a shadow tree. */
  readonly #scrolling: readonly EventTarget[];
  #known = new WeakMap<Node, readonly Match[]>();
  #places: readonly Place[] = [];
  /** The text that the places were found in. */
  #doc: Node | null = null;
  #round = 0;
  #frame = 0;

  constructor(tiptap: Tiptap, overlay: Overlay) {
    this.#tiptap = tiptap;
    this.#overlay = overlay;
    this.#scrolling = [window, tiptap.view.root];
    this.mode = this.#mode;
    this.query = this.#query;
    this.count = this.#count;
    this.at = this.#at;
    this.problem = this.#problem;
    tiptap.on('transaction', this.#changed);
    for (const place of this.#scrolling) {
      place.addEventListener('scroll', this.#scrolled, { capture: true, passive: true });
    }
    addEventListener('resize', this.#scrolled);
  }

  get patterns(): boolean {
    return this.#searcher.patterns;
  }

  /** Open it, with what is selected as the words to look for. */
  open(mode: 'find' | 'replace'): void {
    const { state } = this.#tiptap;
    const { from, to, $from, $to, empty } = state.selection;
    const chosen = !empty && $from.sameParent($to) && to - from <= PREFILL_LIMIT ? state.doc.textBetween(from, to) : '';
    this.#mode.value = mode;
    this.opened.value += 1;
    if (chosen) this.look({ text: chosen, regex: false });
    else void this.#search();
  }

  /** Show or hide the replacing. */
  show(mode: 'find' | 'replace'): void {
    this.#mode.value = mode;
  }

  /** Leave it with the current place selected, to write there. */
  close(): void {
    if (this.#mode.peek() === 'closed') return;
    const place = this.#doc === this.#tiptap.state.doc ? this.#places[this.#at.peek()] : undefined;
    this.#mode.value = 'closed';
    this.#overlay.set(LAYER, []);
    const { state, view } = this.#tiptap;
    if (place) view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, place.from, place.to)));
    view.focus();
  }

  /** Look for something else; the first place after the caret becomes the current one. */
  look(part: Partial<Query>): void {
    this.#query.value = { ...this.#query.peek(), ...part };
    this.#known = new WeakMap();
    this.#at.value = -1;
    void this.#search();
  }

  async step(by: 1 | -1): Promise<void> {
    await this.#upToDate();
    const { length } = this.#places;
    if (length === 0) return;
    const at = this.#at.peek();
    this.#at.value = at < 0 ? 0 : (at + by + length) % length;
    this.#reveal();
  }

  /** Replace the current place and go to the next one. */
  async replace(): Promise<void> {
    await this.#upToDate();
    const at = this.#at.peek();
    if (!this.#places[at] || !this.#tiptap.isEditable) return;
    const texts = await this.#replacements();
    const place = this.#places[at];
    if (!place || !texts) return;
    this.#write([[place, texts[at] ?? '']]);
    await this.#search();
    this.#at.value = this.#places.length === 0 ? -1 : Math.min(at, this.#places.length - 1);
    this.#reveal();
  }

  /** Replace every place, as one step to undo; answers how many. */
  async replaceAll(): Promise<number> {
    await this.#upToDate();
    if (!this.#tiptap.isEditable) return 0;
    const texts = await this.#replacements();
    if (!texts) return 0;
    const places = this.#places;
    this.#write(places.map((place, at) => [place, texts[at] ?? '']));
    await this.#search();
    return places.length;
  }

  destroy(): void {
    this.#idle.cancel();
    cancelAnimationFrame(this.#frame);
    this.#searcher.destroy();
    this.#tiptap.off('transaction', this.#changed);
    for (const place of this.#scrolling) place.removeEventListener('scroll', this.#scrolled, { capture: true });
    removeEventListener('resize', this.#scrolled);
  }

  readonly #changed = ({ transaction }: { transaction: Transaction }): void => {
    if (transaction.docChanged && this.#mode.peek() !== 'closed') this.#idle.ask();
  };

  readonly #scrolled = (): void => {
    if (this.#mode.peek() === 'closed' || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  };

  async #upToDate(): Promise<void> {
    while (!this.#tiptap.isDestroyed && this.#doc !== this.#tiptap.state.doc && this.#problem.peek() === null)
      await this.#search();
  }

  /** Search what is new since the last time. */
  async #search(): Promise<void> {
    this.#idle.cancel();
    const round = ++this.#round;
    const query = this.#query.peek();
    const { doc } = this.#tiptap.state;
    const blocks = query.text === '' ? [] : textBlocks(doc);
    const fresh = blocks.filter(({ node }) => !this.#known.has(node));
    const known = this.#known;
    const found =
      fresh.length === 0
        ? []
        : await this.#searcher.search(
            query,
            fresh.map(({ node }) => textOf(node)),
            MATCH_LIMIT,
          );
    if (round !== this.#round || this.#tiptap.isDestroyed) return;
    if (typeof found === 'string') return this.#show([], doc, found);
    for (const [index, { node }] of fresh.entries()) known.set(node, found[index] ?? []);
    const places: Place[] = [];
    for (const { node, start } of blocks) {
      for (const [from, to] of known.get(node) ?? []) places.push({ from: start + from, to: start + to });
      if (places.length >= MATCH_LIMIT) break;
    }
    this.#show(places, doc, null);
    if (doc !== this.#tiptap.state.doc) this.#idle.ask();
  }

  #show(places: readonly Place[], doc: Node, problem: Problem): void {
    const before = this.#places[this.#at.peek()];
    const first = this.#at.peek() < 0;
    this.#places = places;
    this.#doc = doc;
    const from = before && !first ? before.from : this.#tiptap.state.selection.from;
    const next = places.findIndex((place) => place.from >= from);
    batch(() => {
      this.#problem.value = problem;
      this.#count.value = places.length;
      this.#at.value = places.length === 0 ? -1 : Math.max(0, next);
    });
    if (first) this.#reveal();
    else this.#draw();
  }

  /** What stands in each place afterwards. */
  async #replacements(): Promise<readonly string[] | null> {
    const query = this.#query.peek();
    const replacement = this.replacement.peek();
    if (!query.regex) return this.#places.map(() => replacement);
    const { doc } = this.#tiptap.state;
    const blocks = textBlocks(doc).filter(({ node }) => (this.#known.get(node)?.length ?? 0) > 0);
    const found = await this.#searcher.search(
      query,
      blocks.map(({ node }) => textOf(node)),
      MATCH_LIMIT,
      replacement,
    );
    // Somebody wrote meanwhile: the places are not these any more.
    if (typeof found === 'string' || doc !== this.#tiptap.state.doc) return null;
    return found.flatMap((matches) => matches.map(([, , text]) => text ?? ''));
  }

  #write(changes: ReadonlyArray<readonly [Place, string]>): void {
    const { state, view } = this.#tiptap;
    if (this.#doc !== state.doc || changes.length === 0) return;
    const { undoManager } = yUndoPluginKey.getState(state);
    const { tr } = state;
    for (const [{ from, to }, text] of [...changes].reverse()) {
      if (text === '') tr.delete(from, to);
      else tr.insertText(text, from, to);
    }
    undoManager.stopCapturing();
    view.dispatch(tr);
    undoManager.stopCapturing();
  }

  #reveal(): void {
    const place = this.#places[this.#at.peek()];
    if (place && this.#doc === this.#tiptap.state.doc) reveal(this.#tiptap.view, place.from);
    this.#draw();
  }

  #draw(): void {
    if (this.#mode.peek() === 'closed' || this.#doc !== this.#tiptap.state.doc) return;
    const { from, to } = seenRange(this.#tiptap.view);
    const current = this.#places[this.#at.peek()];
    const seen = this.#places.filter((place) => place.to >= from && place.from <= to);
    this.#overlay.set(
      LAYER,
      seen.map((place) =>
        Decoration.inline(place.from, place.to, { class: place === current ? 'found found-now' : 'found' }),
      ),
    );
  }
}
