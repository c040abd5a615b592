/** A program of the project, bundled, so that it starts fast, and again and again. */
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

/** The program and what it starts beside itself: names without ending, and sources from the project's root. The first is the program. */
export async function bundled(entries: Readonly<Record<string, string>>): Promise<Bundled> {
  mkdirSync(BUNDLES, { recursive: true });
  const folder = mkdtempSync(join(BUNDLES, 'program-'));
  const entryPoints = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, join(ROOT, source)]));
  await build({ bundle: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external', logLevel: 'warning', entryPoints, outdir: folder });
  return { path: join(folder, `${Object.keys(entries)[0]}.js`), dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
