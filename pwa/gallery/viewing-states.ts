/** What was attached in a room, looked at: one at a time, and all together. */
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { found, shadow } from './acting.ts';
import { MEDIA_ROOM, MEDIA_STATES } from './media-states.ts';
import type { GalleryState } from './state.ts';

const MEDIA = MEDIA_STATES.find(({ name }) => name === 'media');
if (MEDIA === undefined) throw new Error('There is nothing to look at.');
const { script } = MEDIA;
const DETAILS = `#/room/${MEDIA_ROOM}/details`;

async function all(app: SottoApp): Promise<HTMLElementTagNameMap['sotto-room-media']> {
  const details = await found(shadow(app), 'sotto-room-details');
  await found(details, 'button.row .lines');
  const row = [...(details.shadowRoot?.querySelectorAll<HTMLElement>('button.row') ?? [])].find((one) => one.textContent?.includes('Media, links') === true);
  row?.click();
  return found(shadow(app), 'sotto-room-media');
}

async function view(app: SottoApp): Promise<void> {
  const sheet = await all(app);
  const tile = await found<HTMLElementTagNameMap['sotto-tile']>(sheet, 'sotto-tile:nth-of-type(2)');
  await found(tile, 'img.real');
  (await found<HTMLElement>(tile, '.look')).click();
  await found(shadow(app), 'sotto-viewer', 'dialog .picture');
}

async function turn(app: SottoApp, at: number): Promise<void> {
  const sheet = await all(app);
  await found(sheet, 'sotto-tile');
  const choice = (await found<HTMLElement>(sheet, '.options')).querySelectorAll('input')[at];
  choice?.click();
  await found(sheet, '.list, .none');
}

export const VIEWING_STATES: readonly GalleryState[] = [
  { name: 'viewer', title: 'A picture, near', script, at: DETAILS, then: view },
  { name: 'room-media', title: 'All pictures of a room', script, at: DETAILS, then: async (app) => { await found(await all(app), 'sotto-tile'); } },
  { name: 'room-files', title: 'All files of a room', script, at: DETAILS, then: (app) => turn(app, 1) },
  { name: 'room-links', title: 'No links yet', script, at: DETAILS, then: (app) => turn(app, 2) },
];
