import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Keep, keepInMemory } from '../collab/keep';
import { Library, matching } from './library';

const document = (id: string, title: string) => ({ id, title, epoch: 1, head: 0, created: 0, updated: 0 });

let keep: Keep;
let libraries: Library[];
let answer: (url: string, init: RequestInit) => Promise<Response>;

beforeEach(() => {
  keep = keepInMemory();
  libraries = [];
  answer = async () => json({ documents: [document('a', 'Alpha'), document('b', 'Beta plan')], cursor: null });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => answer(url, init));
});

afterEach(() => {
  for (const library of libraries) library.destroy();
  vi.unstubAllGlobals();
});

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

async function open(): Promise<Library> {
  const library = new Library(keep);
  libraries.push(library);
  await vi.waitFor(() => expect(library.loading.value).toBe(false));
  return library;
}

const titles = (library: Library) => library.documents.value.map(({ title }) => title);

test('shows what this device last saw when the server is gone', async () => {
  await open();
  answer = async () => {
    throw new TypeError('network');
  };
  const library = new Library(keep);
  libraries.push(library);
  expect(titles(library)).toEqual(['Alpha', 'Beta plan']);
  await vi.waitFor(() => expect(library.stale.value).toBe(true));
  expect(titles(library)).toEqual(['Alpha', 'Beta plan']);
  library.search('beta');
  expect(titles(library)).toEqual(['Beta plan']);
});

test('only the answer to the newest search counts', async () => {
  const library = await open();
  let slow: (response: Response) => void = () => undefined;
  answer = (url, init) =>
    url.includes('q=al')
      ? new Promise((resolve, reject) => {
          slow = resolve;
          init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        })
      : Promise.resolve(json({ documents: [document('b', 'Beta plan')], cursor: null }));
  library.search('al');
  await new Promise((resolve) => setTimeout(resolve, 200));
  library.search('plan');
  await new Promise((resolve) => setTimeout(resolve, 200));
  slow(json({ documents: [document('x', 'stale')], cursor: null }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(titles(library)).toEqual(['Beta plan']);
});

test('what a search finds stays in the order of the server', async () => {
  const library = await open();
  const best = { ...document('b', 'Best'), snippet: [{ text: 'plan', match: true }] };
  answer = async () => json({ documents: [best, { ...document('n', 'Newest'), updated: 9 }], cursor: null });
  library.search('plan');
  await vi.waitFor(() => expect(titles(library)).toEqual(['Best', 'Newest']), { timeout: 1_000 });
  expect(library.documents.value[0]?.snippet).toEqual(best.snippet);
});

test('a search does not replace what is remembered', async () => {
  const library = await open();
  answer = async () => json({ documents: [], cursor: null });
  library.search('nothing');
  await vi.waitFor(() => expect(titles(library)).toEqual([]), { timeout: 1_000 });
  library.destroy();
  expect(keep.get<unknown[]>('library')).toHaveLength(2);
});

test('a rename is shown at once, and taken back when the server refuses', async () => {
  const library = await open();
  answer = async () => json({ title: 'Forbidden' }, 403);
  const renaming = library.rename('a', 'Aleph');
  expect(titles(library)).toEqual(['Aleph', 'Beta plan']);
  await expect(renaming).rejects.toThrow('Forbidden');
  expect(titles(library)).toEqual(['Alpha', 'Beta plan']);
});

test('an answer that was on its way does not bring an old title back', async () => {
  const library = await open();
  const late: ((response: Response) => void)[] = [];
  let renamed = false;
  answer = (_, init) => {
    if (init.method === 'PATCH') {
      renamed = true;
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    if (renamed) return Promise.resolve(json({ documents: [document('a', 'Alphabet')], cursor: null }));
    return new Promise((resolve, reject) => {
      late.push(resolve);
      init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    });
  };
  void library.refresh();
  await library.rename('a', 'Alphabet');
  for (const resolve of late) resolve(json({ documents: [document('a', 'Alpha')], cursor: null }));
  expect(titles(library)[0]).toBe('Alphabet');
  await vi.waitFor(() => expect(titles(library)).toEqual(['Alphabet']));
});

test('an id with slashes is one segment of the address', async () => {
  const library = await open();
  const urls: string[] = [];
  answer = async (url) => {
    urls.push(url);
    return new Response(null, { status: 204 });
  };
  await library.remove('team/a');
  expect(urls).toEqual(['/api/documents/team%2Fa']);
});

test('matching looks for every word, in any order and case', () => {
  const documents = [document('a', 'The Plan for May'), document('b', 'Plan B')];
  expect(matching(documents, 'may PLAN').map(({ id }) => id)).toEqual(['a']);
  expect(matching(documents, '  ')).toHaveLength(2);
});
