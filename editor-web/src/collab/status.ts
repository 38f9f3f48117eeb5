/**
 * What the page says about saving: one table, from facts alone.
 *
 * "Saved" is said only when the server has acknowledged everything, and it acknowledges only what is on its disk.
 * The first row that fits is the answer; rows that end the work stand above rows about the connection.
 */

/** What this person may do here, as the server has told it. */
export type Access = 'unknown' | 'write' | 'read' | 'signIn' | 'denied' | 'deleted' | 'outdated' | 'refused';

/** The connection to the server: on its first way up, up, just lost, or lost for a while. */
export type Line = 'opening' | 'online' | 'retrying' | 'offline';

export interface Facts {
  readonly access: Access;
  readonly line: Line;
  /** The text is on the screen, from this device or from the server. */
  readonly loaded: boolean;
  /** Both sides have told each other everything on this connection. */
  readonly settled: boolean;
  /** Changes made on this device that the server has not acknowledged. */
  readonly pending: number;
  /** All pending changes are in this device's own storage. */
  readonly kept: boolean;
}

export type StatusKind =
  | 'loading'
  | 'saved'
  | 'saving'
  | 'offline'
  | 'reconnecting'
  | 'readOnly'
  | 'outdated'
  | 'refused'
  | 'signIn'
  | 'noAccess'
  | 'deleted';

export interface Status {
  readonly kind: StatusKind;
  readonly changes: number;
  readonly kept: boolean;
}

const table: ReadonlyArray<readonly [StatusKind, (facts: Facts) => boolean]> = [
  ['deleted', (f) => f.access === 'deleted'],
  ['noAccess', (f) => f.access === 'denied'],
  ['signIn', (f) => f.access === 'signIn'],
  ['outdated', (f) => f.access === 'outdated'],
  ['refused', (f) => f.access === 'refused'],
  ['offline', (f) => f.line === 'offline'],
  ['reconnecting', (f) => f.line === 'retrying'],
  ['loading', (f) => !f.loaded],
  ['saving', (f) => f.pending > 0 && f.line === 'online' && f.access === 'write'],
  ['loading', (f) => f.line === 'opening' || !f.settled],
  ['readOnly', (f) => f.access === 'read'],
  ['saved', (f) => f.pending === 0],
  ['saving', () => true],
];

/** Choose the status for the facts; `changes` and `kept` come along for the words. */
export function statusOf(facts: Facts): Status {
  const [kind] = table.find(([, fits]) => fits(facts)) ?? (['saving'] as const);
  return { kind, changes: facts.pending, kept: facts.kept };
}

/** Closing the page now could lose words: neither the server nor this device has them. */
export function atRisk(facts: Pick<Facts, 'pending' | 'kept'>): boolean {
  return facts.pending > 0 && !facts.kept;
}
