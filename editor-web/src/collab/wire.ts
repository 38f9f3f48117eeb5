import { HocuspocusProviderWebsocket, type HocuspocusProviderWebsocketConfiguration } from '@hocuspocus/provider';
import { Acknowledgements } from './acknowledgements';

const OPEN = 1;
/** A connection that has not settled by then is given up and tried again. */
const SETTLE_DEADLINE_MS = 12_000;

/**
 * The socket of one document: reconnects for ever, counts acknowledgements, and queues nothing.
 *
 * What cannot be sent now is dropped: the handshake of the next connection carries everything the server lacks, and
 * a queue flushed beside it would only be acknowledged twice.
 */
export class Wire extends HocuspocusProviderWebsocket {
  readonly acknowledgements = new Acknowledgements();
  /** Called whenever the counts may have changed. */
  onCount: () => void = () => undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(configuration: Omit<HocuspocusProviderWebsocketConfiguration, 'autoConnect'>) {
    super({ delay: 500, minDelay: 300, maxDelay: 8_000, factor: 1.6, ...configuration, autoConnect: false });
    this.on('status', ({ status }: { status: string }) => this.#watch(status));
    this.on('message', ({ data }: { data: ArrayBuffer }) => {
      this.acknowledgements.received(new Uint8Array(data));
      this.onCount();
    });
  }

  override send(message: Uint8Array): void {
    if (this.webSocket?.readyState !== OPEN) return;
    this.acknowledgements.sent(message);
    super.send(message);
    this.onCount();
  }

  /** Close the socket as lost; the retrying goes on. */
  drop(): void {
    this.webSocket?.close();
  }

  /** Try now instead of at the end of the current pause. */
  hurry(): void {
    if (this.shouldConnect && this.status !== 'connected' && this.webSocket?.readyState !== OPEN) void this.connect();
  }

  override destroy(): void {
    clearTimeout(this.#deadline);
    super.destroy();
  }

  #watch(status: string): void {
    if (status === 'connected') return;
    this.acknowledgements.reset();
    this.onCount();
    clearTimeout(this.#deadline);
    if (status !== 'connecting') return;
    this.#deadline = setTimeout(() => {
      if (!this.acknowledgements.settled) this.drop();
    }, SETTLE_DEADLINE_MS);
  }
}
