import { afterEach, describe, expect, test, vi } from 'vitest';
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

/** A page that never answers, and whose clock is the test's. */
function silent(at: number) {
  vi.useFakeTimers({ now: at * 1000 });
  const ask = vi.fn<Ask>(() => new Promise(() => undefined));
  return { made: new Tokens(ask), ask };
}

/** Whether somebody who waits for this has an answer by then. */
async function answered(waiting: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let done = false;
  void waiting.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(milliseconds);
  return done;
}

describe('a page that does not answer', () => {
  afterEach(() => void vi.useRealTimers());

  test('is asked once while the token ends, and again only after a pause', async () => {
    const { made, ask } = silent(1_865);
    made.set(good);
    const first = made.current();
    expect(await answered(first, 14_900)).toBe(false);
    expect(await answered(first, 200)).toBe(true);
    for (let waited = 0; waited < 9; waited += 3) {
      expect(await answered(made.current(), 0)).toBe(true);
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    void made.current();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test('is waited for no longer than the token lasts, and shortly after that', async () => {
    const { made, ask } = silent(1_896);
    made.set(good);
    const expiring = made.current();
    expect(await answered(expiring, 3_900)).toBe(false);
    expect(await answered(expiring, 200)).toBe(true);
    const refused = made.replace();
    expect(ask).toHaveBeenLastCalledWith('refused', expect.any(AbortSignal));
    expect(await answered(refused, 2_100)).toBe(true);
    expect(await refused).toBe(false);
  });

  test('may give a token later', async () => {
    const { made, ask } = silent(1_890);
    made.set(good);
    void made.current();
    made.set(next);
    expect(await answered(made.current(), 0)).toBe(true);
    expect(await made.current()).toBe(next);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('has its time for a token that ended long ago', async () => {
    const { made } = silent(5_000);
    made.set(good);
    const woken = made.current();
    expect(await answered(woken, 14_900)).toBe(false);
    expect(await answered(woken, 200)).toBe(true);
  });
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
