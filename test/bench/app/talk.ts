/** Two people in two browsers, in one room over a relay. */
import type { Engine } from '../../../pwa/engine/api.ts';
import type { Page } from 'playwright-core';
import { openApp } from './scene.ts';
import type { Browser } from './browser.ts';

type WithEngine = HTMLElement & { readonly engine: Engine };

/** From Enter in one's composer until the other sees it; milliseconds, each. */
export async function talk(one: Browser, other: Browser, origin: string, times: number): Promise<readonly number[]> {
  const here = await openApp(one.context, origin);
  const { room, link } = await here.evaluate(async () => {
    const { engine } = document.querySelector('sotto-app') as unknown as WithEngine;
    await engine.createProfile('Ana');
    const made = await engine.createRoom('Talk');
    return { room: made, link: (await engine.createInvite(made, { hours: 1, uses: 1 })).link ?? '' };
  });
  const there = await openApp(other.context, origin);
  await there.evaluate(async (invite) => {
    const { engine } = document.querySelector('sotto-app') as unknown as WithEngine;
    await engine.createProfile('Bo');
    await engine.join(invite);
  }, link);
  for (const page of [here, there]) {
    await page.evaluate((key) => { location.hash = `#/room/${key}`; }, room);
    await page.locator('sotto-composer textarea').waitFor();
  }
  await say(here, there, 'warm');
  const took: number[] = [];
  for (let n = 0; n < times; n++) took.push(await say(here, there, `Message ${n}, and what one says in a line`));
  return took;
}

/** Both pages have the clock of one machine. */
async function say(here: Page, there: Page, text: string): Promise<number> {
  const shown = there.evaluate((wanted) => sottoProbe.shows(wanted), text);
  const field = here.locator('sotto-composer textarea');
  await field.fill(text);
  const from = await field.evaluate((element) => {
    const began = Date.now();
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true }));
    return began;
  });
  return (await shown) - from;
}
