/**
 * Counts what one connection has sent against what the server has acknowledged, from the frames themselves.
 *
 * The provider's own `unsyncedChanges` starts again at one with each connection while edits of an earlier one may
 * still be in its queue, so it can reach nought too soon. Here every Update and SyncStep2 that really left counts one,
 * and every SyncStatus takes one away; nothing is clean before both sides have answered each other's SyncStep1.
 */

enum Type {
  Sync = 0,
  SyncStatus = 8,
}

enum Step {
  Two = 1,
  Update = 2,
}

export class Acknowledgements {
  /** Frames that carry changes and are not acknowledged yet. */
  outstanding = 0;
  /** Frames that the server judged and did not take (a read-only connection). */
  refused = 0;
  #told = false;
  #heard = false;

  /** A new connection, or none: nothing of the old one counts any more. */
  reset(): void {
    this.outstanding = 0;
    this.refused = 0;
    this.#told = false;
    this.#heard = false;
  }

  sent(frame: Uint8Array): void {
    const [type, payload] = read(frame);
    if (type !== Type.Sync) return;
    if (payload === Step.Two) this.#told = true;
    if (payload === Step.Two || payload === Step.Update) this.outstanding += 1;
  }

  received(frame: Uint8Array): void {
    const [type, payload] = read(frame);
    if (type === Type.Sync && payload === Step.Two) this.#heard = true;
    if (type !== Type.SyncStatus) return;
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (payload === 0) this.refused += 1;
  }

  /** Both sides have told each other what they had. */
  get settled(): boolean {
    return this.#told && this.#heard;
  }

  /** The server has everything, and on its disk. */
  get clean(): boolean {
    return this.settled && this.outstanding === 0 && this.refused === 0;
  }
}

/** Read the message type and the byte after it; a frame without an address (ping, pong) is of no type. */
function read(frame: Uint8Array): [type: number, next: number] {
  if (frame.length < 2) return [-1, -1];
  const [length, address] = varUint(frame, 0);
  const [type, next] = varUint(frame, address + length);
  return [type, frame[next] ?? -1];
}

function varUint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let factor = 1;
  for (let next = at; next < bytes.length; next += 1) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, next + 1];
    factor *= 128;
  }
  return [-1, bytes.length];
}
