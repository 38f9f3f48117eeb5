/** The people one may mention: who is here, and whom this device has met before. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { ownKeep } from '../../account/whose';
import type { Person } from '../../collab/presence';
import { identity } from '../../documents/me';
import { plain } from './blocks';

const KEY = 'people';
const KEPT = 60;
const OFFERED = 8;

export class People {
  readonly #others: ReadonlySignal<readonly Person[]>;
  readonly #stop: () => void;

  constructor(others: ReadonlySignal<readonly Person[]>) {
    this.#others = others;
    this.#stop = effect(() => {
      const here = others.value.filter(({ name, id }) => name && !id.startsWith('client:'));
      if (here.length > 0) ownKeep().set(KEY, joined(here, known()).slice(0, KEPT));
    });
  }

  /** Those whose name has a word that begins so; who is here comes first. */
  matching(query: string): readonly Person[] {
    const wanted = plain(query);
    const all = joined([...this.#others.peek(), identity.me.peek()], known());
    return all
      .filter(({ name }) => name && (plain(name).startsWith(wanted) || plain(name).includes(` ${wanted}`)))
      .slice(0, OFFERED);
  }

  destroy(): void {
    this.#stop();
  }
}

function known(): readonly Person[] {
  const kept = ownKeep().get<readonly Person[]>(KEY);
  return Array.isArray(kept) ? kept.filter((one) => typeof one?.id === 'string' && typeof one.name === 'string') : [];
}

function joined(first: readonly Person[], then: readonly Person[]): readonly Person[] {
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...then.filter(({ id }) => !ids.has(id))];
}
