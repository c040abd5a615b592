/** Fails with one sentence where the MLS library in node_modules is not the patched one. Run before every build. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../../..');

for (const name of readdirSync(here).filter((file) => file.endsWith('.patch'))) {
  let lines = new Set();
  for (const line of readFileSync(join(here, name), 'utf8').split('\n')) {
    if (line.startsWith('+++ b/')) lines = new Set(readFileSync(join(root, line.slice('+++ b/'.length)), 'utf8').split('\n'));
    else if (line.startsWith('+') && !lines.has(line.slice(1))) {
      console.error(`ts-mls lacks ${name}: run "npm ci", which applies it. Unpatched, it rejects valid groups.`);
      process.exit(1);
    }
  }
}
