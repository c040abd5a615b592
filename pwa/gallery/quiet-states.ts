/** What goes by itself, who is writing and who is there, and rooms that are kept apart. */
import type { RoomSummary } from '../engine/api.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import { click, found, shadow } from './acting.ts';
import { anaTalk, hikesRoom, rooms } from './conversations.ts';
import { Script, ana, jonas, me, memberFrom, mei, room } from './people.ts';
import type { GalleryState } from './state.ts';

const HIKES = '#/room/aHikes-6';
const DIRECT = '#/room/ana-direct';
const WEEK = 7 * 86_400;

const withOne = (one: ReturnType<typeof room>): FakeScript => ({ profile: me, rooms: [one, ...rooms().filter((other) => other.summary.room !== one.summary.room)] });

const fleeting = () => new Script('fleeting')
  .say(ana, 60, 'Shall we settle this here?')
  .note(55, { kind: 'disappearing', by: me, seconds: WEEK })
  .say(ana, 54, 'Good. The code of the door is 4711, do not write it down.').also({ expires: WEEK })
  .say(me, 52, 'Thank you, I will be there at nine', 'read').also({ expires: WEEK })
  .say(jonas, 8, 'Me too').also({ expires: 30 })
  .items;

const direct = (more: Partial<RoomSummary>, online: boolean): ReturnType<typeof room> =>
  room('ana-direct', 'Ana Duarte', [ana, me], anaTalk(), {
    kind: 'direct', members: [memberFrom(ana, { presence: { online, at: Date.now() - (online ? 0 : 25 * 60_000) } }), memberFrom(me)], ...more,
  });

/** A list with all that a row can say. */
const kept = (): FakeScript => {
  const place = (more: Partial<RoomSummary['place']>): Pick<RoomSummary, 'place'> => ({ place: { pinned: false, archived: false, muted: null, ...more } });
  const [hikes, , kitchen, laila, release, choir, flat] = rooms();
  const as = (one: ReturnType<typeof room> | undefined, more: Partial<RoomSummary>) => (one === undefined ? [] : [{ ...one, summary: { ...one.summary, ...more } }]);
  return {
    profile: me,
    rooms: [
      ...as(hikes, { typing: [jonas] }), direct({}, true), ...as(kitchen, { unread: 12, mentioned: 1, ...place({ muted: { until: null, mentions: true } }) }),
      ...as(laila, { unread: 1 }), ...as(release, place({ archived: true })), ...as(choir, place({ pinned: true })), ...as(flat, { unread: 120, ...place({ archived: true, muted: { until: null, mentions: false } }) }),
    ],
  };
};

const menu = async (app: Parameters<typeof click>[0]): Promise<void> => {
  const row = await found<HTMLElement>(shadow(app), 'sotto-room-list', 'a[data-room="aHikes-6"]');
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, clientX: 150, clientY: 180 }));
  await found(shadow(app), 'sotto-room-list', 'sotto-room-menu', '[popover]');
};

const sheet = (title: string, tag: string, mark: string) => async (app: Parameters<typeof click>[0]): Promise<void> => {
  await found(shadow(app), 'sotto-room-details', '.inner');
  const rows = [...(await found<HTMLElement>(shadow(app), 'sotto-room-details')).shadowRoot?.querySelectorAll<HTMLElement>('button.row') ?? []];
  const row = rows.find((one) => one.textContent?.includes(title));
  if (row === undefined) throw new Error(`There is no ${title}.`);
  row.click();
  await found(shadow(app), tag, mark);
};

export const QUIET_STATES: readonly GalleryState[] = [
  { name: 'list-kept', title: 'Pinned, muted, archived, mentioned, typing', script: kept },
  { name: 'list-archive', title: 'The archive', script: kept, then: (app) => click(app, 'sotto-room-list', '.apart') },
  { name: 'list-menu', title: 'What to do with a room', script: kept, then: menu },
  { name: 'rtl-list-kept', title: 'Kept rooms, right to left', script: kept, rtl: true, then: menu },
  { name: 'room-typing', title: 'Somebody writes', script: () => withOne(hikesRoom({ unread: 0, typing: [jonas] })), at: HIKES },
  { name: 'room-typing-two', title: 'Two write', script: () => withOne(hikesRoom({ unread: 0, typing: [jonas, mei] })), at: HIKES },
  { name: 'room-online', title: 'They are there', script: () => withOne(direct({}, true)), at: DIRECT },
  { name: 'room-last-seen', title: 'They were there', script: () => withOne(direct({}, false)), at: DIRECT },
  { name: 'room-disappearing', title: 'Messages that disappear', script: () => withOne(room('aHikes-6', 'Sunday hikes', [ana, jonas, me, mei], fleeting(), { settings: { approval: false, disappearing: WEEK } })), at: HIKES },
  { name: 'disappearing', title: 'After how long', script: () => withOne(hikesRoom({ unread: 0, role: 'admin', settings: { approval: false, disappearing: WEEK } })), at: `${HIKES}/details`, then: sheet('Disappearing messages', 'sotto-disappearing', 'form') },
  { name: 'disappearing-custom', title: 'After another time', script: () => withOne(hikesRoom({ unread: 0, role: 'admin', settings: { approval: false, disappearing: 3 * 86_400 } })), at: `${HIKES}/details`, then: sheet('Disappearing messages', 'sotto-disappearing', '#number') },
  { name: 'mute', title: 'Mute', script: () => withOne(hikesRoom({ unread: 0 })), at: `${HIKES}/details`, then: sheet('Notifications', 'sotto-mute', 'sotto-sheet') },
  { name: 'mute-muted', title: 'Muted', script: () => withOne(hikesRoom({ unread: 0, place: { pinned: true, archived: false, muted: { until: Date.now() + 5 * 3_600_000, mentions: true } } })), at: `${HIKES}/details`, then: sheet('Notifications', 'sotto-mute', 'sotto-sheet') },
  { name: 'details-kept', title: 'A room’s own settings', script: () => withOne(hikesRoom({ unread: 0, place: { pinned: true, archived: false, muted: { until: null, mentions: false } }, settings: { approval: false, disappearing: 28_800 } })), at: `${HIKES}/details`, then: async (app) => { await found(shadow(app), 'sotto-room-details', '.inner'); } },
  { name: 'profile-told', title: 'What others are told', script: () => ({ profile: me, rooms: rooms() }), then: async (app) => { await click(app, 'sotto-room-list', '.head button:nth-of-type(2)'); await found(shadow(app), 'sotto-profile', 'form'); } },
];
