/**
 * Weighs what a browser fetches before a document is there, compressed as it travels: for the page, and for the element
 * on pages of others.
 *
 * That is every script and style that is asked for at once, one language, the editor that a document asks for next, and
 * the upright typeface; fonts are compressed already and count as they are.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = process.argv[2] ?? 'dist';
const LOADS = [
  {
    name: 'first load',
    dist: DIST,
    entries: ['index.html', 'src/documents/page.tsx', 'src/i18n/en.ts'],
    page: 'index.html',
    budget: 240_000,
  },
  {
    name: 'embedded editor',
    dist: join(DIST, 'embed'),
    entries: ['src/embed/coscribe-editor.ts', 'src/embed/frame.tsx', 'src/i18n/en.ts'],
    page: null,
    budget: 240_000,
  },
];

/**
 * @typedef {{ file: string, css?: string[], imports?: string[] }} Chunk
 * @typedef {Record<string, Chunk>} Manifest
 */

/**
 * The files of these entries and of all they import at once.
 * @param {Manifest} manifest
 * @param {string[]} entries
 */
function filesOf(manifest, entries) {
  const files = new Set();
  const seen = new Set();
  /** @param {string} key */
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`The build has no entry ${key}: name the new one in build/budget.mjs.`);
    if (seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  entries.forEach(visit);
  return files;
}

/** @param {string} path */
function weigh(path) {
  const bytes = readFileSync(path);
  return path.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}

/** @param {typeof LOADS[number]} load */
function check({ name, dist, entries, page, budget }) {
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  const files = filesOf(manifest, entries);
  if (page) files.add(page);
  const upright = Object.values(manifest).find(({ file }) => /literata-latin-wght-normal.*\.woff2$/.test(file));
  if (!upright) throw new Error('The build has no upright typeface: name the new one in build/budget.mjs.');
  files.add(upright.file);

  let total = 0;
  for (const [file, bytes] of [...files]
    .map((file) => /** @type {const} */ ([file, weigh(join(dist, file))]))
    .sort(([, a], [, b]) => b - a)) {
    total += bytes;
    process.stdout.write(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${file}\n`);
  }
  process.stdout.write(`${(total / 1000).toFixed(1).padStart(7)} kB  ${name}, of ${budget / 1000} kB\n`);
  if (total > budget) {
    process.stderr.write(`${name}: over its budget; load something later, or leave it out.\n`);
    process.exitCode = 1;
  }
}

LOADS.forEach(check);
