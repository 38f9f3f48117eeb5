import { beforeEach, expect, test, vi } from 'vitest';
import { type Keep, keepInMemory } from './keep';
import { Title, type TitleAnswer } from './title';

let keep: Keep;
let answer: TitleAnswer;
let sent: string[];
const save = async (title: string) => {
  sent.push(title);
  return answer;
};

beforeEach(() => {
  keep = keepInMemory();
  answer = 'saved';
  sent = [];
});

test('is sent once after a pause in typing', async () => {
  vi.useFakeTimers();
  const title = new Title(keep, 'd', 'Old', save);
  for (const text of ['N', 'Ne', 'New']) title.edit(text);
  expect(title.pending.value).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(['New']);
  expect(title.pending.value).toBe(false);
  vi.useRealTimers();
});

test('stays pending without a server, and the next visit sends it', async () => {
  answer = 'unreachable';
  const first = new Title(keep, 'd', 'Old', save);
  first.edit('On the train');
  await first.flush();
  expect(first.pending.value).toBe(true);
  first.destroy();
  answer = 'saved';
  const second = new Title(keep, 'd', 'Old', save);
  expect(second.text.value).toBe('On the train');
  await second.flush();
  expect(second.pending.value).toBe(false);
  expect(new Title(keep, 'd', 'On the train', save).pending.value).toBe(false);
});

test('is sent again by itself until it is there, and not when it is closed', async () => {
  vi.useFakeTimers();
  answer = 'unreachable';
  const title = new Title(keep, 'd', 'Old', save);
  title.edit('Too many at once');
  await vi.advanceTimersByTimeAsync(12_000);
  expect(sent).toHaveLength(3);
  answer = 'saved';
  await vi.advanceTimersByTimeAsync(5_000);
  expect(title.pending.value).toBe(false);
  answer = 'unreachable';
  title.edit('Closed');
  title.destroy();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(5);
  vi.useRealTimers();
});

test('goes back to what the server has when it refuses', async () => {
  answer = 'refused';
  const title = new Title(keep, 'd', 'Old', save);
  title.edit('Not allowed');
  await title.flush();
  expect(title.text.value).toBe('Old');
  expect(title.pending.value).toBe(false);
});

test("another's title is shown, but not over one's own unsent one", async () => {
  const title = new Title(keep, 'd', 'Old', save);
  title.told('Theirs');
  expect(title.text.value).toBe('Theirs');
  title.edit('Mine');
  title.told('Theirs again');
  expect(title.text.value).toBe('Mine');
});

test('a space at the end stays while one types, though the server trims it', async () => {
  const title = new Title(keep, 'd', '', save);
  title.edit('Hello ');
  await title.flush();
  title.told('Hello');
  expect(sent).toEqual(['Hello']);
  expect(title.text.value).toBe('Hello ');
});

test('what is typed while it is being sent is sent too', async () => {
  const title = new Title(keep, 'd', '', save);
  title.edit('One');
  const flushing = title.flush();
  title.edit('One two');
  await flushing;
  expect(sent).toEqual(['One', 'One two']);
  expect(title.pending.value).toBe(false);
});
