import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FILE, objection } from './schema.mjs';

const SCRIPT = fileURLToPath(new URL('schema.mjs', import.meta.url));

test('the server has the schema of these extensions, under its version: run `make schema`', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, '--print']);
  const [now, kept] = [JSON.parse(stdout), JSON.parse(readFileSync(FILE, 'utf8'))];
  expect(objection(kept, now)).toBeNull();
  expect(readFileSync(FILE, 'utf8')).toBe(stdout);
}, 60_000); // another process, on a machine that may be busy

test('a changed schema is taken under a new version only', () => {
  const before = { version: 3, fingerprint: 'a' };
  expect(objection(before, { version: 3, fingerprint: 'a' })).toBeNull();
  expect(objection(before, { version: 4, fingerprint: 'b' })).toBeNull();
  expect(objection(before, { version: 3, fingerprint: 'b' })).toMatch('raise SCHEMA_VERSION');
  expect(objection(before, { version: 2, fingerprint: 'a' })).toMatch('gone down');
});
