import { afterEach, expect, test, vi } from 'vitest';
import { here } from '../api/site';
import { documentServerAt } from './documentServer';

const documentServer = documentServerAt(here);

afterEach(() => void vi.unstubAllGlobals());

const meta = { id: 'a/b', title: 'T', epoch: 3, head: 0, created: '2026-01-01T00:00:00Z', updated: 5 };

function answering(answers: Record<string, () => Response>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const key = `${init.method} ${path}`;
    asked.push(key);
    const answer = answers[key];
    if (!answer) throw new TypeError('fetch failed');
    return answer();
  });
  return asked;
}

const problem = (status: number) => () => Response.json({ title: 'No' }, { status });

test('a document is found with its epoch', async () => {
  answering({ 'GET /api/documents/a%2Fb': () => Response.json(meta) });
  expect(await documentServer.find('a/b', true)).toEqual({ kind: 'found', epoch: 3, title: 'T' });
});

test('an unknown one is made by whoever opens it first', async () => {
  const asked = answering({
    'GET /api/documents/a%2Fb': problem(404),
    'POST /api/documents': () => Response.json(meta, { status: 201 }),
  });
  expect(await documentServer.find('a/b', true)).toMatchObject({ kind: 'found' });
  expect(asked).toHaveLength(2);
});

test('one that this device knows and the server does not is deleted, and not made again', async () => {
  const asked = answering({ 'GET /api/documents/a%2Fb': problem(404) });
  expect(await documentServer.find('a/b', false)).toEqual({ kind: 'ending', ending: 'deleted' });
  expect(asked).toHaveLength(1);
});

test('one that two open at the same time is there for both', async () => {
  let made = false;
  answering({
    'GET /api/documents/a%2Fb': () => (made ? Response.json(meta) : problem(404)()),
    'POST /api/documents': () => {
      made = true; // by the other
      return problem(409)();
    },
  });
  expect(await documentServer.find('a/b', true)).toMatchObject({ kind: 'found' });
});

test('one in the trash is deleted', async () => {
  answering({ 'GET /api/documents/a%2Fb': problem(404), 'POST /api/documents': problem(409) });
  expect(await documentServer.find('a/b', true)).toEqual({ kind: 'ending', ending: 'deleted' });
});

test.each([
  [401, { kind: 'ending', ending: 'signIn' }],
  [403, { kind: 'ending', ending: 'denied' }],
  [400, { kind: 'ending', ending: 'refused' }],
  [500, { kind: 'unreachable' }],
  [503, { kind: 'unreachable' }],
])('%i means %o', async (status, found) => {
  answering({ 'GET /api/documents/a%2Fb': problem(status) });
  expect(await documentServer.find('a/b', true)).toEqual(found);
});

test('a rename is saved, refused, or waits for the server', async () => {
  answering({ 'PATCH /api/documents/a': () => Response.json(meta) });
  expect(await documentServer.rename('a', 'T')).toBe('saved');
  answering({ 'PATCH /api/documents/a': problem(403) });
  expect(await documentServer.rename('a', 'T')).toBe('refused');
  for (const status of [401, 408, 429, 503]) {
    answering({ 'PATCH /api/documents/a': problem(status) });
    expect(await documentServer.rename('a', 'T')).toBe('unreachable');
  }
  answering({});
  expect(await documentServer.rename('a', 'T')).toBe('unreachable');
});

test('a server that answers anything is alive', async () => {
  answering({ 'GET /version': problem(404) });
  expect(await documentServer.alive()).toBe(true);
  answering({});
  expect(await documentServer.alive()).toBe(false);
});
