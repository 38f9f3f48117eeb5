/**
 * Who one is to the server in this tab: by a cookie, which needs nothing here, or for one document by a token.
 *
 * A token comes by a link (`/s/…`), whose secret is exchanged for the next one in good time, or behind the `#` of the
 * document's address, from an application that made it. Both are kept for this tab, and are gone when it is closed.
 */
import { keepIn } from '../collab/keep';
import { claimsOf } from '../embed/claims';
import { Tokens } from '../embed/tokens';
import { Problem, request } from './http';
import type { Site } from './site';

/** What lets one into a document; without a secret the token is all there is. */
export interface Pass {
  readonly token: string;
  readonly secret?: string;
  /** Keeps one the same guest from token to token. */
  readonly guest?: string | null;
}

/** What the exchange of a link answers; no token where one may do as much without. */
export interface Exchanged {
  readonly document: string;
  readonly token: string | null;
  readonly guest: string | null;
}

const keep = keepIn(() => sessionStorage);
const known = new Map<string, Access>();
const HANDED = /^#token=([\w.~-]+)$/;

/** One document's token. */
class Access {
  readonly tokens: Tokens;
  /** The link leads nowhere any more. */
  ended = false;
  #pass: Pass | undefined;
  readonly #key: string;

  constructor(readonly id: string) {
    this.#key = `pass:${id}`;
    this.#pass = keep.get<Pass>(this.#key);
    this.tokens = new Tokens(async () => (await this.#next()) ?? null);
    this.tokens.set(this.#pass?.token ?? '');
  }

  get pass(): Pass | undefined {
    return this.#pass;
  }

  take(pass: Pass): void {
    this.#pass = pass;
    this.ended = false;
    this.tokens.set(pass.token);
    keep.set(this.#key, pass);
  }

  async #next(): Promise<string | undefined> {
    const { secret, guest } = this.#pass ?? {};
    if (!secret) return undefined;
    const asked = { secret, guest: guest ?? undefined, name: myName() };
    const { token, guest: same } = await exchange(asked).catch((error: unknown) => {
      this.ended = error instanceof Problem && error.status === 404;
      throw error;
    });
    if (token) this.take({ token, secret, guest: same });
    return token ?? undefined;
  }
}

function accessTo(document: string): Access {
  const found = known.get(document) ?? new Access(document);
  known.set(document, found);
  return found;
}

/** What one calls oneself; the page says. */
let myName: () => string | undefined = () => undefined;

/** Let guests have this name from their next token on. */
export function nameGuests(name: () => string): void {
  myName = name;
}

/** Exchange a link's secret, which travels in the body alone. */
export async function exchange(body: {
  readonly secret: string;
  readonly password?: string | undefined;
  readonly guest?: string | undefined;
  readonly name?: string | undefined;
}): Promise<Exchanged> {
  return request<Exchanged>('/api/shares', { method: 'POST', body });
}

/** Keep what a link has given, and forget an older one. */
export function admit(document: string, pass: Pass | null): void {
  if (pass) accessTo(document).take(pass);
  else if (known.delete(document) || keep.get(`pass:${document}`)) keep.remove(`pass:${document}`);
}

/** This page's server, asked with what lets one into a document. */
export function siteOf(document: string): Site {
  return { address: '', token: () => accessTo(document).tokens.current() };
}

/** Get another token after one that was not taken; there may be one later, none any more, or nowhere to get one from. */
export async function renew(document: string): Promise<'renewed' | 'later' | 'ended' | 'none'> {
  const access = accessTo(document);
  if (await access.tokens.replace()) return 'renewed';
  if (access.ended) return 'ended';
  return access.pass?.secret ? 'later' : 'none';
}

/** Get a token with one's new name, where one is a guest. */
export async function rename(document: string): Promise<boolean> {
  const access = accessTo(document);
  return access.pass?.secret ? access.tokens.replace() : false;
}

/** Who one is by the token for a document: the id that others see; empty where there is no token. */
export function userIn(document: string): string {
  return claimsOf(accessTo(document).pass?.token ?? '').user;
}

/** Take the token out of the address of a document, if an application has put one there. */
export function takeHanded(document: string): void {
  const token = HANDED.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  accessTo(document).take({ token });
}
