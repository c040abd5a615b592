/** What a fresh clone lacks, brought in on demand, so that `npm start` and `npm test` are the only set-up. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];

/** Ends the process with one sentence where this Node is too old to run anything that follows. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`Sotto needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

/** What node_modules was installed from, written by `prepare` after every install. */
const MARK = join(root, 'node_modules', '.sotto-installed');
const lockHash = () => createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');

/** Installs exactly what the lock file names, where that is not what lies in node_modules. */
export function installed() {
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === lockHash()) return;
  console.error('Installing what is missing …');
  run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** Patches the MLS library, which changes nothing where it is patched already, and checks that it took. */
export function patched() {
  const library = join(root, 'node_modules/patch-package/index.js');
  const result = spawnSync(process.execPath, [library, '--patch-dir', 'pwa/engine/mls/patches', '--error-on-fail'], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    console.error(`${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  run(process.execPath, ['pwa/engine/mls/patches/applied.mjs']);
}

/** Remembers that node_modules is what the lock file names. */
export function markInstalled() {
  writeFileSync(MARK, lockHash());
}

/** Runs a program of ours or a library's to its end; its output is shown, its failure ends the process. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', process.stderr, process.stderr], shell: process.platform === 'win32', ...options });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The path of a Chromium, brought in where there is none: Debian's own, else Playwright's. SOTTO_CHROMIUM names another. */
export function chromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  console.error('Installing a browser for the tests …');
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
    const [command, ...rest] = [...sudo, 'apt-get'];
    spawnSync(command, [...rest, 'update'], { stdio: ['ignore', 'ignore', process.stderr] });
    spawnSync(command, [...rest, 'install', '-y', '--no-install-recommends', 'chromium'], { stdio: ['ignore', 'ignore', process.stderr] });
  }
  if (findChromium() === undefined) run(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  const path = findChromium();
  if (path !== undefined) return path;
  console.error('No Chromium could be installed. Install one and name it in SOTTO_CHROMIUM.');
  process.exit(1);
}

function findChromium() {
  if (process.env.SOTTO_CHROMIUM) return process.env.SOTTO_CHROMIUM;
  const place = CHROMIUM_PLACES.find((path) => existsSync(path));
  if (place !== undefined) return place;
  const library = join(root, 'node_modules', 'playwright-core');
  if (!existsSync(library)) return undefined;
  const answer = execFileSync(process.execPath, ['-e', "process.stdout.write(require('playwright-core').chromium.executablePath())"], { cwd: root, encoding: 'utf8' });
  return answer !== '' && existsSync(answer) ? answer : undefined;
}

/** Every file below the folders, as `path size mtime` lines: what a build was made from. */
export function sourcesStamp(places) {
  const lines = [`node ${process.versions.node}`];
  const visit = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else lines.push(`${path.slice(root.length)} ${stat.size} ${stat.mtimeMs}`);
  };
  for (const place of places) visit(join(root, place));
  return lines.join('\n');
}

export const version = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
