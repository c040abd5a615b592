/** Makes what is measured: our servers bundled as the product is, the generator compiled. Both lie in node_modules/.cache. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const C_SOURCES = fileURLToPath(new URL('../load', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/sotto-bench', import.meta.url));

/** The folder of the bundled servers; the relay's own entries lie beside them as they do in dist/. */
export async function buildServers(): Promise<string> {
  const servers = join(HERE, 'servers');
  const entries = readdirSync(servers).map((file) => [basename(file, '.ts'), join(servers, file)] as const);
  const thread = fileURLToPath(new URL('../../../relay/store/sqlite-thread.ts', import.meta.url));
  await build({
    entryPoints: { ...Object.fromEntries(entries), 'sqlite-thread': thread }, outdir: CACHE, bundle: true, splitting: true, packages: 'external',
    format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'warning', sourcemap: 'linked',
  });
  return CACHE;
}

/** The compiled generator's path; undefined where there is no compiler. */
export function buildGenerator(): string | undefined {
  mkdirSync(CACHE, { recursive: true });
  const program = join(CACHE, 'load');
  const sources = readdirSync(C_SOURCES).filter((file) => file.endsWith('.c')).map((file) => join(C_SOURCES, file));
  try {
    execFileSync('cc', ['-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-o', program, ...sources], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return program;
}
