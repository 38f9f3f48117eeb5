/** What this device last knew of a document: enough to open its copy without the server. */
import type { Keep } from './keep';

export interface Known {
  readonly epoch: number;
  readonly title: string;
  /** The epoch before, while this device may still hold unacknowledged words of it. */
  readonly previous?: number;
}

export function knownDocument(keep: Keep, id: string): Known | undefined {
  const known = keep.get<Partial<Known>>(`document:${id}`);
  if (typeof known?.epoch !== 'number') return undefined;
  return {
    epoch: known.epoch,
    title: known.title ?? '',
    ...(typeof known.previous === 'number' ? { previous: known.previous } : {}),
  };
}

export function rememberDocument(
  keep: Keep,
  id: string,
  found: { readonly epoch: number; readonly title: string },
  previous?: number,
): void {
  const known: Known = { epoch: found.epoch, title: found.title, ...(previous === undefined ? {} : { previous }) };
  keep.set(`document:${id}`, known);
}
