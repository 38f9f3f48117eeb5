/** What a close code or a refusal means for the person: one table, so that no code is judged in two places. */
import type { Access } from './status';

/** `replaced`: the document's past was cut; open it again under its new epoch. `again`: come back later by itself. */
export type Ending = Extract<Access, 'signIn' | 'denied' | 'deleted' | 'outdated' | 'refused'> | 'replaced' | 'again';

const codes: Readonly<Record<number, Ending>> = {
  4400: 'refused', // bad message
  4401: 'signIn',
  4403: 'denied',
  4404: 'deleted',
  4409: 'replaced',
  4410: 'outdated',
  4413: 'refused', // too large
};

/** Judge a WebSocket close code; whatever is not permanent is tried again. */
export function endingOfCode(code: number): Ending {
  return codes[code] ?? 'again';
}

/** Judge the reason of a refused sign-in. */
export function endingOfReason(reason: string): Ending {
  const code = /\b44\d\d\b/.exec(reason);
  if (code) return endingOfCode(Number(code[0]));
  if (/deleted|not[ -]found/i.test(reason)) return 'deleted';
  if (/sign[ -]?in|expired|unauthori[sz]ed|token/i.test(reason)) return 'signIn';
  return 'denied';
}

/** Judge an HTTP status of the document's own address. */
export function endingOfHttp(status: number): Ending {
  if (status === 401) return 'signIn';
  if (status === 403) return 'denied';
  if (status === 404 || status === 410) return 'deleted';
  if (status === 400 || status === 414) return 'refused';
  return 'again';
}
