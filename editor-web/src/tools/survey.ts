/** Looks over the text when there is time for it: its words, its headings, and which way it mostly runs. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import type { Transaction } from '@tiptap/pm/state';
import { factsOf, isKnown } from './facts';
import { Idle } from './idle';
import { slugs } from './slugs';
import { wordsIn } from './wordsIn';

/** Blocks that are new to it are looked at for so long at a time. */
const SLICE_MS = 6;
/** While somebody types it looks no oftener. */
const REST_MS = 400;
const WORDS_A_MINUTE = 230;

export interface Counts {
  readonly words: number;
  readonly characters: number;
  readonly withoutSpaces: number;
  /** To read it, rounded up. */
  readonly minutes: number;
}

export interface Heading {
  /** Moves with what is written before it; of that alone nobody is told. */
  position: number;
  readonly level: number;
  readonly text: string;
  /** Names it in an address; no two are alike. */
  readonly slug: string;
}

export class Survey {
  readonly counts: ReadonlySignal<Counts | null>;
  /** Of what is selected; `null` when nothing is. */
  readonly selected: ReadonlySignal<Counts | null>;
  readonly headings: ReadonlySignal<readonly Heading[] | null>;
  readonly #counts = signal<Counts | null>(null);
  readonly #selected = signal<Counts | null>(null);
  readonly #headings = signal<readonly Heading[] | null>(null);
  readonly #tiptap: Tiptap;
  #blocks = 0;
  readonly #idle = new Idle(() => this.#look(), REST_MS);
  readonly #idleSelection = new Idle(() => this.#lookAtSelection(), REST_MS);

  constructor(tiptap: Tiptap) {
    this.#tiptap = tiptap;
    this.counts = this.#counts;
    this.selected = this.#selected;
    this.headings = this.#headings;
    tiptap.on('transaction', this.#changed);
    this.#look();
  }

  destroy(): void {
    this.#tiptap.off('transaction', this.#changed);
    this.#idle.cancel();
    this.#idleSelection.cancel();
  }

  readonly #changed = ({ transaction }: { transaction: Transaction }): void => {
    if (transaction.docChanged) this.#idle.ask();
    if (!transaction.selection.empty || this.#selected.peek()) this.#idleSelection.ask();
  };

  #look(): void {
    const { doc } = this.#tiptap.state;
    const until = performance.now() + SLICE_MS;
    let words = 0;
    let characters = 0;
    let spaces = 0;
    let rightToLeft = 0;
    const headings: Omit<Heading, 'slug'>[] = [];
    let position = 0;
    for (const block of doc.children) {
      if (!isKnown(block) && performance.now() > until) {
        this.#idle.ask();
        return;
      }
      const facts = factsOf(block);
      words += facts.words;
      characters += facts.characters;
      spaces += facts.spaces;
      rightToLeft += facts.rightToLeft;
      for (const { offset, level, text } of facts.headings) headings.push({ position: position + offset, level, text });
      position += block.nodeSize;
    }
    this.#counts.value = countsOf(words, characters, spaces);
    this.#turn(characters - spaces, rightToLeft);
    const known = this.#headings.peek();
    // With more or fewer blocks they also stand elsewhere on the screen.
    if (doc.childCount === this.#blocks && same(headings, known)) {
      for (const [at, heading] of known.entries()) heading.position = headings[at]?.position ?? 0;
    } else {
      this.#blocks = doc.childCount;
      this.#headings.value = named(headings);
    }
  }

  /** Each block finds its own direction; lists and tables take that of the whole text, not that of the interface. */
  #turn(characters: number, rightToLeft: number): void {
    const around = this.#tiptap.view.dom.parentElement;
    if (!around || characters === 0) return;
    const direction = rightToLeft * 2 > characters ? 'rtl' : 'ltr';
    if (around.dir !== direction) around.dir = direction;
  }

  #lookAtSelection(): void {
    const { doc, selection } = this.#tiptap.state;
    if (selection.empty) {
      this.#selected.value = null;
      return;
    }
    const text = doc.textBetween(selection.from, selection.to, ' ', ' ');
    this.#selected.value = countsOf(wordsIn(text), [...text].length, text.match(/\s/gu)?.length ?? 0);
  }
}

function countsOf(words: number, characters: number, spaces: number): Counts {
  return { words, characters, withoutSpaces: characters - spaces, minutes: Math.ceil(words / WORDS_A_MINUTE) };
}

function named(headings: readonly Omit<Heading, 'slug'>[]): readonly Heading[] {
  const names = slugs(headings.map(({ text }) => text));
  return headings.map((heading, at) => ({ ...heading, slug: names[at] ?? '' }));
}

function same(a: readonly Omit<Heading, 'slug'>[], b: readonly Heading[] | null): b is readonly Heading[] {
  return (
    b !== null &&
    a.length === b.length &&
    a.every(({ level, text }, at) => level === b[at]?.level && text === b[at]?.text)
  );
}
