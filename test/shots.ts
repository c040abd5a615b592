/**
 * `npm run shots [-- name…]`: every gallery state as PNG into shots/, at 390×844 and 1280×800, light and dark, and the
 * first screens in each language (`languages` for these alone).
 * SOTTO_CHROMIUM names the browser where it is not in the usual place.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { createServer } from 'vite';

const root = join(import.meta.dirname, '..');
const out = join(root, 'shots');
const SIZES = [{ name: 'phone', width: 390, height: 844 }, { name: 'wide', width: 1280, height: 800 }] as const;
const THEMES = ['light', 'dark'] as const;
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Where most words stand, and where they are tightest. */
const IN_EACH_LANGUAGE = ['first-run', 'list', 'list-empty', 'room', 'invite', 'details-owner', 'profile', 'security', 'leave'];
const LANGUAGES = ['ar', 'de', 'es', 'fr', 'ja'];

const wanted = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const server = await createServer({ configFile: join(root, 'pwa/vite.config.ts'), server: { port: 0, strictPort: false, hmr: false, watch: null }, logLevel: 'error' });
await server.listen();
const address = server.resolvedUrls?.local[0];
if (address === undefined) throw new Error('The gallery’s server has no address.');
const executablePath = process.env.SOTTO_CHROMIUM ?? USUAL.find((path) => existsSync(path));
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars'],
});
let failures = 0;
try {
  const all = await stateNames(browser, address);
  const names = all.filter((name) => wanted.length === 0 || wanted.includes(name));
  for (const size of SIZES) {
    for (const theme of THEMES) failures += await takeAll(browser, address, names, size, theme);
  }
  const translated = names.length === all.length || wanted.includes('languages') ? IN_EACH_LANGUAGE : [];
  for (const language of LANGUAGES) failures += await takeAll(browser, address, translated, SIZES[0], 'light', language);
  const pictures = names.length * SIZES.length * THEMES.length + translated.length * LANGUAGES.length;
  console.log(`${names.length} states, ${pictures - failures} pictures in shots/, ${failures} failed`);
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = failures === 0 ? 0 : 1;

async function stateNames(within: Browser, from: string): Promise<readonly string[]> {
  const page = await within.newPage();
  await page.route('**/*', (route) => (route.request().frame().parentFrame() === null ? route.continue() : route.abort()));
  await page.goto(`${from}gallery/`);
  await page.waitForSelector('figure a', { state: 'attached' });
  const links = await page.locator('figure a').evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get('state') ?? ''));
  await page.close();
  return links;
}

async function takeAll(within: Browser, from: string, names: readonly string[], size: (typeof SIZES)[number], theme: (typeof THEMES)[number], language?: string): Promise<number> {
  const phone = size.name === 'phone';
  const context = await within.newContext({
    viewport: { width: size.width, height: size.height }, colorScheme: theme, deviceScaleFactor: phone ? 2 : 1, locale: language ?? 'en-GB', hasTouch: phone, isMobile: phone, timezoneId: 'Europe/Zurich',
  });
  let failed = 0;
  for (const name of names) {
    const page = await context.newPage();
    try {
      page.on('pageerror', (error) => { console.error(`${name}: ${error.message}`); failed += 1; });
      // The same evening in every picture, so that they can be compared.
      await page.clock.setFixedTime(new Date('2026-11-20T19:42:00+01:00'));
      await page.goto(`${from}gallery/?state=${name}${language === undefined ? '' : `&language=${language}`}`);
      await page.waitForSelector(`html[data-stands=${name}]`, { state: 'attached', timeout: 15_000 });
      // Everything that moves has come to rest.
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
      await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 500); }));
      await page.screenshot({ path: join(out, [name, language, size.name, theme, 'png'].filter((part) => part !== undefined).join('.')) });
    } catch (error) {
      failed += 1;
      console.error(`${name}, ${size.name}, ${theme}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await page.close();
    }
  }
  await context.close();
  return failed;
}
