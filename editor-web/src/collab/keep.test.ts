import { expect, test } from 'vitest';
import { keepIn } from './keep';
import { knownDocument, rememberDocument } from './memory';

function storage(): { values: Map<string, string> } & Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

test('keeps values of any kind under one prefix', () => {
  const place = storage();
  const keep = keepIn(() => place);
  keep.set('a', { b: [1] });
  expect([...place.values.keys()]).toEqual(['coscribe:a']);
  expect(keep.get('a')).toEqual({ b: [1] });
  keep.remove('a');
  expect(keep.get('a')).toBeUndefined();
});

test('a forbidden or broken storage forgets, and nothing throws', () => {
  const keep = keepIn(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  keep.set('a', 1);
  keep.remove('a');
  expect(keep.get('a')).toBeUndefined();
  const place = storage();
  place.values.set('coscribe:a', '{broken');
  expect(keepIn(() => place).get('a')).toBeUndefined();
});

test('remembers the epoch of a document, and the one before as long as it is told to', () => {
  const keep = keepIn(() => place);
  const place = storage();
  expect(knownDocument(keep, 'd')).toBeUndefined();
  rememberDocument(keep, 'd', { epoch: 2, title: 'T' }, 1);
  expect(knownDocument(keep, 'd')).toEqual({ epoch: 2, title: 'T', previous: 1 });
  rememberDocument(keep, 'd', { epoch: 2, title: 'T' });
  expect(knownDocument(keep, 'd')).toEqual({ epoch: 2, title: 'T' });
});
