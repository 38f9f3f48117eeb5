/** A Coscribe server as one speaks to it: where it is, and who one is there. */
import { currentToken } from './token';

export interface Site {
  /** Its origin, such as `https://coscribe.example`; empty for the page's own server. */
  readonly address: string;
  /** A token to sign in with, or nothing where none is needed. */
  readonly token: () => Promise<string>;
}

/** The server that this page came from. */
export const here: Site = { address: '', token: currentToken };
