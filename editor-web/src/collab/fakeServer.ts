/** A Hocuspocus server in memory for tests: it can hold its acknowledgements, refuse, close, and go away. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

enum Type {
  Sync = 0,
  Awareness = 1,
  Auth = 2,
  Stateless = 5,
  SyncStatus = 8,
}

type Listener = (event: unknown) => void;

export class FakeServer {
  readonly doc = new Y.Doc();
  /** While true, what comes in is taken but not acknowledged. */
  holding = false;
  /** While false, no connection succeeds. */
  reachable = true;
  scope: 'read-write' | 'readonly' = 'read-write';
  denial: string | null = null;
  /** How many Update messages came in. */
  updates = 0;
  /** How many connections were made. */
  opened = 0;
  readonly urls: string[] = [];
  #held: Array<() => void> = [];
  #sockets = new Set<FakeSocket>();

  /** The class to hand in as `WebSocketPolyfill`. */
  get WebSocket(): unknown {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url, server);
      }
    };
  }

  /** Acknowledge everything that was held. */
  release(): void {
    this.holding = false;
    for (const acknowledge of this.#held.splice(0)) acknowledge();
  }

  closeAll(code: number): void {
    for (const socket of [...this.#sockets]) socket.end(code);
  }

  /** A stateless message to everybody. */
  tell(name: string, payload: string): void {
    for (const socket of this.#sockets) {
      socket.receive(frame(name, Type.Stateless, (encoder) => encoding.writeVarString(encoder, payload)));
    }
  }

  connect(socket: FakeSocket): void {
    this.urls.push(socket.url);
    if (!this.reachable) {
      socket.end(1006);
      return;
    }
    this.opened += 1;
    this.#sockets.add(socket);
    socket.open();
  }

  forget(socket: FakeSocket): void {
    this.#sockets.delete(socket);
  }

  take(socket: FakeSocket, data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    const name = decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === Type.Auth) this.#signIn(socket, name);
    if (type === Type.Sync) this.#sync(socket, name, decoder);
  }

  #signIn(socket: FakeSocket, name: string): void {
    const denial = this.denial;
    socket.receive(
      frame(name, Type.Auth, (encoder) => {
        encoding.writeVarUint(encoder, denial === null ? 2 : 1);
        encoding.writeVarString(encoder, denial ?? this.scope);
      }),
    );
  }

  #sync(socket: FakeSocket, name: string, decoder: decoding.Decoder): void {
    if (this.denial !== null) return;
    const step = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder);
    if (step === 0) {
      socket.receive(sync(name, 0, Y.encodeStateVector(this.doc)));
      socket.receive(sync(name, 1, Y.encodeStateAsUpdate(this.doc, bytes)));
      return;
    }
    if (step === 2) this.updates += 1;
    const taken = this.scope === 'read-write';
    if (taken) Y.applyUpdate(this.doc, bytes);
    const answer = frame(name, Type.SyncStatus, (encoder) => encoding.writeVarInt(encoder, taken ? 1 : 0));
    if (this.holding) this.#held.push(() => socket.receive(answer));
    else socket.receive(answer);
  }
}

class FakeSocket {
  readyState = 0;
  binaryType = 'arraybuffer';
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(
    readonly url: string,
    readonly server: FakeServer,
  ) {
    queueMicrotask(() => server.connect(this));
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  send(data: Uint8Array): void {
    queueMicrotask(() => this.readyState === 1 && this.server.take(this, data));
  }

  close(): void {
    this.end(1005);
  }

  open(): void {
    this.readyState = 1;
    this.#emit('open', {});
  }

  receive(data: Uint8Array): void {
    if (this.readyState === 1) this.#emit('message', { data: data.buffer });
  }

  end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.forget(this);
    this.#emit('close', { code, reason: '' });
  }

  #emit(name: string, event: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(event);
  }
}

function frame(name: string, type: Type, payload: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, name);
  encoding.writeVarUint(encoder, type);
  payload(encoder);
  return encoding.toUint8Array(encoder);
}

function sync(name: string, step: number, bytes: Uint8Array): Uint8Array {
  return frame(name, Type.Sync, (encoder) => {
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}
