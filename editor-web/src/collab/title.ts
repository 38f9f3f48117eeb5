/** The title of a document: shown as typed, saved a moment later, kept on this device until the server has it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Keep } from './keep';

/** A pause in typing after which the title is sent. */
const SAVE_AFTER_MS = 600;
/** After which it is sent again when it did not get there. */
const AGAIN_AFTER_MS = 5_000;

export type TitleAnswer = 'saved' | 'unreachable' | 'refused';

export class Title {
  readonly text: ReadonlySignal<string>;
  /** The title shown is not on the server yet. */
  readonly pending: ReadonlySignal<boolean>;
  readonly #text;
  readonly #pending;
  readonly #keep: Keep;
  readonly #key: string;
  readonly #save: (title: string) => Promise<TitleAnswer>;
  #server: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving = false;
  #destroyed = false;

  constructor(keep: Keep, id: string, known: string, save: (title: string) => Promise<TitleAnswer>) {
    this.#keep = keep;
    this.#key = `title:${id}`;
    this.#save = save;
    this.#server = known;
    const unsent = keep.get<string>(this.#key);
    this.#text = signal(unsent ?? known);
    this.#pending = signal(unsent !== undefined && unsent !== known);
    this.text = this.#text;
    this.pending = this.#pending;
  }

  /** The person typed a title. */
  edit(text: string): void {
    if (text === this.#text.peek()) return;
    this.#text.value = text;
    this.#pending.value = true;
    this.#keep.set(this.#key, text);
    this.#sendAfter(SAVE_AFTER_MS);
  }

  /** The server told a title; one's own unsent one stands above it. */
  told(text: string): void {
    this.#server = text;
    // The server trims; a space just typed must not vanish under the hands.
    if (!this.#pending.peek() && text !== this.#text.peek().trim()) this.#text.value = text;
  }

  /** Send what is unsent, now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#pending.peek() || this.#saving) return;
    this.#saving = true;
    const sent = this.#text.peek().trim();
    const answer = await this.#save(sent);
    this.#saving = false;
    if (answer === 'unreachable') {
      if (!this.#destroyed) this.#sendAfter(AGAIN_AFTER_MS);
      return;
    }
    if (answer === 'refused') this.#text.value = this.#server;
    else if (this.#text.peek().trim() !== sent) return this.flush();
    else this.#server = sent;
    this.#pending.value = false;
    this.#keep.remove(this.#key);
  }

  destroy(): void {
    this.#destroyed = true;
    void this.flush();
  }

  #sendAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }
}
