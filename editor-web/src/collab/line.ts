/** The state of the line to the server, told apart by how long it has been gone. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Line } from './status';

/** A line lost for less than this is "reconnecting", for longer "offline". */
const GRACE_MS = 5_000;

export class LineWatch {
  readonly line: ReadonlySignal<Line>;
  readonly #up = signal(false);
  readonly #failures = signal(0);
  readonly #long = signal(false);
  #everUp = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param online what the browser believes of its network: a hint that shortens the grace, never the truth. */
  constructor(online: ReadonlySignal<boolean>) {
    this.line = computed(() => {
      if (this.#up.value) return 'online';
      if (this.#failures.value === 0) return 'opening';
      return this.#long.value || !online.value ? 'offline' : 'retrying';
    });
  }

  /** The server and this page have told each other everything. */
  up(): void {
    this.#rest();
    this.#everUp = true;
    this.#up.value = true;
    this.#failures.value = 0;
    this.#long.value = false;
  }

  /** The connection was lost, or an attempt at one failed. */
  down(): void {
    this.#up.value = false;
    this.#failures.value += 1;
    if (!this.#everUp) this.#long.value = true;
    else this.#timer ??= setTimeout(() => (this.#long.value = true), GRACE_MS);
  }

  destroy(): void {
    this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
