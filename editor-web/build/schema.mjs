/**
 * Writes the editor's schema for the server, from the extensions themselves:
 *
 *   node build/schema.mjs          write server/coscribe/content/schema.json
 *   node build/schema.mjs --print  write it to the output instead
 *   node build/schema.mjs --amend  write it although the version is the one of another schema: only for a version
 *                                  that no released editor has
 *
 * A person raises SCHEMA_VERSION; the fingerprint tells when that was forgotten.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getSchema } from '@tiptap/core';
import { runnerImport } from 'vite';

export const FILE = fileURLToPath(new URL('../../server/coscribe/content/schema.json', import.meta.url));
const SOURCES = fileURLToPath(new URL('../src/editor/', import.meta.url));
/** What a schema is; how a node is drawn, parsed or dragged is the editor's own. */
const NODE = ['content', 'marks', 'group', 'inline', 'atom', 'selectable', 'draggable', 'code', 'whitespace'].concat([
  'defining',
  'isolating',
  'linebreakReplacement',
  'tableRole',
]);
const MARK = ['inclusive', 'excludes', 'spanning', 'code'];

/**
 * @param {Record<string, unknown>} spec
 * @param {string[]} keys
 */
function facts(spec, keys) {
  const entries = keys.flatMap((key) => {
    const value = spec[key];
    return value === undefined || value === '' || value === false ? meaningful(key, value) : [[key, value]];
  });
  const attrs = Object.entries(/** @type {Record<string, { default?: unknown }>} */ (spec.attrs ?? {}));
  if (attrs.length > 0) {
    entries.push(['attrs', Object.fromEntries(attrs.map(([name, { default: value }]) => [name, { default: value }]))]);
  }
  return Object.fromEntries(entries);
}

/**
 * An empty text or a no is a fact only where the absence says something else.
 * @param {string} key
 * @param {unknown} value
 */
function meaningful(key, value) {
  const counts = value !== undefined && ['marks', 'excludes', 'inclusive', 'selectable', 'spanning'].includes(key);
  return counts ? [[key, value]] : [];
}

/** @param {Record<string, unknown>} members */
function lines(members) {
  const written = Object.entries(members).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{\n${written.join(',\n')}\n  }`;
}

/** The schema as the server keeps it. */
export async function dump() {
  const { module: extensions } = await runnerImport(`${SOURCES}extensions.ts`, { logLevel: 'error' });
  const { module: versions } = await runnerImport(`${SOURCES}version.ts`, { logLevel: 'error' });
  const { spec } = getSchema(extensions.schema);
  /** @type {Record<string, unknown>} */
  const nodes = {};
  spec.nodes.forEach((name, node) => {
    nodes[name] = facts(node, NODE);
  });
  /** @type {Record<string, unknown>} */
  const marks = {};
  spec.marks.forEach((name, mark) => {
    marks[name] = facts(mark, MARK);
  });
  const topNode = spec.topNode ?? 'doc';
  const fingerprint = createHash('sha256').update(JSON.stringify({ topNode, nodes, marks })).digest('hex').slice(0, 16);
  const version = versions.SCHEMA_VERSION;
  const text = `{
  "version": ${version},
  "fingerprint": "${fingerprint}",
  "topNode": "${topNode}",
  "nodes": ${lines(nodes)},
  "marks": ${lines(marks)}
}
`;
  return { version, fingerprint, text };
}

/**
 * Why the dump must not replace the one before, or `null`.
 * @param {{ version: number, fingerprint: string }} before
 * @param {{ version: number, fingerprint: string }} now
 */
export function objection(before, now) {
  if (now.version < before.version) return 'The version of the schema has gone down: take the newest SCHEMA_VERSION.';
  if (now.version > before.version || now.fingerprint === before.fingerprint) return null;
  return 'The schema has changed and its version has not: raise SCHEMA_VERSION in src/editor/version.ts.';
}

/** @param {string[]} flags */
async function main(flags) {
  const now = await dump();
  if (flags.includes('--print')) {
    process.stdout.write(now.text);
    return;
  }
  const against = flags.includes('--amend') ? null : objection(JSON.parse(readFileSync(FILE, 'utf8')), now);
  if (against === null) {
    writeFileSync(FILE, now.text);
  } else {
    process.stderr.write(`${against}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
