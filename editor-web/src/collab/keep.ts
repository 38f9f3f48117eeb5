/** Small facts remembered on this device: the last known epoch and title, an unsent title, who one is. */
export interface Keep {
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  remove(key: string): void;
}

const PREFIX = 'coscribe:';

/** Keep things in a `Storage`; a full or forbidden one forgets, and nothing else fails. */
export function keepIn(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Keep {
  return {
    get<T>(key: string): T | undefined {
      try {
        const text = storage().getItem(PREFIX + key);
        return text === null ? undefined : (JSON.parse(text) as T);
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        storage().setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Full or forbidden: it is only a memory.
      }
    },
    remove(key) {
      try {
        storage().removeItem(PREFIX + key);
      } catch {
        // Forbidden: there is nothing to remove then.
      }
    },
  };
}

/** Keep things in memory only. */
export function keepInMemory(): Keep {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/** Keep things under names of their own, apart from the others of a page. */
export function keepUnder(prefix: string, keep: Keep): Keep {
  return {
    get: (key) => keep.get(prefix + key),
    set: (key, value) => keep.set(prefix + key, value),
    remove: (key) => keep.remove(prefix + key),
  };
}
