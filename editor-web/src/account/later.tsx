/** What has to do with accounts comes late: the menu when nothing else is to do, the way to sign in when it is needed. */
import { type Signal, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { whenIdle } from '../ui/whenIdle';

type Parts = typeof import('./parts');
type Door = typeof import('./door');

const parts = /* @__PURE__ */ signal<Parts | 'none' | null>(null);
const door = /* @__PURE__ */ signal<Door | 'none' | null>(null);

/** Find out who is signed in, once the page is there. */
export function useAccount(): Parts | null {
  useEffect(() => whenIdle(() => fetch(parts, import('./parts'))), []);
  return parts.value === 'none' ? null : parts.value;
}

/** Who is signed in, with what there is to do about it. */
export function Account() {
  const loaded = useAccount();
  return loaded && <loaded.AccountMenu />;
}

/** A document that is not open for want of a sign-in. */
export interface Closed {
  /** What this device has of it. */
  readonly words: string;
  /** Some of it is in this window only, which must stay open. */
  readonly loose: boolean;
  readonly signedIn: () => void;
}

export interface SignInProps {
  readonly document?: Closed;
  /** Other things to do. */
  readonly actions?: ComponentChildren;
  /** What is shown where nobody can sign in. */
  readonly children: ComponentChildren;
}

/** The way to sign in. */
export function SignIn(props: SignInProps) {
  useEffect(() => fetch(door, import('./door')), []);
  if (door.value === 'none') return props.children;
  return door.value && <door.value.Door {...props} />;
}

/** What cannot be fetched is left out: without the server nobody signs in or out. */
function fetch<Module>(to: Signal<Module | 'none' | null>, module: Promise<Module>): void {
  module.then((loaded) => (to.value = loaded)).catch(() => (to.value = 'none'));
}
