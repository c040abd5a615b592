/** Chromium with a profile that lasts, the probe in every page, and what only its debugger tells. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

export const chromiumPath = (): string | undefined => process.env['SOTTO_CHROMIUM'] ?? USUAL.find((path) => existsSync(path));

/** A script of this folder, for a page. */
export async function forPage(name: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, name)], bundle: true, format: 'iife', target: 'es2022', write: false, logLevel: 'error', external: ['crypto'] });
  return outputFiles[0]?.text ?? '';
}

export class Browser {
  readonly context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.context = context;
    this.#profile = profile;
  }

  static async open(probe: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
    const executablePath = chromiumPath();
    const context = await chromium.launchPersistentContext(profile, { ...(executablePath === undefined ? {} : { executablePath }), args: FLAGS, viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    context.setDefaultTimeout(120_000);
    await context.addInitScript({ content: probe });
    return new Browser(context, profile);
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

/** Turns the wheel over the middle of the page for so many pixels, as fast as a person in a hurry. Negative: towards the older. */
export async function wheel(page: Page, pixels: number, speed: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Input.synthesizeScrollGesture', { x: 860, y: 420, yDistance: -pixels, speed, gestureSourceType: 'mouse', preventFling: true });
  await session.detach();
}

export interface Memory {
  readonly pageHeapMiB: number;
  readonly workerHeapMiB: number;
  readonly domNodes: number;
}

/** After a collection of what nobody needs any more. */
export async function memoryOf(page: Page): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  const workers = attachWorkers(session);
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string): number => metrics.find((one) => one.name === name)?.value ?? 0;
  const worker = await workers.heap();
  await session.detach();
  return { pageHeapMiB: metric('JSHeapUsedSize') / 2 ** 20, workerHeapMiB: worker / 2 ** 20, domNodes: metric('Nodes') };
}

/** The protocol's older way to speak to a worker: playwright's sessions know only the newer for pages. */
function attachWorkers(session: CDPSession): { heap(): Promise<number> } {
  let id = 0;
  const answers = new Map<number, (result: { usedSize?: number }) => void>();
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => { if (targetInfo.type === 'worker') resolve(sessionId); });
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message) as { readonly id?: number; readonly result?: { readonly usedSize?: number } };
    answers.get(answer.id ?? -1)?.(answer.result ?? {});
  });
  const ask = async (sessionId: string, method: string): Promise<{ usedSize?: number }> => {
    id += 1;
    const answer = new Promise<{ usedSize?: number }>((resolve) => { answers.set(id, resolve); });
    await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  };
  return {
    heap: async () => {
      const sessionId = await attached;
      await ask(sessionId, 'HeapProfiler.collectGarbage');
      return (await ask(sessionId, 'Runtime.getHeapUsage')).usedSize ?? 0;
    },
  };
}
