import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { DeviceCopy } from '../collab/device';

const storage = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => storage.get(key) ?? null,
  setItem: (key: string, value: string) => void storage.set(key, value),
  removeItem: (key: string) => void storage.delete(key),
});
vi.stubGlobal('sessionStorage', { clear: () => undefined });
vi.stubGlobal('location', { pathname: '/d/plan', assign: vi.fn(), reload: vi.fn() });
vi.stubGlobal('history', { pushState: vi.fn() });
vi.stubGlobal('scrollTo', vi.fn());
vi.stubGlobal('addEventListener', vi.fn());
vi.stubGlobal('navigator', { onLine: true });

const answers = vi.hoisted(() => ({ reachable: true }));
vi.mock('./api', () => ({
  endSignIn: async () => {
    if (!answers.reachable) throw new Error('The server cannot be reached.');
    return 'https://id.example.org/end';
  },
}));

const { leave, unsent } = await import('./leave');

async function copyWith(id: string, changes: number, prefix?: string): Promise<void> {
  const doc = new Y.Doc();
  const device = await DeviceCopy.open(id, 1, doc, 'visit', prefix);
  if (changes) device?.note(changes);
  await vi.waitFor(() => expect(device?.kept.value).toBe(true));
  await device?.destroy();
  doc.destroy();
}

const names = async () => (await indexedDB.databases()).map(({ name }) => name);

/** How its keys are listed. */
function list(): void {
  for (const key of Object.keys(localStorage))
    if (key.startsWith('coscribe:')) Reflect.deleteProperty(localStorage, key);
  Object.assign(localStorage, Object.fromEntries(storage));
}

afterEach(async () => {
  answers.reachable = true;
  storage.clear();
  list();
  for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
});

test('counts what no server has, over all documents', async () => {
  await copyWith('one', 2);
  await copyWith('two', 0);
  await copyWith('three', 3);
  expect(await unsent()).toBe(5);
});

test('stays as it was when the server cannot be reached', async () => {
  answers.reachable = false;
  await copyWith('one', 2);
  await expect(leave()).rejects.toThrow();
  expect(await names()).toContain('coscribe:one@1');
  expect(location.assign).not.toHaveBeenCalled();
});

test('leaves nothing of anybody on the device, and what is not ours alone', async () => {
  await copyWith('one', 2);
  const other = indexedDB.open('of another page');
  await new Promise((resolve) => (other.onsuccess = resolve));
  for (const key of ['coscribe:document:one', 'coscribe:theme', 'other']) {
    storage.set(key, '{}');
  }
  list();
  await leave();
  expect(await names()).toEqual(['of another page']);
  expect([...storage.keys()]).toEqual(['coscribe:theme', 'other']);
  expect(location.assign).toHaveBeenCalledWith('https://id.example.org/end');
});

test('keeps what is unsent for who wrote it, apart from everybody else, and forgets the rest', async () => {
  const copies = async () => (await names()).filter((name) => name?.startsWith('coscribe'));
  const load = async () => {
    vi.resetModules(); // a page that is loaded
    return { ...(await import('./leave')), ...(await import('./whose')) };
  };
  let page = await load();
  expect(page.belongTo('ada')).toBe(false);
  expect(page.database()).toBe('coscribe'); // as before there were accounts: nothing is lost
  await copyWith('one', 1);
  await copyWith('two', 0);
  page.ownKeep().set('document:one', { epoch: 1 });
  page.ownKeep().set('library', []);
  expect(page.belongTo('oidc:ben')).toBe(true);
  expect(location.reload).toHaveBeenCalledOnce();
  expect(page.whose()).toBe('ada'); // until it is loaded again

  page = await load();
  expect(page.whose()).toBe('oidc:ben');
  list();
  expect(await page.forgetOthers()).toBe(true);
  expect(await copies()).toEqual(['coscribe:one@1']);
  expect([...storage.keys()]).toContain('coscribe:document:one');
  expect([...storage.keys()]).not.toContain('coscribe:library');
  expect(page.ownKeep().get('document:one')).toBeUndefined();
  await copyWith('one', 2, page.database());
  page.ownKeep().set('document:one', { epoch: 1 });
  expect(await page.unsent()).toBe(2);
  list();
  await page.leave();
  expect(await copies()).toEqual(['coscribe:one@1']);
  expect([...storage.keys()].sort()).toEqual(['coscribe:account', 'coscribe:document:one']);

  page = await load();
  expect(page.belongTo('ada')).toBe(false);
  expect(await page.unsent()).toBe(1);
  list();
  await page.leave();
  expect(await copies()).toEqual([]);
  expect([...storage.keys()]).toEqual([]);
});
