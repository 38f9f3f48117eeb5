/** One document's connection to the server: the provider and its socket, told as a few signals and callbacks. */
import { HocuspocusProvider } from '@hocuspocus/provider';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { type Ending, endingOfCode, endingOfReason } from './endings';
import { Wire } from './wire';

export interface ConnectionOptions {
  readonly name: string;
  readonly url: string;
  readonly document: Y.Doc;
  readonly awareness: Awareness;
  readonly token: () => Promise<string>;
  readonly WebSocketPolyfill?: unknown;
  /** Both sides have told each other everything (also after each reconnection). */
  readonly onSettled: () => void;
  /** The connection was lost, or an attempt failed. */
  readonly onDown: () => void;
  readonly onScope: (scope: 'read' | 'write') => void;
  readonly onEnding: (ending: Exclude<Ending, 'again'>) => void;
  readonly onStateless: (payload: string) => void;
}

export class Connection {
  readonly settled: ReadonlySignal<boolean>;
  /** The server has acknowledged everything: it is on its disk. */
  readonly clean: ReadonlySignal<boolean>;
  readonly #settled = signal(false);
  readonly #clean = signal(false);
  readonly #wire: Wire;
  readonly #provider: HocuspocusProvider;
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.settled = this.#settled;
    this.clean = this.#clean;
    this.#wire = new Wire({ url: options.url, WebSocketPolyfill: options.WebSocketPolyfill });
    this.#provider = new HocuspocusProvider({
      name: options.name,
      document: options.document,
      awareness: options.awareness,
      token: options.token,
      websocketProvider: this.#wire,
    });
    this.#listen();
    this.#provider.attach();
    void this.#wire.connect();
  }

  /** Whether an update with this origin came from the server. */
  isOrigin(origin: unknown): boolean {
    return origin === this.#provider;
  }

  /** Try to connect now. */
  hurry(): void {
    this.#wire.hurry();
  }

  /** Treat the socket as lost although it has not said so. */
  drop(): void {
    this.#wire.drop();
  }

  destroy(): void {
    this.#provider.destroy();
    this.#wire.destroy();
  }

  #listen(): void {
    const { onDown, onScope, onStateless } = this.#options;
    this.#wire.onCount = () => this.#count();
    this.#wire.on('disconnect', ({ event }: { event?: { code?: number } }) => {
      this.#count();
      const ending = endingOfCode(event?.code ?? 0);
      if (ending === 'again') onDown();
      else this.#end(ending);
    });
    this.#provider.on('authenticated', ({ scope }: { scope: string }) =>
      onScope(scope === 'readonly' ? 'read' : 'write'),
    );
    this.#provider.on('authenticationFailed', ({ reason }: { reason: string }) => {
      const ending = endingOfReason(reason);
      if (ending !== 'again') this.#end(ending);
    });
    this.#provider.on('stateless', ({ payload }: { payload: string }) => onStateless(payload));
  }

  #end(ending: Exclude<Ending, 'again'>): void {
    this.#wire.disconnect();
    this.#options.onEnding(ending);
  }

  #count(): void {
    const { settled, clean, refused } = this.#wire.acknowledgements;
    const first = settled && !this.#settled.peek();
    this.#settled.value = settled;
    if (first) this.#options.onSettled();
    if (refused > 0) this.#options.onScope('read');
    this.#clean.value = clean;
  }
}
