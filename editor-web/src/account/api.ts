/** The server's words on who is signed in with this browser. */
import { request } from '../api/http';
import type { User } from './known';

export interface SignedIn {
  readonly signed_in: boolean;
  readonly user: User | null;
  /** `null` where nobody signs in at the server itself. */
  readonly sign_in_url: string | null;
  /** What people call the provider. */
  readonly provider: string | null;
}

/** Ask who is signed in; the server takes it for a sign of life, and may renew the cookie. */
export function askWho(): Promise<SignedIn> {
  return request<SignedIn>('/auth/session');
}

/** End the sign-in; answers where to go, to be signed out at the provider too. */
export async function endSignIn(): Promise<string> {
  return (await request<{ location: string }>('/auth/sign-out', { method: 'POST', body: {} })).location;
}

/** Where to sign in, so that one comes back to this very place. */
export function signInAddress(url: string): string {
  return `${url}?${new URLSearchParams({ next: location.pathname })}`;
}
