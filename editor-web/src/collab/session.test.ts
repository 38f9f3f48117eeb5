import 'fake-indexeddb/auto';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { FakeServer } from './fakeServer';
import { type Keep, keepInMemory } from './keep';
import type { Leftover } from './leftover';
import type { ServedSchema } from './schema';
import { type DocumentServer, type Found, Session } from './session';
import type { StatusKind } from './status';

let server: FakeServer;
let keep: Keep;
let answer: Found;
let renamed: string[];
let served: ServedSchema | null;
let sessions: Session[];
let visits = 0;
let id: string;
const online = signal(true);

const documents: DocumentServer = {
  find: async () => (server.reachable ? answer : { kind: 'unreachable' }),
  rename: async (_id, title) => {
    if (!server.reachable) return 'unreachable';
    renamed.push(title);
    return 'saved';
  },
  schema: async () => (server.reachable ? served : null),
  alive: async () => server.reachable,
};

beforeEach(() => {
  server = new FakeServer();
  keep = keepInMemory();
  answer = { kind: 'found', epoch: 1, title: 'Plan' };
  renamed = [];
  served = { version: 5, fingerprint: 'a', nodes: {}, marks: {} };
  sessions = [];
  online.value = true;
  visits += 1;
  id = `team/plan-${visits}`;
});

afterEach(async () => {
  for (const session of sessions) await session.destroy();
});

function open(rescued: Leftover | null = null): Session {
  const session = new Session({
    rescued,
    id,
    me: signal({ id: 'me', name: 'Wren', color: '#0f766e' }),
    server: documents,
    site: { address: '', token: async () => '' },
    socketUrl: 'ws://server/hocuspocus',
    schemaVersion: 5,
    token: async () => '',
    keep,
    online,
    visit: `visit-${visits}-${sessions.length}`,
    WebSocketPolyfill: server.WebSocket,
  });
  sessions.push(session);
  return session;
}

async function until(session: Session, kind: StatusKind): Promise<void> {
  await vi.waitFor(() => expect(session.status.value.kind).toBe(kind), { timeout: 4_000, interval: 5 });
}

function write(session: Session, text: string): void {
  session.doc.transact(() => {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(text)]);
    session.fragment.insert(session.fragment.length, [paragraph]);
  });
}

describe('a session that reaches the server', () => {
  test('is saved after the handshake, and says so only after an acknowledgement', async () => {
    const session = open();
    await until(session, 'saved');
    server.holding = true;
    write(session, 'one');
    expect(session.status.value).toMatchObject({ kind: 'saving', changes: 1 });
    write(session, 'two');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(session.status.value).toMatchObject({ kind: 'saving', changes: 2 });
    expect(server.doc.getXmlFragment('default').length).toBe(2); // taken, but not promised
    server.release();
    await until(session, 'saved');
    expect(session.status.value.changes).toBe(0);
  });

  test('names its epoch and its schema on the socket', async () => {
    answer = { kind: 'found', epoch: 7, title: '' };
    await until(open(), 'saved');
    expect(server.urls[0]).toBe('ws://server/hocuspocus?epoch=7&schema=5');
  });

  test('hears what rich text may hold before the first words come, and remembers it', async () => {
    const session = open();
    let heardAtFirstWords: unknown;
    session.stage.subscribe((stage) => {
      if (stage === 'open') heardAtFirstWords = session.schema.peek();
    });
    await until(session, 'saved');
    expect(heardAtFirstWords).toEqual(served);
    await session.destroy();
    server.reachable = false;
    expect(open().schema.value).toEqual(served);
  });

  test('does without the schema of a server that tells none', async () => {
    served = null;
    const session = open();
    await until(session, 'saved');
    expect(session.schema.value).toBeNull();
  });

  test('tells of a schema only when it is another one', async () => {
    await until(open(), 'saved');
    served = { ...(served as ServedSchema) };
    const session = open();
    let told = 0;
    session.schema.subscribe(() => {
      told += 1;
    });
    await until(session, 'saved');
    expect(told).toBe(1);
  });

  test('shows nothing before the server has told what there is', async () => {
    server.doc.getXmlFragment('default').insert(0, [new Y.XmlElement('paragraph')]);
    const session = open();
    expect(session.stage.value).toBe('opening');
    await until(session, 'saved');
    expect(session.stage.value).toBe('open');
    expect(session.fragment.length).toBe(1);
  });

  test('opens also while nothing is being acknowledged', async () => {
    server.holding = true;
    const session = open();
    await vi.waitFor(() => expect(session.stage.value).toBe('open'));
    expect(session.status.value.kind).not.toBe('offline');
  });

  test('a reader is told that nothing can be changed', async () => {
    server.scope = 'readonly';
    const session = open();
    await until(session, 'readOnly');
    expect(session.access.value).toBe('read');
  });

  test.each([
    [4401, 'signIn'],
    [4403, 'noAccess'],
    [4404, 'deleted'],
    [4410, 'outdated'],
    [4413, 'refused'],
  ] as const)('close code %i ends it as %s, and it does not come back', async (code, kind) => {
    const session = open();
    await until(session, 'saved');
    server.closeAll(code);
    await until(session, kind);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(server.opened).toBe(1);
  });

  test('a refused sign-in ends it', async () => {
    server.denial = 'permission-denied';
    await until(open(), 'noAccess');
  });

  test('a title told by the server is shown; an own one is sent', async () => {
    const session = open();
    await until(session, 'saved');
    server.tell(id, JSON.stringify({ type: 'title', title: 'Better plan' }));
    expect(session.title.text.value).toBe('Better plan');
    session.title.edit('Best plan');
    expect(session.status.value.kind).toBe('saving');
    await session.title.flush();
    expect(renamed).toEqual(['Best plan']);
    expect(session.status.value.kind).toBe('saved');
  });

  test('a stateless message that is not JSON harms nothing', async () => {
    const session = open();
    await until(session, 'saved');
    server.tell(id, '{broken');
    expect(session.status.value.kind).toBe('saved');
  });
});

describe('a session that loses the server', () => {
  test('reconnects by itself, and is not saved before the new connection has acknowledged', async () => {
    const session = open();
    await until(session, 'saved');
    server.closeAll(1012);
    expect(session.status.value.kind).toBe('reconnecting');
    write(session, 'while gone');
    write(session, 'and more');
    expect(session.status.value.changes).toBe(2);
    server.holding = true;
    await vi.waitFor(() => expect(server.opened).toBe(2), { timeout: 4_000 });
    await until(session, 'saving');
    server.release();
    await until(session, 'saved');
    expect(server.doc.getXmlFragment('default').length).toBe(2);
    expect(server.updates).toBe(0); // the handshake carried them: nothing was queued to be sent twice
  });

  test('words survive a visit without the server, and so does their number', async () => {
    const first = open();
    await until(first, 'saved');
    server.reachable = false;
    server.closeAll(1006);
    for (const word of ['one', 'two', 'three']) write(first, word);
    await vi.waitFor(() => expect(first.status.value).toMatchObject({ changes: 3, kept: true }));
    expect(first.atRisk.value).toBe(false);
    await first.destroy();

    const second = open();
    await until(second, 'offline');
    expect(second.stage.value).toBe('open');
    expect(second.fragment.length).toBe(3);
    expect(second.status.value).toMatchObject({ changes: 3, kept: true });
    write(second, 'four');
    expect(second.status.value.changes).toBe(4);
    await vi.waitFor(() => expect(second.status.value.kept).toBe(true));

    server.reachable = true;
    second.hurry();
    await until(second, 'saved');
    expect(server.doc.getXmlFragment('default').length).toBe(4);
    await second.destroy();

    server.reachable = false;
    const third = open();
    await until(third, 'offline');
    await vi.waitFor(() => expect(third.fragment.length).toBe(4));
    expect(third.status.value.changes).toBe(0); // acknowledged, so nothing is owed any more
  });

  test('a deletion counts as a change that is owed', async () => {
    const first = open();
    await until(first, 'saved');
    write(first, 'words');
    await until(first, 'saved');
    server.reachable = false;
    server.closeAll(1006);
    first.fragment.delete(0, 1);
    await vi.waitFor(() => expect(first.status.value).toMatchObject({ changes: 1, kept: true }));
    await first.destroy();
    const second = open();
    await until(second, 'offline');
    expect(second.status.value.changes).toBe(1);
  });

  test('without a copy on this device it waits for the server, and then opens', async () => {
    server.reachable = false;
    const session = open();
    await vi.waitFor(() => expect(session.stage.value).toBe('absent'));
    expect(session.status.value.kind).toBe('offline');
    server.reachable = true;
    session.hurry();
    await until(session, 'saved');
  });

  test('a title typed without the server is sent when it is back, also by a later visit', async () => {
    const first = open();
    await until(first, 'saved');
    server.reachable = false;
    server.closeAll(1006);
    first.title.edit('Renamed on a train');
    await first.title.flush();
    expect(first.status.value.changes).toBe(1);
    await first.destroy();
    server.reachable = true;
    const second = open();
    expect(second.title.text.value).toBe('Renamed on a train');
    await until(second, 'saved');
    expect(renamed).toEqual(['Renamed on a train']);
  });
});

describe('a document whose past was replaced', () => {
  test('is opened again, and words of before are offered, not merged', async () => {
    const first = open();
    await until(first, 'saved');
    server.reachable = false;
    server.closeAll(1006);
    write(first, 'written too late');
    await vi.waitFor(() => expect(first.status.value).toMatchObject({ changes: 1, kept: true }));
    await first.destroy();

    server.doc.getXmlFragment('default').delete(0, server.doc.getXmlFragment('default').length);
    answer = { kind: 'found', epoch: 2, title: 'Plan' };
    server.reachable = true;
    const second = open();
    await vi.waitFor(() => expect(second.stage.value).toBe('replaced'));
    await second.destroy();

    const third = open();
    await until(third, 'saved');
    expect(third.fragment.length).toBe(0);
    await vi.waitFor(() => expect(third.leftover.value).toMatchObject({ changes: 1, words: 'written too late\n' }));
    expect(server.doc.getXmlFragment('default').length).toBe(0);
    await third.dropLeftover();
    await third.destroy();

    const fourth = open();
    await until(fourth, 'saved');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fourth.leftover.value).toBeNull();
  });

  test('close code 4409 asks for it to be opened again', async () => {
    const session = open();
    await until(session, 'saved');
    server.closeAll(4409);
    expect(session.stage.value).toBe('replaced');
  });

  test('words that this device could not keep are handed on until somebody takes care of them', async () => {
    vi.stubGlobal('indexedDB', undefined);
    try {
      const first = open();
      await until(first, 'saved');
      expect(first.rescued()).toBeNull();
      server.holding = true;
      write(first, 'fragile');
      server.closeAll(4409);
      const rescued = first.rescued();
      expect(rescued).toMatchObject({ changes: 1, words: 'fragile\n' });
      await first.destroy();
      answer = { kind: 'found', epoch: 2, title: 'Plan' };
      const second = open(rescued);
      await vi.waitFor(() => expect(second.stage.value).toBe('replaced'));
      const third = open(second.rescued());
      await vi.waitFor(() => expect(third.stage.value).toBe('open'));
      expect(third.leftover.value).toMatchObject({ words: 'fragile\n' });
      await third.dropLeftover();
      expect(third.leftover.value).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('a device that keeps nothing', () => {
  test('says that changes are only in this window, and that closing would lose them', async () => {
    vi.stubGlobal('indexedDB', undefined);
    try {
      const session = open();
      await until(session, 'saved');
      server.holding = true;
      write(session, 'fragile');
      expect(session.status.value).toMatchObject({ kind: 'saving', kept: false });
      expect(session.atRisk.value).toBe(true);
      server.release();
      await until(session, 'saved');
      expect(session.atRisk.value).toBe(false);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

test('a deleted document leaves the words of this device readable until they are forgotten', async () => {
  const first = open();
  await until(first, 'saved');
  write(first, 'still mine');
  await until(first, 'saved');
  await first.destroy();
  answer = { kind: 'ending', ending: 'deleted' };
  const second = open();
  await until(second, 'deleted');
  expect(second.words()).toBe('still mine\n');
  await second.forget();
  await second.destroy();
  const third = open();
  await until(third, 'deleted');
  expect(third.words()).toBe('');
});
