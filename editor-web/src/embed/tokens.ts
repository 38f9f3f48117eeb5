/**
 * The token of one editor, and how it is replaced in good time.
 *
 * Always holds: whoever needs a token gets an answer, if need be with the old one; the page is asked by one at a time.
 */
import { claimsOf } from './claims';

/** A token this near to its end is replaced; the server asks for another at about the same time. */
const AHEAD_MS = 35_000;
/** Of one that is short-lived anyway, this part. */
const AHEAD_PART = 0.3;
/** The page has this long to answer. */
const ANSWER_MS = 15_000;
/** A token that the server does not take is not asked for again and again. */
const PAUSE_MS = 5_000;

/** Why the page is asked for a token. */
export type Reason = 'missing' | 'expiring' | 'refused';

/** Asks the page; resolves with the new token, or with nothing where none comes. */
export type Ask = (reason: Reason, signal: AbortSignal) => Promise<string | null>;

export class Tokens {
  #token = '';
  #renewing: Promise<boolean> | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;
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
    if (this.#token !== '' && this.#nearEnd()) await this.#renew('expiring');
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

  #renew(reason: Reason): Promise<boolean> {
    this.#renewing ??= this.#answer(reason).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #answer(reason: Reason): Promise<boolean> {
    const before = this.#token;
    const given = await this.#ask(reason, AbortSignal.timeout(ANSWER_MS)).catch(() => null);
    if (given) this.#token = given;
    return this.#token !== before;
  }
}
