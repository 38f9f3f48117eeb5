import { expect, test, vi } from 'vitest';
import { claimsOf } from './claims';
import { type Ask, Tokens } from './tokens';

function token(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
}

const good = token({ sub: 'ada', name: 'Ada Lovelace · ⚙', role: 'edit', iat: 1_000, exp: 1_900 });
const next = token({ sub: 'ada', iat: 1_890, exp: 2_790 });

function tokens(answer: string | null, at: number) {
  const ask = vi.fn<Ask>(async () => answer);
  const clock = { at };
  const made = new Tokens(ask, () => clock.at * 1000);
  return { made, ask, clock };
}

test('what a token says is read, and nothing is read out of what is none', () => {
  expect(claimsOf(good)).toMatchObject({ user: 'ada', name: 'Ada Lovelace · ⚙', role: 'edit', expires: 1_900_000 });
  for (const none of ['', 'key', 'a.b.c', `a.${btoa('5')}.c`]) {
    expect(claimsOf(none)).toMatchObject({ user: '', expires: Number.POSITIVE_INFINITY });
  }
});

test('a token is replaced shortly before it ends, once for all who need it', async () => {
  const { made, ask, clock } = tokens(next, 1_100);
  made.set(good);
  expect(await made.current()).toBe(good);
  expect(ask).not.toHaveBeenCalled();
  clock.at = 1_880;
  expect(await Promise.all([made.current(), made.current()])).toEqual([next, next]);
  expect(ask).toHaveBeenCalledExactlyOnceWith('expiring', expect.any(AbortSignal));
});

test('without an answer the old one must do', async () => {
  const { made } = tokens(null, 1_899);
  made.set(good);
  expect(await made.current()).toBe(good);
});

test('nobody is asked for a token where none is needed', async () => {
  const { made, ask } = tokens(next, 1_000);
  expect(await made.current()).toBe('');
  expect(ask).not.toHaveBeenCalled();
});

test('a refused token is asked for again, but not in a circle', async () => {
  const { made, ask, clock } = tokens(next, 1_100);
  made.set(good);
  expect(await made.replace()).toBe(true);
  expect(ask).toHaveBeenLastCalledWith('refused', expect.any(AbortSignal));
  expect(await made.replace()).toBe(false);
  clock.at += 10;
  expect(await made.replace()).toBe(false); // the same one again is no other
  expect(ask).toHaveBeenCalledTimes(2);
});
