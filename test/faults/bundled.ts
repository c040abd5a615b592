/** One program of the project as one file, so that it starts fast, and again and again. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Within reach of node_modules, whose packages stay outside the bundle. */
const BUNDLES = join(ROOT, 'node_modules/.cache/sotto-faults');

export interface Bundled {
  readonly path: string;
  dispose(): void;
}

/** `entry`: from the project's root. */
export async function bundled(entry: string): Promise<Bundled> {
  mkdirSync(BUNDLES, { recursive: true });
  const folder = mkdtempSync(join(BUNDLES, 'program-'));
  const path = join(folder, 'main.js');
  await build({ bundle: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external', logLevel: 'warning', entryPoints: [join(ROOT, entry)], outfile: path });
  return { path, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
