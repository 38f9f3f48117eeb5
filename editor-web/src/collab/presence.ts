/** Who is here: the people behind the awareness states, once each, however many windows they have open. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Awareness } from 'y-protocols/awareness';

/** At the window; at it but quiet for minutes; with the window out of sight. */
export type Activity = 'active' | 'idle' | 'away';

export interface Person {
  /** The same in all windows of one person. */
  readonly id: string;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
}

/** Somebody else who is here. */
export interface Present extends Person {
  readonly activity: Activity;
}

const liveliest: readonly Activity[] = ['active', 'idle', 'away'];

export const FALLBACK_COLOR = '#7a7368';
const COLOR = /^#[0-9a-f]{6}$/i;
const NAME_LIMIT = 60;
const GUEST = ' (guest)';

export class Presence {
  /** Everyone else, in the order of their names. */
  readonly others: ReadonlySignal<readonly Present[]>;
  readonly #others = signal<readonly Present[]>([]);
  readonly #awareness: Awareness;
  #me: Person;

  constructor(awareness: Awareness, me: Person) {
    this.others = this.#others;
    this.#awareness = awareness;
    this.#me = me;
    this.introduce(me);
    awareness.on('change', this.#look);
  }

  /** Tell the others who one is, also after they were told that one has left. */
  introduce(me: Person): void {
    this.#me = me;
    if (this.#awareness.getLocalState() === null) this.#awareness.setLocalState({});
    this.#awareness.setLocalStateField('user', { ...me });
    this.#look();
  }

  /** Tell the others whether one is at the window; says nothing that they know. */
  setActivity(activity: Activity): void {
    const state = this.#awareness.getLocalState();
    if (state && activityOf(state) !== activity) this.#awareness.setLocalStateField('activity', activity);
  }

  destroy(): void {
    this.#awareness.off('change', this.#look);
  }

  readonly #look = (): void => {
    const people = new Map<string, Present>();
    for (const [client, state] of this.#awareness.getStates()) {
      if (client === this.#awareness.clientID) continue;
      const person = personOf(client, state);
      if (person.id === this.#me.id) continue;
      const windows = [activityOf(state), people.get(person.id)?.activity];
      people.set(person.id, { ...person, activity: liveliest.find((one) => windows.includes(one)) ?? 'active' });
    }
    const others = [...people.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    // A caret moves often, the people seldom: the interface is told only of the latter.
    if (!same(others, this.#others.peek())) this.#others.value = others;
  };
}

/** Read a person from an awareness state, which any client may have written. */
export function personOf(client: number, state: unknown): Person {
  const user = (state as { user?: Record<string, unknown> } | null)?.user ?? {};
  const name = typeof user.name === 'string' ? shortened(user.name.trim()) : '';
  const color = typeof user.color === 'string' && COLOR.test(user.color) ? user.color : FALLBACK_COLOR;
  const id = typeof user.id === 'string' && user.id ? user.id : `client:${client}`;
  return { id, name, color };
}

function shortened(name: string): string {
  if (name.length <= NAME_LIMIT) return name;
  const end = guestPart(name);
  return `${name.slice(0, NAME_LIMIT - end.length - 1)}…${end}`;
}

/** What the server ends the name of a guest with, who may have claimed any: it is to be seen wherever the name is. */
export function guestPart(name: string): string {
  return name.endsWith(GUEST) ? GUEST : '';
}

/** Who says nothing about it is taken to be at the window. */
function activityOf(state: unknown): Activity {
  const { activity } = (state ?? {}) as { activity?: unknown };
  return liveliest.find((one) => one === activity) ?? 'active';
}

function same(a: readonly Present[], b: readonly Present[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return (
        other &&
        one.id === other.id &&
        one.name === other.name &&
        one.color === other.color &&
        one.activity === other.activity
      );
    })
  );
}
