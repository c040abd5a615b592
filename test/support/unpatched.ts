/** The MLS library as published, beside the patched one: to show what each patch is for. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as library from 'ts-mls';

export type Library = typeof library;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A copy of the installed library with our patches taken back; gone when this process ends. */
export async function unpatchedLibrary(): Promise<Library> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-unpatched-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  for (const scope of ['@hpke', '@noble']) symlinkSync(join(root, 'node_modules', scope), join(folder, 'node_modules', scope));
  cpSync(join(root, 'node_modules/ts-mls'), join(folder, 'node_modules/ts-mls'), { recursive: true });
  cpSync(join(root, 'pwa/engine/mls/patches'), join(folder, 'patches'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(folder, file));
  const taken = spawnSync(process.execPath, [join(root, 'node_modules/patch-package/index.js'), '--reverse', '--error-on-fail'], { cwd: folder, encoding: 'utf8' });
  if (taken.status !== 0) throw new Error(`the patches could not be taken back: ${taken.stdout}${taken.stderr}`);
  return (await import(pathToFileURL(join(folder, 'node_modules/ts-mls/dist/src/index.js')).href)) as Library;
}
