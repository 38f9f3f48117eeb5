import { expect, test } from 'vitest';
import { toolOf } from './keys';

const pressed = (key: string, held: string, code = '') => ({
  key,
  code,
  ctrlKey: held.includes('c'),
  metaKey: held.includes('m'),
  altKey: held.includes('a'),
  shiftKey: held.includes('s'),
  getModifierState: (name: string) => name === 'AltGraph' && held.includes('g'),
});

test.each([
  ['f', 'c', 'find'],
  ['h', 'c', 'replace'],
  ['F', 'cs', 'focus'],
  ['/', 'c', 'help'],
  ['/', 'cs', 'help'], // where the slash is written with Shift
  ['f', '', null],
  ['f', 'm', null],
  ['H', 'cs', null],
  ['F', 'ca', null],
])('%s with %s is %s', (key, held, tool) => expect(toolOf(pressed(key, held), false)).toBe(tool));

test('Alt changes what a key writes, not which key it is; AltGr writes', () => {
  expect(toolOf(pressed('ø', 'ca', 'KeyO'), false)).toBe('outline');
  expect(toolOf(pressed('ó', 'cag', 'KeyO'), false)).toBeNull();
});

test('on a Mac it is the command key', () => {
  expect(toolOf(pressed('f', 'm'), true)).toBe('find');
  expect(toolOf(pressed('f', 'c'), true)).toBeNull();
});
