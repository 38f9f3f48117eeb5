import { expect, test } from 'vitest';
import { contrastOf, Identity, PALETTE } from './identity';
import { keepInMemory } from './keep';

const names = ['Heron', 'Otter'];

test('is given at random once, and is the same at the next visit', () => {
  const keep = keepInMemory();
  const first = new Identity(keep, names, () => 0.99);
  expect(first.me.value).toMatchObject({ name: 'Otter', color: PALETTE.at(-1) });
  const second = new Identity(keep, names, () => 0);
  expect(second.me.value).toEqual(first.me.value);
});

test('is changed and kept; an empty name changes nothing', () => {
  const keep = keepInMemory();
  const identity = new Identity(keep, names, () => 0);
  identity.change({ name: '  Ada  ' });
  identity.change({ name: '   ', color: '#4f46e5' });
  expect(identity.me.value).toMatchObject({ name: 'Ada', color: '#4f46e5' });
  expect(new Identity(keep, names, () => 0).me.value).toEqual(identity.me.value);
});

test('every colour of the palette reads with its ink at 4.5:1 or better', () => {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const color of [...PALETTE, '#ffffff', '#000000', '#ffd400']) {
    const [light, dark] = [luminance(color), luminance(contrastOf(color))].sort((a, b) => b - a) as [number, number];
    expect((light + 0.05) / (dark + 0.05), color).toBeGreaterThanOrEqual(4.5);
  }
});
