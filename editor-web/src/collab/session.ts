/**
 * One open document: its words, its copy on this device, its connection, and what may truly be said about them.
 *
 * The interface reads the signals here and never the Y.Doc. The socket is opened only after the server has told the
 * document's epoch in this visit, so that words of a past that was cut never flow into the new one.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Site } from '../api/site';
import { Connection } from './connection';
import { DeviceCopy } from './device';
import type { Ending } from './endings';
import type { Keep } from './keep';
import { type Leftover, leftoverOf } from './leftover';
import { LineWatch } from './line';
import { type Known, knownDocument, rememberDocument } from './memory';
import { type Person, Presence } from './presence';
import { rememberedSchema, rememberSchema, type ServedSchema } from './schema';
import { type Access, atRisk, type Facts, type Status, statusOf } from './status';
import { Title, type TitleAnswer } from './title';
import { wordsOf } from './words';

/** A server that could not be reached is asked again after this. */
const ASK_AGAIN_MS = 3_000;

export type Found =
  | { readonly kind: 'found'; readonly epoch: number; readonly title: string }
  | { readonly kind: 'ending'; readonly ending: Exclude<Ending, 'again' | 'replaced'> }
  | { readonly kind: 'unreachable' };

/** What a session asks of the server besides the socket. */
export interface DocumentServer {
  /** Ask for a document; one that this device has never seen may be created by asking. */
  find(id: string, mayCreate: boolean): Promise<Found>;
  rename(id: string, title: string): Promise<TitleAnswer>;
  /** What rich text may hold by now; `null` where the server does not say. */
  schema(): Promise<ServedSchema | null>;
  /** A quick look whether the server answers at all. */
  alive(): Promise<boolean>;
}

export interface SessionOptions {
  readonly id: string;
  readonly me: ReadonlySignal<Person>;
  readonly server: DocumentServer;
  readonly site: Site;
  /** What the names of its databases on this device begin with; `null` keeps no copy there. */
  readonly database?: string | null;
  /** Whose the words are: the server takes them for nobody else's. */
  readonly account?: string | undefined;
  /** `ws(s)://host/hocuspocus` */
  readonly socketUrl: string;
  /** The version of the schema that this editor was made with. */
  readonly schemaVersion: number;
  readonly token: () => Promise<string>;
  readonly keep: Keep;
  /** What the browser believes of its network. */
  readonly online: ReadonlySignal<boolean>;
  /** Names this visit on this device; unique among open tabs. */
  readonly visit: string;
  /** What the session before this one could save nowhere. */
  readonly rescued?: Leftover | null;
  readonly WebSocketPolyfill?: unknown;
}

/** `absent`: this device has no copy and the server cannot be reached. `replaced`: open it again. */
export type Stage = 'opening' | 'open' | 'absent' | 'replaced';

export class Session {
  readonly id: string;
  readonly site: Site;
  readonly doc = new Y.Doc();
  readonly fragment = this.doc.getXmlFragment('default');
  readonly awareness = new Awareness(this.doc);
  readonly presence: Presence;
  readonly title: Title;
  readonly stage: ReadonlySignal<Stage>;
  readonly access: ReadonlySignal<Access>;
  readonly status: ReadonlySignal<Status>;
  /** Closing the page now could lose words. */
  readonly atRisk: ReadonlySignal<boolean>;
  /** Unacknowledged words of this device from before the document's past was replaced. */
  readonly leftover: ReadonlySignal<Leftover | null>;
  /** What rich text may hold, as this device last heard; before the document's first words come from the server. */
  readonly schema: ReadonlySignal<ServedSchema | null>;

  readonly #options: SessionOptions;
  readonly #stage = signal<Stage>('opening');
  readonly #access = signal<Access>('unknown');
  readonly #leftover;
  readonly #schema;
  readonly #pending = signal(0);
  readonly #device = signal<DeviceCopy | null>(null);
  readonly #connection = signal<Connection | null>(null);
  readonly #line: LineWatch;
  readonly #stops: Array<() => void> = [];
  #own = 0;
  #destroyed = false;
  #wake: () => void = () => undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.site = options.site;
    this.#options = options;
    this.#line = new LineWatch(options.online);
    this.presence = new Presence(this.awareness, options.me.peek());
    const known = knownDocument(options.keep, this.id);
    this.title = new Title(options.keep, this.id, known?.title ?? '', (title) => options.server.rename(this.id, title));
    this.stage = this.#stage;
    this.access = this.#access;
    this.#leftover = signal(options.rescued ?? null);
    this.leftover = this.#leftover;
    this.#schema = signal(rememberedSchema(options.keep));
    this.schema = this.#schema;
    const facts = computed<Facts>(() => this.#facts());
    this.status = computed(() => statusOf(facts.value));
    this.atRisk = computed(() => atRisk(facts.value));
    this.doc.on('update', this.#onUpdate);
    this.#stops.push(
      effect(() => this.presence.introduce(options.me.value)),
      effect(() => this.#followNetwork(options.online.value)),
      effect(() => {
        if (this.#connection.value?.clean.value) this.#acknowledged();
      }),
    );
    void this.#open(known);
  }

  /** Try to reach the server now. */
  hurry(): void {
    this.#wake();
    this.#connection.peek()?.hurry();
  }

  /** There is a token to sign in with again: go on where it was missing, with every word. */
  signedIn(): void {
    if (this.#destroyed || (this.#access.peek() !== 'signIn' && this.#access.peek() !== 'denied')) return;
    this.#access.value = 'unknown';
    void this.#open(knownDocument(this.#options.keep, this.id));
  }

  /** Connect anew, with the token that there is by now. */
  reconnect(): void {
    this.#connection.peek()?.drop();
  }

  /** What let one in has ended for good: no other token is to be had. */
  shutOut(): void {
    if (this.#access.peek() === 'signIn') this.#end('denied');
  }

  /** The document holds things that this version of the editor would delete: stop before it does. */
  stopAsOutdated(): void {
    this.#end('outdated');
  }

  /** Everything this device has of the document, as Markdown. */
  words(): string {
    return wordsOf(this.doc);
  }

  /** Words that are in this window only, to be handed on when the document must be opened again. */
  rescued(): Leftover | null {
    const changes = this.#pending.peek();
    if (!atRisk({ pending: changes, kept: this.#device.peek()?.kept.peek() ?? false })) {
      return this.#options.rescued ?? null;
    }
    return { changes, words: this.words(), drop: async () => undefined };
  }

  /** Delete this device's copy, for good. */
  async forget(): Promise<void> {
    const device = this.#device.peek();
    this.#device.value = null;
    await device?.clear();
    this.#options.keep.remove(`document:${this.id}`);
  }

  /** The words from before have been taken care of: delete them from the device. */
  async dropLeftover(): Promise<void> {
    const leftover = this.#leftover.peek();
    this.#leftover.value = null;
    await leftover?.drop();
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#wake();
    for (const stop of this.#stops) stop();
    this.title.destroy();
    this.presence.destroy();
    this.#line.destroy();
    this.#connection.peek()?.destroy();
    this.awareness.destroy();
    const device = this.#device.peek();
    this.doc.off('update', this.#onUpdate);
    await device?.destroy();
    this.doc.destroy();
  }

  #facts(): Facts {
    const device = this.#device.value;
    const unsent = this.#pending.value;
    return {
      access: this.#access.value,
      line: this.#line.line.value,
      loaded: this.#stage.value === 'open',
      settled: this.#connection.value?.settled.value ?? false,
      pending: unsent + (this.title.pending.value ? 1 : 0),
      kept: unsent === 0 || (device?.kept.value ?? false),
    };
  }

  async #open(known: Known | undefined): Promise<void> {
    if (known && !this.#device.peek()) await this.#load(known.epoch, true);
    for (;;) {
      const { server } = this.#options;
      // Both before the socket: the first words from there may hold what only the newest schema tells of.
      const [found, served] = await Promise.all([server.find(this.id, known === undefined), server.schema()]);
      if (this.#destroyed) return;
      if (served) this.#heard(served);
      if (found.kind === 'found') return this.#begin(found, known);
      if (found.kind === 'ending') return this.#end(found.ending);
      this.#line.down();
      if (this.#stage.peek() === 'opening') this.#stage.value = 'absent';
      await this.#pause(ASK_AGAIN_MS);
      if (this.#destroyed) return;
    }
  }

  async #begin(found: Extract<Found, { kind: 'found' }>, known: Known | undefined): Promise<void> {
    const { keep } = this.#options;
    const replaced = known !== undefined && known.epoch !== found.epoch;
    rememberDocument(keep, this.id, found, replaced ? known.epoch : known?.previous);
    if (replaced) {
      this.#stage.value = 'replaced';
      return;
    }
    this.title.told(found.title);
    if (!this.#device.peek()) await this.#load(found.epoch, false);
    if (this.#destroyed) return;
    if (known?.previous !== undefined) void this.#findLeftover(known.previous);
    this.#connect(found.epoch);
  }

  #heard(served: ServedSchema): void {
    if (served.fingerprint === this.#schema.peek()?.fingerprint) return;
    rememberSchema(this.#options.keep, served);
    this.#schema.value = served;
  }

  async #load(epoch: number, showAtOnce: boolean): Promise<void> {
    const device = await this.#copy(epoch);
    if (this.#destroyed) return void device?.destroy();
    batch(() => {
      this.#device.value = device;
      this.#recount();
      if (showAtOnce && device?.complete) this.#stage.value = 'open';
    });
  }

  async #copy(epoch: number): Promise<DeviceCopy | null> {
    const { database = 'coscribe', visit } = this.#options;
    return database === null ? null : DeviceCopy.open(this.id, epoch, this.doc, visit, database);
  }

  async #findLeftover(previous: number): Promise<void> {
    const { database = 'coscribe', keep } = this.#options;
    if (database === null) return;
    const leftover = await leftoverOf(this.id, previous, keep, database);
    if (!this.#destroyed && leftover) this.#leftover.value = leftover;
  }

  #connect(epoch: number): void {
    const { socketUrl, schemaVersion, account, token, WebSocketPolyfill } = this.#options;
    const whose = account === undefined ? '' : `&account=${encodeURIComponent(account)}`;
    this.#connection.value = new Connection({
      name: this.id,
      // The server closes 4409 when the past of this epoch has been replaced meanwhile, and 4410 when this editor
      // would lose what others write.
      url: `${socketUrl}?epoch=${epoch}&schema=${schemaVersion}${whose}`,
      document: this.doc,
      awareness: this.awareness,
      token,
      WebSocketPolyfill,
      onSettled: () => this.#settled(),
      onDown: () => this.#line.down(),
      onScope: (scope) => (this.#access.value = scope),
      onEnding: (ending) => this.#end(ending),
      onStateless: (payload) => this.#told(payload),
    });
  }

  #settled(): void {
    batch(() => {
      this.#line.up();
      this.#stage.value = 'open';
    });
    void this.title.flush();
  }

  #end(ending: Exclude<Ending, 'again'>): void {
    const connection = this.#connection.peek();
    if (ending === 'replaced') {
      this.#stage.value = 'replaced';
      return;
    }
    batch(() => {
      this.#access.value = ending;
      this.#connection.value = null;
    });
    connection?.destroy();
  }

  /** Stateless messages are JSON; an unknown or broken one is for somebody else. */
  #told(payload: string): void {
    try {
      const message = JSON.parse(payload) as { type?: unknown; title?: unknown };
      if (message.type === 'title' && typeof message.title === 'string') this.#retitled(message.title);
    } catch {
      // not JSON
    }
  }

  #retitled(title: string): void {
    this.title.told(title);
    const known = knownDocument(this.#options.keep, this.id);
    if (known) rememberDocument(this.#options.keep, this.id, { epoch: known.epoch, title }, known.previous);
  }

  readonly #onUpdate = (_update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
    if (!transaction.local) return;
    this.#own += 1;
    this.#device.peek()?.note(this.#own);
    this.#recount();
  };

  #acknowledged(): void {
    this.#own = 0;
    this.#device.peek()?.acknowledge();
    this.#device.peek()?.markComplete();
    this.#recount();
  }

  #recount(): void {
    this.#pending.value = this.#own + (this.#device.peek()?.inherited ?? 0);
  }

  /** The browser's word about its network is a hint: back, try at once; gone, look whether the server answers. */
  #followNetwork(online: boolean): void {
    if (online) {
      this.hurry();
      return;
    }
    void this.#options.server.alive().then((alive) => {
      if (!alive && !this.#destroyed) this.#connection.peek()?.drop();
    });
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
