/** Asks the worker that matches, and ends it when a pattern takes too long. */
import type { Match, Query } from './matching';
import type { Answer, Question } from './worker';

/** A sound pattern needs a few milliseconds for a book; one that takes this long would take for ever. */
const DEADLINE_MS = 1_500;

export type Found = readonly Match[][] | 'invalid' | 'slow';

export class Searcher {
  /** Whether patterns may be looked for: one that takes for ever is ended. */
  readonly patterns: boolean = true;
  #worker: Worker | null = null;
  #number = 0;

  search(query: Query, texts: readonly string[], limit: number, replacement?: string): Promise<Found> {
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const worker = this.#worker;
    const number = ++this.#number;
    return new Promise((resolve) => {
      const end = (found: Found) => {
        clearTimeout(timer);
        worker.removeEventListener('message', heard);
        resolve(found);
      };
      const heard = ({ data }: MessageEvent<Answer>) => {
        if (data.number === number) end(data.matches ?? 'invalid');
      };
      const timer = setTimeout(() => {
        this.destroy();
        end('slow');
      }, DEADLINE_MS);
      worker.addEventListener('message', heard);
      const question: Question = { number, query, texts, limit, ...(replacement === undefined ? {} : { replacement }) };
      worker.postMessage(question);
    });
  }

  destroy(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
