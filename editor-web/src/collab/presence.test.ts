import { expect, test } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { FALLBACK_COLOR, type Person, Presence, personOf } from './presence';

const me: Person = { id: 'me', name: 'Wren', color: '#0f766e' };

function pair(): [Presence, Awareness, (state: Record<string, unknown> | null, client?: number) => void] {
  const awareness = new Awareness(new Y.Doc());
  const presence = new Presence(awareness, me);
  const peers = new Map<number, Awareness>();
  const say = (state: Record<string, unknown> | null, client = 1) => {
    const peer = peers.get(client) ?? new Awareness(Object.assign(new Y.Doc(), { clientID: client }));
    peers.set(client, peer);
    peer.setLocalState(state);
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(peer, [client]), 'test');
  };
  return [presence, awareness, say];
}

test('introduces oneself, and again after having been taken for gone', () => {
  const [presence, awareness] = pair();
  expect(awareness.getLocalState()).toEqual({ user: me });
  awareness.setLocalState(null);
  presence.introduce({ ...me, name: 'Heron' });
  expect(awareness.getLocalState()).toEqual({ user: { ...me, name: 'Heron' } });
});

test('counts a person with two windows once, and oneself not at all', () => {
  const [presence, , say] = pair();
  say({ user: { id: 'a', name: 'Otter', color: '#b91c1c' } }, 1);
  say({ user: { id: 'a', name: 'Otter', color: '#b91c1c' } }, 2);
  say({ user: { ...me } }, 3);
  expect(presence.others.value.map((person) => person.name)).toEqual(['Otter']);
  say(null, 1);
  expect(presence.others.value).toHaveLength(1);
  say(null, 2);
  expect(presence.others.value).toHaveLength(0);
});

test('a moving caret does not disturb the interface', () => {
  const [presence, , say] = pair();
  say({ user: { id: 'a', name: 'Otter', color: '#b91c1c' } });
  const before = presence.others.value;
  say({ user: { id: 'a', name: 'Otter', color: '#b91c1c' }, cursor: { anchor: 1, head: 1 } });
  expect(presence.others.value).toBe(before);
});

test('tells who is idle or away; of several windows the liveliest counts', () => {
  const [presence, awareness, say] = pair();
  const user = { id: 'a', name: 'Otter', color: '#b91c1c' };
  const activity = () => presence.others.value.map((person) => person.activity);
  say({ user });
  expect(activity()).toEqual(['active']);
  say({ user, activity: 'away' });
  say({ user, activity: 'idle' }, 2);
  expect(activity()).toEqual(['idle']);
  say({ user, activity: { sleepy: true } }, 2);
  expect(activity()).toEqual(['active']);
  let told = 0;
  awareness.on('update', () => (told += 1));
  presence.setActivity('active');
  expect(told).toBe(0);
  presence.setActivity('idle');
  expect(awareness.getLocalState()).toEqual({ user: me, activity: 'idle' });
});

test('whatever a client says of itself becomes a person', () => {
  expect(personOf(7, null)).toEqual({ id: 'client:7', name: '', color: FALLBACK_COLOR });
  expect(personOf(7, { user: { name: 5, color: 'red; --x: url(evil)', id: '' } })).toEqual({
    id: 'client:7',
    name: '',
    color: FALLBACK_COLOR,
  });
  expect(personOf(7, { user: { name: 'x'.repeat(500), color: '#AbCdEf' } }).name).toHaveLength(60);
  const guest = personOf(7, { user: { name: `${'x'.repeat(60)} (guest)` } }).name;
  expect(guest).toMatch(/^x+… \(guest\)$/);
  expect(guest).toHaveLength(60);
});
