import { expect, test } from 'vitest';
import { ar } from './ar';
import { de } from './de';
import { en } from './en';

type Tree = { readonly [key: string]: unknown };
type Leaves = ReadonlyArray<readonly [string, unknown]>;

/** Every catalogue by its path: `./de.ts`, `./writing/de.ts`. */
const catalogues = import.meta.glob<Tree>(['./en.ts', './de.ts', './ar.ts', './*/{en,de,ar}.ts'], { eager: true });
const english = Object.keys(catalogues).filter((path) => path.endsWith('/en.ts'));
const others = ['de', 'ar'];

function catalogue(path: string, language: string): Tree {
  return (catalogues[path.replace('/en.ts', `/${language}.ts`)]?.[language] ?? {}) as Tree;
}

function leaves(tree: Tree, path = ''): Leaves {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value as Tree, `${path}${key}.`)
      : [[path + key, value] as const],
  );
}

const say = (value: unknown) => (typeof value === 'function' ? value(2, 2) : value);
const cases = english.flatMap((path) => others.map((language) => [language, path] as const));

test('there are catalogues to look at', () => expect(english.length).toBeGreaterThanOrEqual(4));

test.each(cases)('%s has words for all of %s, and none is empty', (language, path) => {
  const reference = leaves(catalogue(path, 'en'));
  const translated = leaves(catalogue(path, language));
  expect(translated.map(([key]) => key).sort()).toEqual(reference.map(([key]) => key).sort());
  for (const [key, value] of [...reference, ...translated]) expect(say(value), key).toBeTruthy();
});

test.each(english)('Arabic is written in Arabic all over %s', (path) => {
  const latin = leaves(catalogue(path, 'ar')).filter(([, value]) => !/\p{sc=Arabic}/u.test(String(say(value))));
  // What has the same name everywhere: file formats, signs, an example of an address.
  const named = /^(language|quotes\..*|names\.\w+|.*[pP]laceholder|math\.hint|find\.position|table\.sizeOf)$/;
  expect(latin.map(([key]) => key).filter((key) => !named.test(key))).toEqual([]);
});

test('one and many are told apart', () => {
  expect(en.status.offlineKept(1)).toBe('Offline, 1 change kept on this device');
  expect(en.status.offlineKept(1200)).toBe('Offline, 1,200 changes kept on this device');
  expect(de.status.offlineKept(1)).toBe('Offline, 1 Änderung auf diesem Gerät aufbewahrt');
  expect(de.status.offlineKept(1200)).toBe('Offline, 1.200 Änderungen auf diesem Gerät aufbewahrt');
  expect(ar.people.here(2)).toBe('شخصان هنا');
  expect(ar.people.here(5)).toBe(`${(5).toLocaleString('ar')} أشخاص هنا`);
  expect(ar.people.here(11)).toBe(`${(11).toLocaleString('ar')} شخصًا هنا`);
});
