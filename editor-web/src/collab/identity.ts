/** One's own name and colour: never asked for, given at random, changed when one likes, kept on this device. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Keep } from './keep';
import type { Person } from './presence';

/** Colours that read as a caret on paper and on slate; `contrastOf` picks the ink of their labels. */
export const PALETTE = [
  '#c2410c',
  '#b45309',
  '#4d7c0f',
  '#0f766e',
  '#0369a1',
  '#4f46e5',
  '#7e22ce',
  '#a21caf',
  '#be185d',
  '#b91c1c',
] as const;

const KEY = 'me';

export class Identity {
  readonly me: ReadonlySignal<Person>;
  readonly #me;
  readonly #keep: Keep;

  constructor(keep: Keep, names: readonly string[], random: () => number) {
    this.#keep = keep;
    const kept = keep.get<Partial<Person>>(KEY);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    this.#me = signal<Person>({
      id: kept?.id || `guest-${Math.floor(random() * 2 ** 48).toString(36)}`,
      name: kept?.name || pick(names),
      color: kept?.color || pick(PALETTE),
    });
    this.me = this.#me;
    keep.set(KEY, this.#me.peek());
  }

  /** Change name or colour; an empty name changes nothing. */
  change(part: Partial<Pick<Person, 'name' | 'color'>>): void {
    const name = part.name?.trim();
    const next = { ...this.#me.peek(), ...(name ? { name } : {}), ...(part.color ? { color: part.color } : {}) };
    this.#me.value = next;
    this.#keep.set(KEY, next);
  }
}

/** The ink, black or white, that reads better on `color` (WCAG relative luminance). */
export function contrastOf(color: string): '#000000' | '#ffffff' {
  const channel = (at: number): number => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? '#000000' : '#ffffff';
}
