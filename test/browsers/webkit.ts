/** WebKitGTK's small browser, by WebKitWebDriver (W3C WebDriver, https://www.w3.org/TR/webdriver2/), on a screen of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Engine, Window } from './window.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const LIBRARIES = '/usr/lib';
/** Milliseconds that a script may take. */
const PATIENCE = 60_000;

export function webkit(): Engine | undefined {
  const browser = miniBrowser();
  if (!existsSync(DRIVER) || browser === undefined || spawnSync('which', ['xvfb-run']).status !== 0) return undefined;
  return { name: 'WebKitGTK', lacks: ['background sync', 'periodic sync', 'push', 'badges', 'install prompt'], open: () => open(browser) };
}

function miniBrowser(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined;
  for (const machine of readdirSync(LIBRARIES)) {
    for (const version of ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0']) {
      const path = join(LIBRARIES, machine, version, 'MiniBrowser');
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

async function open(binary: string): Promise<Window> {
  const port = await freePort();
  // A group of its own: the screen, the driver and the browser end together.
  const driver = spawn('xvfb-run', ['-a', '-s', '-screen 0 1280x900x24', DRIVER, `--port=${port}`], { stdio: 'ignore', detached: true, env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } });
  const at = `http://127.0.0.1:${port}`;
  await answers(`${at}/status`, driver);
  const { sessionId } = await command<{ readonly sessionId: string }>('POST', `${at}/session`, {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] }, timeouts: { script: PATIENCE, pageLoad: PATIENCE } } },
  });
  const session = `${at}/session/${sessionId}`;
  return {
    async goto(url) {
      await command('POST', `${session}/url`, { url });
    },
    async run(body, ...args) {
      const script = `const [given, done] = arguments; (async (...args) => { ${body} })(...given).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const answer = await command<{ readonly value?: unknown; readonly error?: string }>('POST', `${session}/execute/async`, { script, args: [args] });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    },
    async close() {
      await command('DELETE', session).catch(() => undefined); // it may have gone with its window
      if (driver.pid !== undefined) process.kill(-driver.pid, 'SIGTERM');
      if (driver.exitCode === null && driver.signalCode === null) await once(driver, 'exit');
    },
  };
}

async function command<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const { value } = (await response.json()) as { readonly value: T & { readonly error?: string; readonly message?: string } };
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** Resolves when the driver listens. */
async function answers(url: string, driver: ChildProcess): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (driver.exitCode !== null) throw new Error('WebKitWebDriver did not start.');
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, 50); }); // it says nowhere that it listens
    }
  }
  throw new Error('WebKitWebDriver does not listen.');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
