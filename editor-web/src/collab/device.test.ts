import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { DeviceCopy } from './device';

let id: string;
let runs = 0;
const opened: DeviceCopy[] = [];

beforeEach(() => {
  runs += 1;
  id = `copy-${runs}`;
});

afterEach(async () => {
  for (const device of opened.splice(0)) await device.destroy();
});

async function open(visit: string, doc = new Y.Doc(), epoch = 1): Promise<DeviceCopy> {
  const device = await DeviceCopy.open(id, epoch, doc, visit);
  if (!device) throw new Error('There should be storage in this test.');
  opened.push(device);
  return device;
}

async function noted(device: DeviceCopy, own: number): Promise<void> {
  device.note(own);
  expect(device.kept.value).toBe(false);
  await vi.waitFor(() => expect(device.kept.value).toBe(true));
}

test('brings back words and the number of changes that are owed', async () => {
  const doc = new Y.Doc();
  const first = await open('a', doc);
  expect(first.inherited).toBe(0);
  doc.getText('t').insert(0, 'kept');
  await noted(first, 1);
  await first.destroy();
  const later = new Y.Doc();
  const second = await open('b', later);
  expect(later.getText('t').toString()).toBe('kept');
  expect(second.inherited).toBe(1);
});

test('every epoch has a copy of its own', async () => {
  const doc = new Y.Doc();
  const first = await open('a', doc);
  doc.getText('t').insert(0, 'old past');
  await noted(first, 1);
  const other = new Y.Doc();
  const second = await open('b', other, 2);
  expect(other.getText('t').toString()).toBe('');
  expect(second.inherited).toBe(0);
});

test('two tabs count beside each other', async () => {
  const first = await open('a');
  const second = await open('b');
  await noted(first, 2);
  await noted(second, 3);
  expect((await open('c')).inherited).toBe(5);
});

test('an acknowledgement clears what was inherited, but not what another tab has made since', async () => {
  const first = await open('a');
  await noted(first, 2);
  const second = await open('b');
  expect(second.inherited).toBe(2);
  await noted(first, 4); // the first tab writes on
  second.note(1);
  second.acknowledge();
  await vi.waitFor(async () => expect((await open(`look-${Math.random()}`)).inherited).toBe(4));
  first.acknowledge();
  await vi.waitFor(async () => expect((await open(`look-${Math.random()}`)).inherited).toBe(0));
});

test('remembers that it once was complete', async () => {
  const first = await open('a');
  expect(first.complete).toBe(false);
  first.markComplete();
  await vi.waitFor(async () => expect((await open(`look-${Math.random()}`)).complete).toBe(true));
});

test('a cleared copy is gone', async () => {
  const doc = new Y.Doc();
  const first = await open('a', doc);
  doc.getText('t').insert(0, 'gone');
  await noted(first, 1);
  await first.clear();
  const later = new Y.Doc();
  const second = await open('b', later);
  expect(later.getText('t').toString()).toBe('');
  expect(second.inherited).toBe(0);
});

test('storage that fails leaves changes marked as not kept', async () => {
  const device = await open('a');
  const broken = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  device.note(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(device.kept.value).toBe(false);
  broken.mockRestore();
  await noted(device, 2);
});

test('a browser without storage has no copy', async () => {
  vi.stubGlobal('indexedDB', undefined);
  expect(await DeviceCopy.open(id, 1, new Y.Doc(), 'a')).toBeNull();
  vi.unstubAllGlobals();
});
