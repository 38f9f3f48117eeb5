/** Who is signed in, as far as this page knows by now. */
import { signal } from '@preact/signals';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly admin: boolean;
}

export const user = signal<User | null>(null);
