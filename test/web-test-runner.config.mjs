/** Browser tests in real Chromium. `npx wtr --config test/web-test-runner.config.mjs [--files test/browser/ui/x.test.ts]` */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';

const root = join(import.meta.dirname, '..');
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const executablePath = process.env.SOTTO_CHROMIUM ?? USUAL.find((path) => existsSync(path));

/** The sum for test/run.mjs. */
const counts = {
  stop({ sessions }) {
    if (process.env.SOTTO_COUNTS === undefined) return;
    const tests = (suite) => [...(suite?.tests ?? []), ...(suite?.suites ?? []).flatMap(tests)];
    const all = [...sessions].flatMap((session) => tests(session.testResults));
    const passed = all.filter((test) => test.passed && !test.skipped).length;
    // A file that could not even be loaded has no failed test in it, and has failed all the same.
    const broken = [...sessions].filter((session) => !session.passed && tests(session.testResults).every((test) => test.passed)).length;
    const failed = all.filter((test) => !test.passed && !test.skipped).length + broken;
    appendFileSync(process.env.SOTTO_COUNTS, `${JSON.stringify({ passed, failed })}\n`);
  },
};

export default {
  rootDir: root,
  files: ['test/browser/**/*.test.ts'],
  nodeResolve: true,
  plugins: [
    { name: 'web-crypto', resolveImport: ({ source }) => (source === 'crypto' ? '/test/support/web-crypto.mjs' : undefined) },
    esbuildPlugin({ ts: true, tsconfig: join(root, 'tsconfig.json'), target: 'es2022' })],
  // One file at a time: what they measure and the machine they run on are shared.
  concurrency: 1,
  browsers: [playwrightLauncher({
    product: 'chromium',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  })],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), counts],
  testFramework: { config: { timeout: 10_000 } },
  testsFinishTimeout: 300_000,
  testRunnerHtml: (framework) => `<!doctype html>
    <html lang="en">
      <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sotto</title><link rel="stylesheet" href="/pwa/ui/tokens.css"></head>
      <body><script type="module" src="${framework}"></script></body>
    </html>`,
};
