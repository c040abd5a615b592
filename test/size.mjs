/** The built app within its budgets: gzipped JavaScript of the shell, of what is fetched when it is first wanted, and of the engine's worker. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../deploy/prepared.mjs';

const app = process.argv[2] ?? join(root, 'dist/app');
const assets = join(app, 'assets');
const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'));
/** What the page names is fetched before anything is on screen, and what that imports; an `import()` is none of it. */
const shell = new Set();
const visit = (file) => {
  if (shell.has(file)) return;
  shell.add(file);
  for (const [, named] of readFileSync(join(assets, file), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) visit(named);
};
for (const [, file] of readFileSync(join(app, 'index.html'), 'utf8').matchAll(/assets\/([\w.-]+\.js)/g)) visit(file);

const isLanguage = (file) => /^(ar|de|es|fr|ja)-/.test(file);
const isEngine = (file) => file.startsWith('engine-worker');
const BUDGETS = [
  { name: 'app shell', most: 60 * 1024, holds: (file) => shell.has(file) },
  // One language is fetched, of all that there are.
  { name: 'fetched when wanted', most: 100 * 1024, holds: (file) => !shell.has(file) && !isEngine(file) && !isLanguage(file) },
  { name: 'languages', most: 6 * 20 * 1024, holds: isLanguage },
  { name: 'engine worker', most: 300 * 1024, holds: isEngine },
];
let over = false;
for (const { name, most, holds } of BUDGETS) {
  const files = scripts.filter(holds);
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file)), { level: 9 }).length, 0);
  if (size > most || files.length === 0) over = true;
  console.log(`  ${name}: ${(size / 1024).toFixed(1)} KB of ${most / 1024} KB (${files.length} files)`);
}
// What the service worker runs when it is woken: fetched once, while the app is installed.
const background = readdirSync(app).filter((file) => /^background-.*\.js$/.test(file));
const backgroundSize = background.reduce((sum, file) => sum + gzipSync(readFileSync(join(app, file)), { level: 9 }).length, 0);
if (background.length !== 1 || backgroundSize > 320 * 1024) over = true;
console.log(`  in the background: ${(backgroundSize / 1024).toFixed(1)} KB of 320 KB`);
process.exitCode = over ? 1 : 0;
