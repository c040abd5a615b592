/**
 * `npm test`: everything that must hold, on a machine that has only Node. Each check runs whatever the
 * others did; the last line is the sum over all.
 *
 *   npm test                 everything
 *   npm test -- node e2e     only the steps named
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, installed, requireNode, root } from '../deploy/prepared.mjs';

requireNode();
installed();

const scratch = mkdtempSync(join(tmpdir(), 'sotto-test-'));
const counts = join(scratch, 'counts');
const environment = { ...process.env, SOTTO_COUNTS: counts };

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: environment }).status;
const library = (path) => join(root, 'node_modules', path);

/** A check that has no tests of its own counts as one. */
const check = (...args) => {
  const passed = node(...args) === 0;
  appendFileSync(counts, `${JSON.stringify({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 })}\n`);
};

/** Test files in processes of their own; a runner that dies without counting is a failure too. */
const tests = (folder, ...flags) => {
  const before = countLines();
  const status = node('--import', 'tsx', '--test', ...flags, '--test-reporter', './test/counts.mjs', '--test-reporter-destination', 'stdout', ...filesIn(folder));
  if (countLines() === before) appendFileSync(counts, `${JSON.stringify({ passed: 0, failed: 1 })}\n`);
  return status;
};

const steps = {
  types: () => check(library('typescript/bin/tsc'), '-p', 'tsconfig.json'),
  lint: () => check(library('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'),
  patches: () => check('pwa/engine/mls/patches/applied.mjs'),
  node: () => tests('test/node', '--test-concurrency=2', '--test-timeout=600000'),
  build: () => check('deploy/build.mjs'),
  sizes: () => check('test/size.mjs'),
  browser: () => {
    environment.SOTTO_CHROMIUM ??= chromium();
    const before = countLines();
    node(library('@web/test-runner/dist/bin.js'), '--config', 'test/web-test-runner.config.mjs');
    if (countLines() === before) appendFileSync(counts, `${JSON.stringify({ passed: 0, failed: 1 })}\n`);
  },
  e2e: () => {
    environment.SOTTO_CHROMIUM ??= chromium();
    node('deploy/build.mjs', '--if-stale');
    tests('test/e2e', '--test-concurrency=1', '--test-timeout=180000');
  },
};

function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true }).map(String).filter((name) => name.endsWith('.test.ts')).sort().map((name) => join(folder, name));
}

function countLines() {
  return read().length;
}

function read() {
  try {
    return readFileSync(counts, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return []; // nothing has run yet
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. The steps are: ${Object.keys(steps).join(' ')}.`);
  process.exit(2);
}
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = Date.now();
  console.log(`\n${name}`);
  step();
  console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

const sum = read().reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), { passed: 0, failed: 0 });
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
