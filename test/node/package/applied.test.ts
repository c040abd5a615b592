/** The library that is installed is the patched one: `npm run build` refuses to go on where it is not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PATCHES = 'pwa/engine/mls/patches';

test('the check that the patches are applied holds here, and fails where one of their lines is missing', (t) => {
  const check = (folder: string) => spawnSync(process.execPath, [join(folder, PATCHES, 'applied.mjs')], { encoding: 'utf8' });
  assert.equal(check(root).status, 0);

  const copy = mkdtempSync(join(tmpdir(), 'sotto-unpatched-'));
  t.after(() => { rmSync(copy, { recursive: true, force: true }); });
  mkdirSync(join(copy, dirname(PATCHES)), { recursive: true });
  cpSync(join(root, PATCHES), join(copy, PATCHES), { recursive: true });
  cpSync(join(root, 'node_modules/ts-mls/dist'), join(copy, 'node_modules/ts-mls/dist'), { recursive: true });
  assert.equal(check(copy).status, 0);

  const [patch = ''] = readdirSync(join(copy, PATCHES)).filter((name) => name.endsWith('.patch'));
  const added = readFileSync(join(copy, PATCHES, patch), 'utf8').split('\n').find((line) => /^\+ .*RFC 9420/.test(line))?.slice(1) ?? assert.fail('no line to take away');
  const file = join(copy, 'node_modules/ts-mls/dist/src/clientState.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace(added, ''));
  const { status, stderr } = check(copy);
  assert.equal(status, 1);
  assert.match(stderr, /npm ci/);
});
