import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Typefaces of other scripts, and of formulas, come when they are first needed, and are kept then. */
const OTHER_SCRIPTS = /(-(cyrillic|greek|vietnamese|latin)(-ext)?-wght-|^KaTeX_).*\.woff2$/;
const LATIN = /-latin-wght-.*\.woff2$/;

/** Everything the shell needs offline: the page itself and what the first build put under `assets/`. */
function shell(dist: string): { version: string; files: string[] } {
  const assets = readdirSync(join(dist, 'assets')).filter((name) => LATIN.test(name) || !OTHER_SCRIPTS.test(name));
  // Names carry a hash of their content; the page does not, so the version is taken from its bytes too.
  const version = createHash('sha256')
    .update(readFileSync(join(dist, 'index.html')))
    .update(assets.sort().join('\n'))
    .digest('hex')
    .slice(0, 12);
  return { version, files: ['/', ...assets.map((name) => `/assets/${name}`)] };
}

const { version, files } = shell('dist');

export default defineConfig({
  publicDir: false,
  define: { __SHELL_VERSION__: JSON.stringify(version), __SHELL_FILES__: JSON.stringify(files) },
  build: {
    emptyOutDir: false,
    lib: { entry: 'src/sw.ts', formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
  },
});
