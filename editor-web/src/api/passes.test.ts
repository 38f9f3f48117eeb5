import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const stored = new Map<string, string>();
const fetched: Array<{ path: string; body: unknown }> = [];
let answers: Response[] = [];

/** A token that says when it ends; only the server would check it. */
function token(user: string, endsInMs: number): string {
  const now = Date.now() / 1000;
  const claims = { sub: user, iat: now - 600, exp: now + endsInMs / 1000 };
  return `x.${btoa(JSON.stringify(claims))}.x`;
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

async function loaded() {
  vi.resetModules();
  return import('./passes');
}

beforeEach(() => {
  stored.clear();
  fetched.length = 0;
  answers = [];
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  vi.stubGlobal('fetch', async (path: string, options: { body: string }) => {
    fetched.push({ path, body: JSON.parse(options.body) });
    return answers.shift() ?? json({}, 503);
  });
});
afterEach(() => vi.unstubAllGlobals());

test('a token that is good for a while is sent, for its document alone, also after a reload', async () => {
  const good = token('guest:1', 600_000);
  const { admit, siteOf, userIn } = await loaded();
  admit('plan', { token: good, secret: 's', guest: 'g' });
  expect(await siteOf('plan').token()).toBe(good);
  expect(await siteOf('other').token()).toBe('');
  expect(userIn('plan')).toBe('guest:1');
  const again = await loaded();
  expect(await again.siteOf('plan').token()).toBe(good);
  expect(fetched).toEqual([]);
});

test('before it ends the link is exchanged again, for the same guest, with the secret in the body alone', async () => {
  const { admit, siteOf, nameGuests } = await loaded();
  nameGuests(() => 'Mia');
  admit('plan', { token: token('guest:1', 5_000), secret: 'sesame', guest: 'g1' });
  const next = token('guest:1', 900_000);
  answers = [json({ document: 'plan', token: next, guest: 'g1' })];
  expect(await siteOf('plan').token()).toBe(next);
  expect(fetched).toEqual([{ path: '/api/shares', body: { secret: 'sesame', guest: 'g1', name: 'Mia' } }]);
});

test('a link that has ended is told from a server that does not answer', async () => {
  const { admit, renew } = await loaded();
  admit('plan', { token: token('guest:1', -5_000), secret: 's', guest: 'g' });
  admit('other', { token: token('guest:1', -5_000), secret: 's', guest: 'g' });
  answers = [json({ detail: 'nowhere' }, 404), json({}, 503)];
  expect(await renew('plan')).toBe('ended');
  expect(await renew('other')).toBe('later');
  expect(await renew('third')).toBe('none');
});

test('where one may do as much without the link, an older pass is forgotten', async () => {
  const { admit, siteOf } = await loaded();
  admit('plan', { token: token('guest:1', 600_000), secret: 's', guest: 'g' });
  admit('plan', null);
  expect(await siteOf('plan').token()).toBe('');
  expect(stored.size).toBe(0);
});
