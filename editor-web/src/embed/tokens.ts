/**
 * The token of one editor, and how it is replaced in good time.
 *
 * Always holds: whoever needs a token gets an answer in time, if need be with the old one; the page is asked by one at
 * a time, and one that does not answer is left alone for a while.
 */
import { claimsOf } from './claims';
import type { Reason } from './types/coscribe-editor';

/** A token this near to its end is replaced; the server asks for another at about the same time. */
const AHEAD_MS = 35_000;
/** Of one that is short-lived anyway, this part. */
const AHEAD_PART = 0.3;
/** The page has this long to answer. */
const ANSWER_MS = 15_000;
/** One that has just not answered has this long, so that a token that has ended ends the work at once. */
const LAST_ANSWER_MS = 2_000;
/** After no answer, a token that ends soon is asked for again only when this has passed. */
const AGAIN_MS = 10_000;
/** A token that the server does not take is not asked for again and again. */
const PAUSE_MS = 5_000;

/** Asks the page; resolves with the new token, or with nothing where none comes. */
export type Ask = (reason: Reason, signal: AbortSignal) => Promise<string | null>;

export class Tokens {
  #token = '';
  #renewing: Promise<boolean> | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** When the page was last asked in vain. */
  #unansweredAt = Number.NEGATIVE_INFINITY;
  readonly #ask: Ask;
  readonly #now: () => number;

  constructor(ask: Ask, now: () => number = Date.now) {
    this.#ask = ask;
    this.#now = now;
  }

  get held(): string {
    return this.#token;
  }

  set(token: string): void {
    this.#token = token;
  }

  /** A token that is good for a while; the one at hand where the page has no better. */
  readonly current = async (): Promise<string> => {
    if (this.#token !== '' && this.#nearEnd() && !this.#unanswered()) await this.#renew('expiring');
    return this.#token;
  };

  /** Whether the page has another one, now that this one was not taken. */
  async replace(): Promise<boolean> {
    const now = this.#now();
    if (now - this.#refusedAt < PAUSE_MS) return false;
    this.#refusedAt = now;
    return this.#renew(this.#token === '' ? 'missing' : 'refused');
  }

  #nearEnd(): boolean {
    const { issued, expires } = claimsOf(this.#token);
    return expires - this.#now() <= Math.min(AHEAD_MS, (expires - issued) * AHEAD_PART);
  }

  #unanswered(): boolean {
    return this.#now() - this.#unansweredAt < AGAIN_MS;
  }

  #renew(reason: Reason): Promise<boolean> {
    this.#renewing ??= this.#answer(reason).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #answer(reason: Reason): Promise<boolean> {
    const before = this.#token;
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), this.#patience(reason));
    // A page may hang on its own server: what it gives later counts, but nobody waits for it.
    const late = new Promise<null>((resolve) => {
      waiting.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const given = await Promise.race([this.#ask(reason, waiting.signal).catch(() => null), late]);
    clearTimeout(timer);
    if (given) this.#token = given;
    const replaced = this.#token !== before;
    this.#unansweredAt = replaced ? Number.NEGATIVE_INFINITY : this.#now();
    return replaced;
  }

  /** How long to wait for the page: while the old token is good, not past its end. */
  #patience(reason: Reason): number {
    if (reason === 'refused') return this.#unanswered() ? LAST_ANSWER_MS : ANSWER_MS;
    if (reason === 'missing') return ANSWER_MS;
    const left = claimsOf(this.#token).expires - this.#now();
    return left > 0 ? Math.min(ANSWER_MS, left) : ANSWER_MS;
  }
}
