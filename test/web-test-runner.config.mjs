/** Browser tests, in a real Chromium: what needs IndexedDB, workers, or eyes. */
import { appendFileSync } from 'node:fs';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { chromium, root } from '../deploy/prepared.mjs';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Adds the sums to SOTTO_COUNTS, where `npm test` gathers those of all runners. */
const counts = {
  onTestRunFinished({ sessions }) {
    let passed = 0;
    let failed = 0;
    const visit = ({ tests, suites }) => {
      for (const { passed: held, skipped } of tests) if (held) passed++; else if (!skipped) failed++;
      for (const suite of suites) visit(suite);
    };
    for (const { testResults, passed: held, errors } of sessions) {
      if (testResults) visit(testResults);
      // A file that could not even be loaded has no tests that could fail.
      if (!testResults || (!held && errors.length > 0)) failed++;
    }
    if (process.env.SOTTO_COUNTS) appendFileSync(process.env.SOTTO_COUNTS, `${JSON.stringify({ passed, failed })}\n`);
  },
};

export default {
  rootDir: root,
  files: ['test/browser/**/*.test.ts'],
  nodeResolve: { exportConditions: ['browser', 'import', 'default'] },
  browsers: [playwrightLauncher({ launchOptions: { executablePath: chromium(), args: FLAGS } })],
  concurrency: 2,
  plugins: [esbuildPlugin({ ts: true, tsconfig: `${root}/tsconfig.json`, target: 'es2022' })],
  reporters: [defaultReporter({ reportTestProgress: false }), counts],
  testFramework: { config: { timeout: 20_000 } },
  testsFinishTimeout: 180_000,
};
