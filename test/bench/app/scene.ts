/** A person with many rooms and one vast one, in a profile that the app itself has made. */
import type { BrowserContext, Page } from 'playwright-core';
import type { Engine, RoomKey } from '../../../pwa/engine/api.ts';
import type { RelayProcess } from '../../support/relay-process.ts';
import { progress } from '../report.ts';
import { forPage, type Browser } from './browser.ts';
import type { Seeded } from './seed-page.ts';

export const VAST = 'Everything since school';

export interface Scene {
  readonly origin: string;
  readonly room: RoomKey;
  readonly seeded: Seeded;
}

export interface Size {
  readonly messages: number;
  readonly rooms: number;
  readonly unread: number;
}

type WithEngine = HTMLElement & { readonly engine: Engine };

export async function prepare({ context }: Browser, relay: RelayProcess, { messages, rooms, unread }: Size): Promise<Scene> {
  const { origin } = relay;
  const page = await openApp(context, origin);
  const room = await page.evaluate(async ([count, vast]) => {
    const { engine } = document.querySelector('sotto-app') as unknown as WithEngine;
    await engine.createProfile('Noor Haddad');
    const made = await engine.createRoom(vast);
    for (let n = 1; n < count; n++) await engine.createRoom(`Room ${n} of the ${['choir', 'garden', 'house', 'team', 'trip'][n % 5] ?? ''}`);
    return made;
  }, [rooms, VAST] as const);
  // The service worker keeps the whole app: from here on it opens by itself.
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated'));
  await page.close();
  progress(`${rooms} rooms made`);
  const seeded = await seedHistory(context, origin, { room, messages, unread });
  progress(`${seeded.messages} messages written, ${seeded.unread} of them unread`);
  return { origin, room, seeded };
}

async function seedHistory(context: BrowserContext, origin: string, what: { readonly room: RoomKey; readonly messages: number; readonly unread: number }): Promise<Seeded> {
  const page = await context.newPage();
  await page.route(`${origin}/healthz`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>seed</title>' }));
  await page.goto(`${origin}/healthz`);
  await page.addScriptTag({ content: await forPage('seed-page.ts') });
  const seeded = await page.evaluate((seeding) => sottoSeed(seeding), what);
  await page.close();
  return seeded;
}

export async function openApp(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => { progress(`the page says: ${error.message}`); });
  await page.goto(address);
  return page;
}
