/**
 * Whose things this device shows and sends: what belongs to an account is kept apart from that of every other.
 *
 * What has no account in its name belongs to the first one that signed in here, and to everybody where nobody does. A
 * page stays with the account that it began with: requests say which one that is, and the server refuses to take them
 * for somebody else's, who has signed in meanwhile.
 */
import { actAs } from '../api/http';
import { type Keep, keepUnder } from '../collab/keep';
import { keep } from '../ui/device';
import { askWho } from './api';

/** Whose the things without an account in their names are. */
export const FIRST = 'account';
const NOW = 'account:now';
/** Somebody was asked to sign in: whoever comes next may be another. */
const DOUBT = 'account:doubt';
const ME = 'me';

let mine = keep.get<string>(NOW) ?? keep.get<string>(FIRST);
actAs(mine);

/** Whose page this is, as far as the device knows. */
export const whose = (): string | undefined => mine;

/** What the names of one's own things have in front; empty for the first account. */
export function mark(): string {
  return mine === undefined || mine === keep.get<string>(FIRST) ? '' : `~${encodeURIComponent(mine)}`;
}

/** What the names of one's own databases begin with. */
export const database = (): string => `coscribe${mark()}`;

/** The memory of this device for one's own things. */
export function ownKeep(): Keep {
  return mark() ? keepUnder(`${mark()}:`, keep) : keep;
}

/** Note who is here now; true for another than before, with whom the page must begin anew. */
export function become(id: string): boolean {
  const before = mine;
  keep.remove(DOUBT);
  keep.set(NOW, id);
  if (before === undefined) keep.set(FIRST, keep.get<string>(FIRST) ?? id);
  if (before !== undefined && before !== id) {
    keep.remove(ME); // the name is the account's
    return true;
  }
  mine = id;
  actAs(id);
  return false;
}

/** Note that nobody is signed in: the next page asks who it is before it shows anything. */
export function doubt(): void {
  keep.set(DOUBT, true);
}

/** Wait until it is known whose page this is; false where it is being loaded again. */
export async function settled(): Promise<boolean> {
  if (!keep.get(DOUBT)) return true;
  const user = await askWho().then(
    (answer) => answer.user,
    () => null, // without an answer nothing can be sent either
  );
  if (!user || !become(user.id)) return true;
  location.reload();
  return false;
}
