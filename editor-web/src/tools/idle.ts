import { whenIdle } from '../ui/whenIdle';

/** A task for when nothing else is to do; done once, however often it was asked for meanwhile. */
export class Idle {
  readonly #task: () => void;
  readonly #rest: number;
  #stop: (() => void) | null = null;

  /** `rest`: milliseconds between being asked and looking for such a time. */
  constructor(task: () => void, rest = 0) {
    this.#task = task;
    this.#rest = rest;
  }

  ask(): void {
    if (this.#stop) return;
    if (this.#rest === 0) {
      this.#wait();
      return;
    }
    const timer = setTimeout(() => this.#wait(), this.#rest);
    this.#stop = () => clearTimeout(timer);
  }

  cancel(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #wait(): void {
    this.#stop = whenIdle(() => {
      this.#stop = null;
      this.#task();
    });
  }
}
