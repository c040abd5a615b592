/** What one writes, and with what. */
import type { AttachKind } from '../ui/elements/sotto-attach-menu.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import { NowhereError } from '../ui/controllers/whereabouts.ts';
import type { Nowhere, Whereabouts } from '../ui/controllers/whereabouts.ts';
import { found, shadow } from './acting.ts';
import { rooms } from './conversations.ts';
import { me } from './people.ts';
import type { GalleryState } from './state.ts';

const ROOM = '#/room/aHikes-6';
const script = (): FakeScript => ({ profile: me, rooms: rooms() });

const attach = async (app: SottoApp): Promise<void> => {
  (await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-composer', 'sotto-attach-menu', '.open')).click();
};

/** By what it is, since it is called something else in each language. */
const attachable = async (app: SottoApp, kind: AttachKind): Promise<void> => {
  await attach(app);
  const menu = await found<HTMLElementTagNameMap['sotto-attach-menu']>(shadow(app), 'sotto-room', 'sotto-composer', 'sotto-attach-menu');
  menu.shadowRoot?.querySelectorAll<HTMLElement>('[popover] button')[menu.kinds.indexOf(kind)]?.click();
};

async function poll(app: SottoApp, question: string, answers: readonly string[]): Promise<void> {
  await attachable(app, 'poll');
  const sheet = await found<HTMLElementTagNameMap['sotto-poll-sheet']>(shadow(app), 'sotto-poll-sheet');
  await found(sheet, 'form');
  for (const [at, text] of [question, ...answers].entries()) {
    const field = [...(sheet.shadowRoot?.querySelectorAll<HTMLInputElement>('input.input') ?? [])][at];
    if (field === undefined) throw new Error(`The poll has no field ${at}.`);
    field.value = text;
    field.dispatchEvent(new Event('input'));
    await sheet.updateComplete;
  }
}

const HERE: Whereabouts = { latitude: 47.26913, longitude: 9.40088, accuracy: 38 };

async function place(app: SottoApp, where: Whereabouts | Nowhere): Promise<void> {
  await attachable(app, 'place');
  const sheet = await found<HTMLElementTagNameMap['sotto-place-sheet']>(shadow(app), 'sotto-place-sheet');
  const button = await found<HTMLElement>(sheet, 'button.filled');
  sheet.locate = () => (typeof where === 'string' ? Promise.reject(new NowhereError(where)) : Promise.resolve(where));
  button.click();
  await found(sheet, typeof where === 'string' ? '.problem' : 'form');
}

export const COMPOSE_STATES: readonly GalleryState[] = [
  { name: 'attach', title: 'What can be attached', script, at: ROOM, then: attach },
  { name: 'attach-rtl', title: 'The same from right to left', script, at: ROOM, rtl: true, then: attach },
  { name: 'poll-new', title: 'A poll, before the first letter', script, at: ROOM, then: (app) => poll(app, '', []) },
  { name: 'poll-some', title: 'A poll with answers', script, at: ROOM, then: (app) => poll(app, 'Which train on Sunday?', ['8:12, home before the rain', '9:12, with breakfast', 'By bike']) },
  { name: 'poll-mistake', title: 'A poll that cannot go', script, at: ROOM, then: async (app) => { await poll(app, 'Which train on Sunday?', ['8:12', '9:12', '8:12']); (await found<HTMLElement>(shadow(app), 'sotto-poll-sheet', 'button[type=submit]')).click(); } },
  { name: 'poll-rtl', title: 'The same from right to left', script, at: ROOM, rtl: true, then: (app) => poll(app, 'أي قطار؟', ['٨:١٢', '٩:١٢']) },
  { name: 'place-ask', title: 'Where one is, before it is asked', script, at: ROOM, then: async (app) => { await attachable(app, 'place'); await found(shadow(app), 'sotto-place-sheet', 'button.filled'); } },
  { name: 'place-here', title: 'Where one is', script, at: ROOM, then: (app) => place(app, HERE) },
  { name: 'place-rough', title: 'Where one is, roughly, far south', script, at: ROOM, then: (app) => place(app, { latitude: -54.80191, longitude: -68.30295, accuracy: 2400 }) },
  { name: 'place-denied', title: 'The browser said no', script, at: ROOM, then: (app) => place(app, 'denied') },
];
