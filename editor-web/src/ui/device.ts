/** This browser as the interface sees it: its memory, and what it believes of its network. */
import { signal } from '@preact/signals';
import { keepIn } from '../collab/keep';

export const keep = keepIn(() => localStorage);

const networkState = signal(navigator.onLine);
addEventListener('online', () => {
  networkState.value = true;
});
addEventListener('offline', () => {
  networkState.value = false;
});

/** A hint only: a server on this machine answers without any network. */
export const online = networkState as { readonly value: boolean } & typeof networkState;

/** Names this visit; no two open tabs share one. */
export const visit = crypto.randomUUID?.() ?? Math.random().toString(36).slice(2);
