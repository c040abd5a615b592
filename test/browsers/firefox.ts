/** Firefox, by WebDriver BiDi: it speaks that itself, so that no driver is needed beside it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import type { Engine, Window } from './window.ts';

const PLACES = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

export function firefox(): Engine | undefined {
  const executablePath = process.env.SOTTO_FIREFOX ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) return undefined;
  return { name: 'Firefox', lacks: ['background sync', 'periodic sync', 'badges', 'install prompt'], open: () => open(executablePath) };
}

async function open(executablePath: string): Promise<Window> {
  const profile = mkdtempSync(join(tmpdir(), 'sotto-firefox-'));
  const browser = await launch({ browser: 'firefox', executablePath, headless: true, userDataDir: profile });
  const page = await browser.newPage();
  return {
    async goto(url) {
      await page.goto(url, { waitUntil: 'load' });
    },
    run: (body, ...args) => page.evaluate(`(async (...args) => { ${body} })(...${JSON.stringify(args)})`),
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
