/** What is measured, each in a page of its own, as a person would meet it. */
import type { Page } from 'playwright-core';
import { memoryOf, wheel, type Browser, type Memory } from './browser.ts';
import { RARE } from './history.ts';
import { openApp, VAST, type Scene } from './scene.ts';
import type { Frames } from './probe.ts';
import { inAll, traced } from './trace.ts';

/** Milliseconds that a sixtieth of a second has. */
const BUDGET = 1000 / 60;

export interface Start {
  readonly firstPaint: number;
  /** Messages of the vast room on screen. */
  readonly messages: number;
  /** Of the processor, up to then. */
  readonly page: number;
  readonly worker: number;
}

/** The app is opened at the vast room: with no network, from what the browser keeps. */
export async function start({ context }: Browser, { origin, room }: Scene): Promise<Start> {
  const page = await context.newPage();
  const { work } = await traced(page, async () => {
    await page.goto(`${origin}/#/room/${room}`);
    await page.waitForFunction(() => sottoProbe.shownAt !== undefined);
  });
  const figures = await page.evaluate(() => ({ firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, messages: sottoProbe.shownAt ?? 0 }));
  await page.close();
  return { ...figures, ...inAll(work) };
}

/** From the list: a click on the room until the line where reading stopped, and messages, are on screen. */
export async function openRoom(page: Page): Promise<number> {
  await page.evaluate(() => { location.hash = '#/'; });
  await page.waitForFunction(() => sottoProbe.inApp('sotto-room') === null);
  return page.evaluate((name) => {
    const rows = [...(sottoProbe.inApp('sotto-room-list')?.shadowRoot?.querySelectorAll<HTMLElement>('a[data-room]') ?? [])];
    const row = rows.find((one) => one.querySelector('sotto-room-row')?.shadowRoot?.textContent.includes(name) === true);
    if (row === undefined) throw new Error('The room is not in the list.');
    return sottoProbe.since(() => { row.click(); }, () => sottoProbe.isAt('.new') && sottoProbe.messages().length > 20);
  }, VAST);
}

export async function atList({ context }: Browser, { origin }: Scene): Promise<Page> {
  const page = await openApp(context, origin);
  await page.waitForFunction(() => (sottoProbe.inApp('sotto-room-list')?.shadowRoot?.querySelectorAll('a[data-room]').length ?? 0) > 0);
  return page;
}

export interface Scrolled extends Frames {
  /** Tasks that took the page's thread longer than a frame has, by processor time. */
  readonly long: number;
  /** Messages that were passed. */
  readonly passed: number;
}

export async function scroll(page: Page, pixels: number, speed: number): Promise<Scrolled> {
  const from = await page.evaluate(() => {
    sottoProbe.startFrames();
    return sottoProbe.place();
  });
  const { work } = await traced(page, () => wheel(page, pixels, speed));
  const scrolled = await page.evaluate(() => ({ ...sottoProbe.stopFrames(), at: sottoProbe.place() }));
  return { ...scrolled, passed: Math.abs(scrolled.at - from), long: work.page.filter((took) => took > BUDGET).length };
}

/** The same wheel over a page of plain text that does nothing: what this machine can draw. */
export async function scrollPlain({ context }: Browser, pixels: number, speed: number): Promise<Frames> {
  const page = await context.newPage();
  await page.goto('about:blank');
  await page.setContent(`<!doctype html><div style="block-size: 100vh; overflow: auto">${'<p>Nothing but text in here, and nothing that runs.</p>'.repeat(1000)}</div>`);
  await page.evaluate(() => { sottoProbe.startFrames(); });
  await wheel(page, pixels, speed);
  const frames = await page.evaluate(() => sottoProbe.stopFrames());
  await page.close();
  return frames;
}

export const QUERIES = [...RARE.slice(0, 3), 'platform three', 'umbrella in the rain'] as const;

/** From the last letter until the answer stands: through the field that people type into. */
export async function search(page: Page): Promise<readonly number[]> {
  await page.keyboard.press('Escape');
  await page.evaluate(() => { sottoProbe.inApp('sotto-room-list', '.head button')?.click(); });
  await page.waitForFunction(() => sottoProbe.inApp('sotto-search', 'input') !== null);
  const times: number[] = [];
  for (const query of QUERIES) {
    await page.evaluate(() => sottoProbe.since(() => { sottoProbe.type(''); }, () => sottoProbe.inApp('sotto-search', 'mark') === null));
    const before = await page.evaluate(() => sottoProbe.inApp('sotto-search', '[role=status]')?.textContent ?? '');
    times.push(await page.evaluate(([text, hint]) => sottoProbe.since(() => { sottoProbe.type(text); }, () => sottoProbe.inApp('sotto-search', '[role=status]')?.textContent !== hint), [query, before] as const));
  }
  await page.keyboard.press('Escape');
  return times;
}

export const memory = (page: Page): Promise<Memory> => memoryOf(page);

/** A draft in one of the rooms: until its row in the list says so. */
export async function listChange(page: Page, n: number): Promise<number> {
  return page.evaluate((text) => {
    const list = sottoProbe.inApp('sotto-room-list');
    const rows = [...(list?.shadowRoot?.querySelectorAll<HTMLElement>('a[data-room]') ?? [])];
    const row = rows[3];
    const { engine } = document.querySelector('sotto-app') as unknown as { readonly engine: { setDraft(room: string, text: string): Promise<void> } };
    return sottoProbe.since(() => { void engine.setDraft(row?.dataset['room'] ?? '', text); }, () => row?.querySelector('sotto-room-row')?.shadowRoot?.textContent.includes(text) === true);
  }, `draft ${n}`);
}
