/** Leaving: nothing of anybody's documents stays on this device, and nothing unsent is dropped without asking. */
import { CUSTOM, PENDING } from '../collab/device';
import { go } from '../ui/router';
import { endSignIn } from './api';
import { become, database, FIRST, mark } from './whose';

const PREFIX = 'coscribe:';
/** The databases of all accounts. */
const OURS = /^coscribe(~[^:]*)?:/;
/** What belongs to the device and not to who used it. */
const STAYS: readonly string[] = ['language', 'theme'];
/** What has no account in its name, and is the first one's all the same. */
const FIRST_ONES = /^(document:|title:|library$|people$)/;
/** What unsent words need to be found and sent again. */
const UNSENT = /^(~[^:]*:)?(document|title):/;
/** Databases that another tab will not let go of are not waited for. */
const FORGET_MS = 3_000;
const channel = new BroadcastChannel('coscribe:account');

/** Call when somebody has signed out in another tab. */
export function onLeft(left: () => void): () => void {
  const hear = () => left();
  channel.addEventListener('message', hear);
  return () => channel.removeEventListener('message', hear);
}

/** How many changes of one's own on this device no server has acknowledged. */
export async function unsent(): Promise<number> {
  const counts = await Promise.all((await copies()).filter(isOwn).map(unsentIn));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Sign out, forget everything, and go where the server says; rejects where it cannot be reached, and nothing changes. */
export async function leave(): Promise<void> {
  const next = await endSignIn();
  channel.postMessage('left');
  go('/'); // closes the document, which holds its copy open
  await inTime(forget());
  location.assign(next);
}

/** Note who is signed in; true for another than before, for whom the page begins anew. */
export function belongTo(id: string): boolean {
  const other = become(id);
  if (other) location.reload();
  return other;
}

function inTime(work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, FORGET_MS))]);
}

/** Forget everything of one's own, and of others what is not unsent. */
async function forget(): Promise<void> {
  const waiting = await forgetOthers();
  const own = (await copies()).filter(isOwn);
  const keys = kept().filter((key) => !isOthers(key) && !STAYS.includes(key) && !(waiting && key === FIRST));
  for (const key of keys) localStorage.removeItem(PREFIX + key);
  sessionStorage.clear();
  await Promise.all(own.map(drop));
}

/** Forget what others have here, but for unsent words, which wait for who wrote them; true when there are some. */
export async function forgetOthers(): Promise<boolean> {
  const theirs = (await copies()).filter((name) => !isOwn(name));
  const counts = await Promise.all(theirs.map(unsentIn));
  await Promise.all(theirs.filter((_, at) => counts[at] === 0).map(drop));
  const waiting = counts.some((count) => count > 0);
  for (const key of kept().filter(isOthers)) {
    if (!(waiting && UNSENT.test(key))) localStorage.removeItem(PREFIX + key);
  }
  return waiting;
}

const kept = () =>
  Object.keys(localStorage).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));
const isOwn = (name: string) => name.startsWith(`${database()}:`);
const isOthers = (key: string) =>
  key.startsWith('~') ? !(mark() && key.startsWith(`${mark()}:`)) : mark() !== '' && FIRST_ONES.test(key);
const drop = (name: string) => done(indexedDB.deleteDatabase(name)).catch(() => undefined);

async function copies(): Promise<string[]> {
  const all = (await indexedDB.databases?.().catch(() => [])) ?? [];
  return all.flatMap(({ name }) => (name && OURS.test(name) ? [name] : []));
}

async function unsentIn(name: string): Promise<number> {
  const database = await done(indexedDB.open(name)).catch(() => null);
  if (!database) return 0;
  try {
    if (!database.objectStoreNames.contains(CUSTOM)) return 0;
    const range = IDBKeyRange.bound(PENDING, `${PENDING}\uffff`);
    const counts: unknown[] = await done(database.transaction([CUSTOM]).objectStore(CUSTOM).getAll(range));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
