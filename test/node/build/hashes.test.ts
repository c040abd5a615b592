/** The same sources give the same bytes wherever they lie, and one hash stands for all of them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIST, writeHashes } from '../../../deploy/hashes.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'sotto-hashes-'));
after(() => { rmSync(scratch, { recursive: true, force: true }); });

/** What docs/SECURITY.md tells people to type. */
const COREUTILS = "find . -type f ! -path './.well-known/*' ! -name '*.br' ! -name '*.gz' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
const hasCoreutils = ((): boolean => {
  try {
    return execFileSync('sha256sum', ['--version'], { encoding: 'utf8' }).includes('coreutils');
  } catch {
    return false; // as on a Mac
  }
})();

/** The same packages, at another path: what their files are called must not matter. */
function linked(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linked(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(execFileSync('readlink', [source], { encoding: 'utf8' }).trim(), target);
    else linkSync(source, target);
  }
}

function built(name: string): string {
  const folder = join(scratch, name);
  for (const part of ['package.json', 'tsconfig.json', 'shared', 'pwa', 'deploy']) cpSync(join(root, part), join(folder, part), { recursive: true });
  try {
    linked(join(root, 'node_modules'), join(folder, 'node_modules'));
  } catch {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction'); // another disk: then at the same path
  }
  execFileSync(process.execPath, ['deploy/build-app.mjs'], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'dist/app');
}

test('two builds in two folders give the same bytes', () => {
  const [one, two] = [built('one'), built('a longer name for another folder')];
  const list = readFileSync(join(one, LIST), 'utf8');
  assert.ok(list.split('\n').length > 10, 'there is next to nothing in it');
  assert.equal(readFileSync(join(two, LIST), 'utf8'), list);
});

test('the root hash is what coreutils make of the files', { skip: hasCoreutils ? false : 'no coreutils here' }, () => {
  const app = join(scratch, 'app');
  for (const [path, text] of [['index.html', 'page'], ['a b.js', 'one'], ['assets/ü.js', 'two'], ['assets/Z.js', 'three'], ['index.html.br', 'packed']] as const) {
    mkdirSync(join(app, path, '..'), { recursive: true });
    writeFileSync(join(app, path), text);
  }
  const hash = writeHashes(app);
  assert.equal(execFileSync('sh', ['-c', COREUTILS], { cwd: app, encoding: 'utf8' }), `${hash}  -\n`);
  assert.equal(execFileSync('sha256sum', [LIST], { cwd: app, encoding: 'utf8' }), `${hash}  ${LIST}\n`);
  assert.ok(readFileSync(join(root, 'docs/SECURITY.md'), 'utf8').includes(COREUTILS), 'SECURITY.md says another line');
  // Once more changes nothing; another byte does.
  assert.equal(writeHashes(app), hash);
  writeFileSync(join(app, 'index.html'), 'pagE');
  assert.notEqual(writeHashes(app), hash);
});
