/**
 * `npm run pictures`: the pictures that systems ask of an installed app, into pwa/public: icons out of the drawn ones, what iOS shows while the
 * app starts, and the screenshots of the install sheet out of shots/ (`npm run shots -- room list` first). They are kept beside the sources.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { SCREENS, splashFile, THEMES } from '../pwa/splash.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'pwa/public');
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const PAPER = { light: '#fbfaf7', dark: '#101118' } as const;

const address = (path: string, type: string): string => `data:${type};base64,${readFileSync(path).toString('base64')}`;
const drawn = (name: string): string => address(join(out, name), 'image/svg+xml');

for (const folder of ['splash', 'screenshots']) mkdirSync(join(out, folder), { recursive: true });
const executablePath = process.env.SOTTO_CHROMIUM ?? USUAL.find((path) => existsSync(path));
const browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
try {
  for (const screen of SCREENS) {
    for (const theme of THEMES) {
      await draw(browser, splashFile(screen, theme), screen, `background:${PAPER[theme]}`, `<img src="${drawn('icon.svg')}" style="width:112px">`);
    }
  }
  await draw(browser, 'icon-monochrome-512.png', { width: 512, height: 512, ratio: 1 }, '', `<img src="${drawn('icon-monochrome.svg')}" style="width:512px">`);
  // Lucide's plus and scan-line, on the app's own ground.
  const shortcut = (paths: string): string => `<svg width="52" height="52" viewBox="0 0 24 24" fill="none" stroke="#fbfaf7" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${paths}</svg>`;
  const ground = 'background:linear-gradient(160deg,#7d6ce6,#5b46c4)';
  await draw(browser, 'shortcut-new.png', { width: 96, height: 96, ratio: 1 }, ground, shortcut('<path d="M5 12h14"/><path d="M12 5v14"/>'));
  await draw(browser, 'shortcut-scan.png', { width: 96, height: 96, ratio: 1 }, ground, shortcut('<path d="M3 7V5a2 2 0 0 1 2-2h2"/><path d="M17 3h2a2 2 0 0 1 2 2v2"/><path d="M21 17v2a2 2 0 0 1-2 2h-2"/><path d="M7 21H5a2 2 0 0 1-2-2v-2"/><path d="M7 12h10"/>'));
  const screenshot = (name: string, shot: string, width: number, height: number): Promise<void> => draw(browser, `screenshots/${name}.jpg`, { width, height, ratio: 1 }, '', `<img src="${address(join(root, 'shots', shot), 'image/png')}" style="width:${width}px">`);
  await screenshot('room-narrow', 'room.phone.light.png', 780, 1688);
  await screenshot('list-narrow', 'list.phone.light.png', 780, 1688);
  await screenshot('room-wide', 'room.wide.light.png', 1280, 800);
} finally {
  await browser.close();
}

async function draw(within: Browser, file: string, { width, height, ratio }: { readonly width: number; readonly height: number; readonly ratio: number }, style: string, content: string): Promise<void> {
  const page = await within.newPage({ viewport: { width, height }, deviceScaleFactor: ratio });
  await page.setContent(`<body style="margin:0;display:grid;place-content:center;height:100vh;${style}">${content}</body>`, { waitUntil: 'load' });
  await page.screenshot({ path: join(out, file), omitBackground: true, ...(file.endsWith('.jpg') ? { type: 'jpeg' as const, quality: 86, omitBackground: false } : {}) });
  await page.close();
}
