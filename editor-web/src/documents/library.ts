/** The list of documents: what this device last saw at once, the server's answer when it comes. */
import { type ReadonlySignal, signal } from '@preact/signals';
import {
  createDocument,
  type DocumentMeta,
  deleteDocument,
  listDocuments,
  renameDocument,
  restoreDocument,
} from '../api/documents';
import { Problem, Unreachable } from '../api/http';
import type { Keep } from '../collab/keep';

const KEY = 'library';
/** So many are remembered for the time without a server. */
const REMEMBERED = 200;
const SEARCH_AFTER_MS = 150;

export class Library {
  readonly documents: ReadonlySignal<readonly DocumentMeta[]>;
  /** The list is what this device remembers; the server does not answer. */
  readonly stale: ReadonlySignal<boolean>;
  /** The server does not know who asks: somebody must sign in. */
  readonly unknown: ReadonlySignal<boolean>;
  /** The first answer, or the memory of one, has not come yet. */
  readonly loading: ReadonlySignal<boolean>;
  readonly query: ReadonlySignal<string>;
  readonly cursor: ReadonlySignal<string | null>;
  readonly #documents;
  readonly #stale = signal(false);
  readonly #unknown = signal(false);
  readonly #loading;
  readonly #query = signal('');
  readonly #cursor = signal<string | null>(null);
  readonly #keep: Keep;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(keep: Keep) {
    this.#keep = keep;
    const remembered = this.#remembered();
    this.#documents = signal<readonly DocumentMeta[]>(remembered);
    this.#loading = signal(remembered.length === 0);
    this.documents = this.#documents;
    this.stale = this.#stale;
    this.unknown = this.#unknown;
    this.loading = this.#loading;
    this.query = this.#query;
    this.cursor = this.#cursor;
    void this.refresh();
  }

  /** Search as somebody types: at once in what is remembered, then on the server. */
  search(query: string): void {
    this.#query.value = query;
    this.#documents.value = matching(this.#remembered(), query);
    this.#cursor.value = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), SEARCH_AFTER_MS);
  }

  /** Ask the server again; only the newest question's answer counts. */
  async refresh(): Promise<void> {
    await this.#ask(null);
  }

  async more(): Promise<void> {
    const cursor = this.#cursor.peek();
    if (cursor !== null) await this.#ask(cursor);
  }

  async create(): Promise<DocumentMeta> {
    const created = await createDocument({});
    this.#put([created, ...this.#documents.peek()]);
    return created;
  }

  async rename(id: string, title: string): Promise<void> {
    const before = this.#documents.peek();
    this.#put(before.map((document) => (document.id === id ? { ...document, title } : document)));
    await this.#orBack(before, () => renameDocument(id, title));
  }

  /** Move to the trash. */
  async remove(id: string): Promise<void> {
    const before = this.#documents.peek();
    this.#put(before.filter((document) => document.id !== id));
    await this.#orBack(before, () => deleteDocument(id));
  }

  async restore(id: string): Promise<void> {
    await restoreDocument(id);
    await this.refresh();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  async #ask(cursor: string | null): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const q = this.#query.peek().trim();
    try {
      const page = await listDocuments({ q, ...(cursor === null ? {} : { cursor }), signal: asking.signal });
      if (asking.signal.aborted) return;
      const documents = cursor === null ? page.documents : [...this.#documents.peek(), ...page.documents];
      this.#put(q === '' ? newestFirst(documents) : documents);
      this.#cursor.value = page.cursor;
      this.#stale.value = false;
      this.#unknown.value = false;
      this.#loading.value = false;
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      this.#stale.value = true;
      this.#unknown.value = error instanceof Problem && error.status === 401;
      this.#loading.value = false;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  #put(documents: readonly DocumentMeta[]): void {
    this.#documents.value = documents;
    if (this.#query.peek() === '') this.#keep.set(KEY, documents.slice(0, REMEMBERED));
  }

  async #orBack(before: readonly DocumentMeta[], work: () => Promise<void>): Promise<void> {
    // an answer that is on its way shows the list as it was
    const asked = this.#asking !== null;
    this.#asking?.abort();
    try {
      await work();
    } catch (error) {
      this.#put(before);
      throw error;
    } finally {
      if (asked) void this.refresh();
    }
  }

  #remembered(): readonly DocumentMeta[] {
    return this.#keep.get<DocumentMeta[]>(KEY) ?? [];
  }
}

function newestFirst(documents: readonly DocumentMeta[]): readonly DocumentMeta[] {
  return [...documents].sort((a, b) => b.updated - a.updated);
}

/** Titles that hold every word of the query: what can be searched without the server. */
export function matching(documents: readonly DocumentMeta[], query: string): readonly DocumentMeta[] {
  const parts = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return documents.filter(({ title }) => parts.every((part) => title.toLocaleLowerCase().includes(part)));
}
