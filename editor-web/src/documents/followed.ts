/** Whom one follows: the id of a person who is here, or nobody. */
import { signal } from '@preact/signals';

export const followed = signal<string | null>(null);
