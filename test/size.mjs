/** The built app within its budgets: gzipped JavaScript of the shell, and of the engine's worker. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../deploy/prepared.mjs';

const BUDGETS = [
  { name: 'app shell', most: 60 * 1024, holds: (file) => !file.startsWith('engine-worker') },
  { name: 'engine worker', most: 300 * 1024, holds: (file) => file.startsWith('engine-worker') },
];

const assets = join(root, 'dist/app/assets');
const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'));
let over = false;
for (const { name, most, holds } of BUDGETS) {
  const files = scripts.filter(holds);
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file)), { level: 9 }).length, 0);
  if (size > most || files.length === 0) over = true;
  console.log(`  ${name}: ${(size / 1024).toFixed(1)} KB of ${most / 1024} KB (${files.length} files)`);
}
process.exitCode = over ? 1 : 0;
