import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const SMALLER: Readonly<Record<string, string>> = {
  'lib0/dom': here('lib0Dom.ts'),
  'lib0/logging': here('lib0Logging.ts'),
};

/**
 * Puts a few lines in the place of two modules of lib0, of which next to nothing is used here.
 *
 * Together they bring a library for describing data and a console of coloured HTML along (10 kB), which no bundler
 * can prove to be without effect.
 */
export function smallerLib0(): Plugin {
  return { name: 'smaller-lib0', enforce: 'pre', resolveId: (source) => SMALLER[source] ?? null };
}
