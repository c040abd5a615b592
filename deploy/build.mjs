/**
 * `npm run build`: the relay, the app it serves, and the packages that others import, into dist/.
 *
 *   dist/app/                the PWA
 *   dist/relay/              main.js (the program), index.js (`sotto/relay`), sqlite-thread.js (the store's thread)
 *   dist/engine/index.js     `sotto/engine`, with the patched MLS library inside
 *   dist/protocol.js         `sotto/protocol`
 *   dist/types/              declarations for all three
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installed, patched, requireNode, root, run, sourcesStamp } from './prepared.mjs';

const SOURCES = ['package.json', 'package-lock.json', 'tsconfig.json', 'shared', 'relay', 'pwa', 'deploy'];
const STAMP = join(root, 'dist', '.built-from');

/** Builds unless what was built last is made of these very sources. */
export async function build({ force = false } = {}) {
  const stamp = sourcesStamp(SOURCES);
  if (!force && readStamp() === stamp) return;
  console.error('Building …');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  patched();
  await buildPackages();
  chmodSync(join(root, 'dist/relay/main.js'), 0o755); // it is `sotto`
  run(process.execPath, ['deploy/build-app.mjs']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'deploy/tsconfig.types.json']);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(STAMP, stamp);
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined; // never built
  }
}

async function buildPackages() {
  const { build: bundle } = await import('esbuild');
  const common = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', sourcemap: 'linked', logLevel: 'warning', legalComments: 'linked' };
  const from = (path) => join(root, path);
  await Promise.all([
    bundle({
      ...common,
      entryPoints: { main: from('relay/main.ts'), index: from('relay/index.ts'), 'sqlite-thread': from('relay/store/sqlite-thread.ts') },
      outdir: from('dist/relay'), splitting: true, packages: 'external',
    }),
    bundle({ ...common, platform: 'neutral', entryPoints: [from('shared/protocol.ts')], outfile: from('dist/protocol.js'), packages: 'external' }),
    // ts-mls goes inside: whoever installs sotto/engine must not get the unpatched one.
    bundle({
      ...common, entryPoints: [from('pwa/engine/node/index.ts')], outfile: from('dist/engine/index.js'),
      external: ['libsodium-wrappers-sumo', 'cborg', 'valibot', 'ws'],
    }),
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  installed();
  await build({ force: !process.argv.includes('--if-stale') });
}
