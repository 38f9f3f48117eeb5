/** Words of this device from before a document's past was replaced: never merged, never silently dropped. */
import * as Y from 'yjs';
import { DeviceCopy } from './device';
import type { Keep } from './keep';
import { knownDocument, rememberDocument } from './memory';
import { wordsOf } from './words';

export interface Leftover {
  readonly changes: number;
  readonly words: string;
  /** Delete them from the device. */
  drop(): Promise<void>;
}

/** Look into the copy of an earlier epoch; one without unacknowledged changes is deleted, and the answer is `null`. */
export async function leftoverOf(id: string, epoch: number, keep: Keep, prefix?: string): Promise<Leftover | null> {
  const doc = new Y.Doc();
  const device = await DeviceCopy.open(id, epoch, doc, 'leftover', prefix);
  const drop = async (): Promise<void> => {
    await device?.clear();
    const known = knownDocument(keep, id);
    if (known) rememberDocument(keep, id, known);
  };
  const words = wordsOf(doc);
  if (device && device.inherited > 0 && words) return { changes: device.inherited, words, drop };
  await drop();
  return null;
}
