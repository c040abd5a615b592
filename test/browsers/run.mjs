/**
 * `npm run test:browsers`: the core flows in Firefox and in WebKitGTK, on the built app. On Debian what is missing is installed; elsewhere
 * the engines that are there are tried, and the others are said to be missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installed, requireNode, root } from '../../deploy/prepared.mjs';

const PACKAGES = [['/usr/bin/firefox-esr', 'firefox-esr'], ['/usr/bin/WebKitWebDriver', 'webkit2gtk-driver'], ['/usr/bin/xvfb-run', 'xvfb'], ['/usr/bin/xauth', 'xauth']];

requireNode();
installed();
const missing = PACKAGES.filter(([path]) => !existsSync(path)).map(([, name]) => name);
if (missing.length > 0 && existsSync('/usr/bin/apt-get')) {
  console.error(`Installing ${missing.join(', ')} …`);
  const [command, ...rest] = [...(process.getuid?.() === 0 ? [] : ['sudo']), 'apt-get'];
  spawnSync(command, [...rest, 'update'], { stdio: ['ignore', 'ignore', process.stderr] });
  spawnSync(command, [...rest, 'install', '-y', '--no-install-recommends', ...missing], { stdio: ['ignore', 'ignore', process.stderr] });
} else if (missing.length > 0) console.error(`Not here, and not tried: ${missing.join(', ')}.`);

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const built = node('deploy/build.mjs', '--if-stale');
process.exitCode = built !== 0 ? built : node('--import', 'tsx', '--test', '--test-timeout=180000', join('test', 'browsers', 'flows.test.ts'));
