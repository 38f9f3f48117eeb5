/**
 * The copy of a document on this device: y-indexeddb for the words, and beside them how many are not acknowledged.
 *
 * The count lives in the same database and is written after the update it speaks of, in a transaction over both
 * stores: when it is there, so is the update, and when the first is lost both are. State vectors would not do: a
 * deletion does not move them, and words of others that came after the last acknowledgement do.
 * Each visit counts under a key of its own, so two tabs never overwrite each other; a later visit inherits what is
 * left of them, and the server's acknowledgement of everything clears exactly what was inherited.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { IndexeddbPersistence } from 'y-indexeddb';
import type * as Y from 'yjs';

const UPDATES = 'updates';
export const CUSTOM = 'custom';
export const PENDING = 'pending:';
const COMPLETE = 'complete';
/** A browser that has not opened its database by then is treated as having none. */
const OPEN_DEADLINE_MS = 4_000;

/** `prefix` tells servers and people apart on a page that knows several. */
export function databaseName(id: string, epoch: number, prefix = 'coscribe'): string {
  return `${prefix}:${id}@${epoch}`;
}

export class DeviceCopy {
  /** Everything noted so far is in the database. */
  readonly kept: ReadonlySignal<boolean>;
  /** Changes of earlier visits that no server has acknowledged. */
  inherited: number;
  /** The copy once held all that the server had: it may be shown without asking. */
  complete: boolean;
  readonly #kept = signal(true);
  readonly #persistence: IndexeddbPersistence;
  readonly #key: string;
  #left: Map<string, number>;
  #own = 0;
  #version = 0;
  #writing = false;
  #closed = false;

  private constructor(persistence: IndexeddbPersistence, left: Map<string, number>, complete: boolean, visit: string) {
    this.#persistence = persistence;
    this.#key = PENDING + visit;
    this.#left = left;
    this.inherited = sum(left);
    this.complete = complete;
    this.kept = this.#kept;
  }

  /** Load the copy into `doc`, or answer `null` where the browser keeps nothing (private window, blocked, full). */
  static async open(id: string, epoch: number, doc: Y.Doc, visit: string, prefix?: string): Promise<DeviceCopy | null> {
    const name = databaseName(id, epoch, prefix);
    if (!(await usable(name))) return null;
    const persistence = new IndexeddbPersistence(name, doc);
    const loaded = await within(persistence.whenSynced, OPEN_DEADLINE_MS);
    const database = persistence.db;
    if (!loaded || !database) {
      void persistence.destroy();
      return null;
    }
    const [left, complete] = await facts(database);
    return new DeviceCopy(persistence, left, complete, visit);
  }

  /** Note that this visit now has `own` unacknowledged changes. */
  note(own: number): void {
    this.#own = own;
    this.#version += 1;
    this.#kept.value = false;
    void this.#write();
  }

  /** The server has acknowledged everything: what this visit made and what it inherited. */
  acknowledge(): void {
    if (this.#own === 0 && this.#left.size === 0) return;
    this.#own = 0;
    this.inherited = 0;
    this.#version += 1;
    this.#kept.value = true; // the server has it: storage no longer matters
    void this.#write();
  }

  /** The server has told everything: from now on the copy can be shown without it. */
  markComplete(): void {
    if (this.complete || this.#closed) return;
    this.complete = true;
    this.#persistence.set(COMPLETE, 1).catch(() => undefined); // no storage: the next visit asks the server
  }

  /** Delete the copy from the device. */
  async clear(): Promise<void> {
    this.#closed = true;
    await this.#persistence.clearData();
  }

  async destroy(): Promise<void> {
    this.#closed = true;
    await this.#persistence.destroy();
  }

  async #write(): Promise<void> {
    if (this.#writing || this.#closed) return;
    this.#writing = true;
    const version = this.#version;
    try {
      await this.#put();
      if (version === this.#version) this.#kept.value = true;
    } catch {
      // Full or broken storage: `kept` stays false, the page says so and warns before closing.
    } finally {
      this.#writing = false;
    }
    if (version !== this.#version) await this.#write();
  }

  async #put(): Promise<void> {
    const database = this.#persistence.db;
    if (!database) throw new Error('The database on this device is closed.');
    const transaction = database.transaction([UPDATES, CUSTOM], 'readwrite');
    const store = transaction.objectStore(CUSTOM);
    if (this.#own > 0) store.put(this.#own, this.#key);
    else store.delete(this.#key);
    if (this.inherited === 0 && this.#left.size > 0) {
      for (const [key, seen] of this.#left) deleteIfStill(store, key, seen);
      this.#left = new Map();
    }
    await completed(transaction);
  }
}

/** Another tab may have counted on since: only what was inherited is acknowledged. */
function deleteIfStill(store: IDBObjectStore, key: string, seen: number): void {
  const reading = store.get(key);
  reading.onsuccess = () => {
    if (reading.result === seen) store.delete(key);
  };
}

async function facts(database: IDBDatabase): Promise<[left: Map<string, number>, complete: boolean]> {
  const transaction = database.transaction([CUSTOM], 'readonly');
  const store = transaction.objectStore(CUSTOM);
  const range = IDBKeyRange.bound(PENDING, `${PENDING}\uffff`);
  const keys = store.getAllKeys(range);
  const values = store.getAll(range);
  const complete = store.get(COMPLETE);
  await completed(transaction);
  const left = new Map(keys.result.map((key, index) => [String(key), Number(values.result[index])]));
  return [left, complete.result === 1];
}

/** y-indexeddb leaves a failed opening unhandled, so try first. */
async function usable(name: string): Promise<boolean> {
  if (typeof indexedDB === 'undefined') return false;
  return within(
    new Promise<boolean>((resolve) => {
      try {
        const opening = indexedDB.open(name);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore(UPDATES, { autoIncrement: true });
          opening.result.createObjectStore(CUSTOM);
        };
        opening.onsuccess = () => {
          opening.result.close();
          resolve(true);
        };
        opening.onerror = () => resolve(false);
      } catch {
        resolve(false);
      }
    }),
    OPEN_DEADLINE_MS,
  ).then((answer) => answer === true);
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The database on this device gave up.'));
  });
}

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function sum(entries: Map<string, number>): number {
  return [...entries.values()].reduce((total, count) => total + count, 0);
}
