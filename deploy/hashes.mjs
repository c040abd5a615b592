/**
 * One hash for all of the app: the list that `sha256sum` prints over its files, and the hash of that list. In dist/app, coreutils alone give the same:
 *
 *   find . -type f ! -path './.well-known/*' ! -name '*.br' ! -name '*.gz' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
 *
 * What is compressed is left out: it differs from one Node to the next, and a browser sees what was compressed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

export const LIST = '.well-known/sotto.sha256';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Writes the list; answers its hash. */
export function writeHashes(app) {
  const files = readdirSync(app, { recursive: true }).map((name) => `./${String(name).split(sep).join('/')}`)
    .filter((path) => statSync(join(app, path)).isFile() && !path.startsWith('./.well-known/') && !/\.(br|gz)$/.test(path));
  const inOrder = files.map((path) => Buffer.from(path)).sort(Buffer.compare).map(String);
  const list = inOrder.map((path) => `${sha256(readFileSync(join(app, path)))}  ${path}\n`).join('');
  mkdirSync(join(app, '.well-known'), { recursive: true });
  writeFileSync(join(app, LIST), list);
  return sha256(list);
}
