import { afterEach, expect, test, vi } from 'vitest';
import { Problem, request, Unreachable } from './http';

afterEach(() => void vi.unstubAllGlobals());

function answering(make: (path: string, init: RequestInit) => Response | Promise<Response>) {
  const fetched = vi.fn(async (path: string, init: RequestInit) => make(path, init));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

test('sends and reads JSON', async () => {
  const fetched = answering(() => Response.json({ id: 'a' }, { status: 201 }));
  expect(await request('/x', { method: 'POST', body: { title: 'T' } })).toEqual({ id: 'a' });
  expect(fetched.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', body: '{"title":"T"}', cache: 'no-store' });
});

test('an answer without a body is nothing', async () => {
  answering(() => new Response(null, { status: 204 }));
  expect(await request('/x', { method: 'DELETE' })).toBeUndefined();
});

test('a problem document is a Problem that says what to do', async () => {
  answering(() => Response.json({ title: 'Conflict', detail: 'Choose an id.' }, { status: 409 }));
  await expect(request('/x')).rejects.toMatchObject({ name: 'Problem', status: 409, message: 'Choose an id.' });
});

test('an error page of somebody else is a Problem too', async () => {
  answering(() => new Response('<html>', { status: 403, statusText: 'Forbidden' }));
  await expect(request('/x')).rejects.toEqual(new Problem(403, 'Forbidden', ''));
});

test.each([502, 503, 504])('%i is a server that is not there', async (status) => {
  answering(() => new Response('', { status }));
  await expect(request('/x')).rejects.toBeInstanceOf(Unreachable);
});

test('no answer at all, or none in time, is a server that is not there', async () => {
  answering(() => {
    throw new TypeError('fetch failed');
  });
  await expect(request('/x')).rejects.toBeInstanceOf(Unreachable);
  answering(
    (_path, init) =>
      new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
  );
  await expect(request('/x', { deadlineMs: 10 })).rejects.toBeInstanceOf(Unreachable);
});

test('what was called off is not reported as unreachable', async () => {
  answering(
    (_path, init) =>
      new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
  );
  const calling = new AbortController();
  const asking = request('/x', { signal: calling.signal });
  setTimeout(() => calling.abort(new Error('changed my mind')), 5);
  await expect(asking).rejects.toThrow('changed my mind');
});
