import type { Invite, InvitePreview, RoomKey } from '../engine/api.ts';
import { FakeEngine, LINK } from '../../test/support/fake-engine.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import { speak } from '../ui/locale/language.ts';
import type { Language } from '../ui/locale/language.ts';
import '../ui/views/sotto-app.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { APP_STATES } from './app-states.ts';
import { COMPOSE_STATES } from './compose-states.ts';
import { MEDIA_STATES } from './media-states.ts';
import { QUIET_STATES } from './quiet-states.ts';
import { TALK_STATES } from './talk-states.ts';
import { TRAY_STATES } from './tray-states.ts';
import { TRUST_STATES } from './trust-states.ts';
import { VIEWING_STATES } from './viewing-states.ts';
import type { GalleryState } from './state.ts';
import { click, compose, found, shadow } from './acting.ts';
import { anaTalk, arabic, hikes, hikesRoom, long, rooms, tricky } from './conversations.ts';
import { RELAY, Script, ana, jonas, laila, me, mei, priya, room, tomas } from './people.ts';

const known: FakeScript = { profile: me };
const full = (): FakeScript => ({ ...known, rooms: rooms() });
const HIKES = '#/room/aHikes-6';
const inRoom = (one: ReturnType<typeof room>, more: FakeScript = {}): FakeScript => ({ ...known, ...more, rooms: [one, ...rooms().filter((other) => other.summary.room !== one.summary.room)] });

const preview = (more: Partial<InvitePreview> = {}): InvitePreview => ({
  room: 'book-club' as RoomKey, name: 'Thursday book club', members: [ana, priya, mei, tomas, laila, jonas, me], inviter: ana, relay: RELAY, alreadyMember: false, approval: false, ...more,
});

const invite: Invite = { id: 'standing', link: LINK, expires: Date.now() + 6.8 * 86_400_000, uses: 0, used: 2, role: 'member', label: '', by: me };

const joinFailure = (code: 'bad-link' | 'invite-expired' | 'invite-used-up' | 'invite-revoked' | 'invite-unknown' | 'relay-unreachable'): GalleryState => ({
  name: `join-${code}`, title: `Join: ${code}`, script: () => ({ ...known, failing: { previewInvite: code } }), link: LINK,
});

export const STATES: readonly GalleryState[] = [
  { name: 'first-run', title: 'First run', script: () => ({}) },
  { name: 'first-run-invited', title: 'First run, with an invite', script: () => ({}), link: LINK },
  { name: 'first-run-empty', title: 'First run, no name', script: () => ({}), then: (app) => click(app, 'sotto-first-run', 'button[type=submit]') },
  { name: 'loading', title: 'Opening', script: () => ({ held: ['state'] }) },
  { name: 'list', title: 'Rooms', script: full },
  { name: 'list-offline', title: 'Rooms, offline', script: () => ({ ...full(), connection: { kind: 'offline', retryAt: null } }) },
  { name: 'list-empty', title: 'No rooms yet', script: () => known },
  { name: 'list-add', title: 'New conversation', script: full, then: (app) => click(app, 'sotto-room-list', '[popovertarget=add]') },
  { name: 'new-room', title: 'Start a room', script: () => known, then: (app) => click(app, 'sotto-room-list', '.choices button') },
  { name: 'join-link', title: 'Join by pasting', script: () => known, then: async (app) => { await click(app, 'sotto-room-list', '.choices button:last-child'); await found(shadow(app), 'sotto-join-link', 'form'); } },
  { name: 'room', title: 'A room', script: full, at: HIKES },
  { name: 'room-direct', title: 'Two people', script: full, at: '#/room/ana-direct' },
  { name: 'room-tricky', title: 'Long words, code, scripts', script: () => inRoom(room('tricky-1', 'Odds & ends', [me, priya, jonas, laila, mei, tomas], tricky())), at: '#/room/tricky-1' },
  { name: 'room-alone', title: 'Just started', script: () => inRoom(room('fresh-1', 'Thursday book club', [me], new Script('fresh').note(1, { kind: 'created', by: me }).items)), at: '#/room/fresh-1' },
  { name: 'room-new', title: 'Unread messages', script: () => inRoom(hikesRoom({ unread: 6, readThrough: 13 })), at: HIKES },
  { name: 'room-long', title: 'Far back in a long room', script: () => inRoom(room('long-1', 'Jonas & Ana', [me, jonas, ana], long(), { unread: 0 })), at: '#/room/long-1',
    then: async (app, engine) => {
      const log = await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-log', '.log');
      await found(shadow(app), 'sotto-room', 'sotto-log', 'sotto-message-group');
      await new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve); }); });
      log.scrollTop = Math.max(950, log.scrollHeight - 2400);
      log.dispatchEvent(new Event('scroll'));
      engine.arrive('long-1' as RoomKey, ana, 'Are you there?');
      engine.arrive('long-1' as RoomKey, ana, 'Call me when you see this');
    } },
  { name: 'room-offline', title: 'Written offline', at: HIKES,
    script: () => {
      const items = [...hikes(), ...new Script('queued').say(me, 3, 'On the train, no signal. I have the plums!', 'queued').say(me, 2, 'And I found the map from last year', 'queued').items];
      return inRoom(room('aHikes-6', 'Sunday hikes', [ana, jonas, me, mei], items), { connection: { kind: 'offline', retryAt: null } });
    } },
  { name: 'room-draft', title: 'A long draft', script: full, at: HIKES,
    then: async (app) => { await compose(app, 'Before I forget:\n– tickets are in the shared folder\n– the hut opens at ten\n– bring cash\n– Mei’s boots are at my place\n– no dogs on the upper path\nOh, and'); } },
  { name: 'room-not-sent', title: 'Could not be stored', script: () => ({ ...full(), failing: { send: 'storage-full' } }), at: HIKES,
    then: async (app) => { await compose(app, 'I’ll be there ten minutes early'); await click(app, 'sotto-room', 'sotto-composer', 'button'); } },
  { name: 'room-alarm', title: 'A relay that lies', script: () => inRoom(hikesRoom({ alarms: [{ kind: 'log-forked', relay: RELAY, since: Date.now() }] })), at: HIKES },
  { name: 'room-reset', title: 'A relay that forgot', script: () => inRoom(hikesRoom({ alarms: [{ kind: 'relay-reset', relay: RELAY, since: Date.now() }] })), at: HIKES },
  { name: 'room-unconfirmed', title: 'Not confirmed yet', script: () => inRoom(hikesRoom({ confirmed: false })), at: HIKES },
  { name: 'room-joining', title: 'Joining', script: () => inRoom(room('joining-1', 'Thursday book club', [ana, priya, mei, me], [], { standing: { kind: 'joining' }, confirmed: false })), at: '#/room/joining-1' },
  { name: 'room-refused', title: 'Could not join', script: () => inRoom(room('refused-1', 'Thursday book club', [ana, priya, me], [], { standing: { kind: 'refused', problem: { code: 'invite-expired', detail: '' } } })), at: '#/room/refused-1' },
  { name: 'room-gone', title: 'A room that is not here', script: full, at: '#/room/nowhere' },
  { name: 'details', title: 'About a room', script: full, at: `${HIKES}/details`, then: async (app) => { await found(shadow(app), 'sotto-room-details', '.inner'); } },
  { name: 'invite', title: 'Invite', script: () => ({ ...full(), invites: [invite] }), at: HIKES, then: async (app) => { await click(app, 'sotto-room', '.head > .round:last-child'); await found(shadow(app), 'sotto-invite-sheet', 'sotto-sheet'); } },
  { name: 'invite-terms', title: 'Invite: for how long', script: () => ({ ...full(), invites: [invite] }), at: HIKES,
    then: async (app) => { await click(app, 'sotto-room', '.head > .round:last-child'); await click(app, 'sotto-invite-sheet', '.until button'); await found(shadow(app), 'sotto-invite-sheet', 'sotto-invite-terms', 'form'); } },
  { name: 'invite-failed', title: 'Invite, no relay', script: () => ({ ...full(), failing: { createInvite: 'relay-unreachable' } }), at: HIKES, then: async (app) => { await click(app, 'sotto-room', '.head > .round:last-child'); await found(shadow(app), 'sotto-invite-sheet', '.problem'); } },
  { name: 'join', title: 'Join', script: () => ({ ...known, preview: preview() }), link: LINK },
  { name: 'join-already', title: 'Join: in it already', script: () => ({ ...known, preview: preview({ alreadyMember: true }) }), link: LINK },
  { name: 'join-nobody', title: 'Join: nobody made the link', script: () => ({ ...known, preview: preview({ inviter: null }) }), link: LINK },
  joinFailure('bad-link'), joinFailure('invite-expired'), joinFailure('invite-used-up'), joinFailure('invite-revoked'), joinFailure('invite-unknown'), joinFailure('relay-unreachable'),
  { name: 'halted-superseded', title: 'Open somewhere else', script: full, then: (_app, engine) => { engine.halt('superseded'); return Promise.resolve(); } },
  { name: 'halted-storage', title: 'Storage failed', script: full, then: (_app, engine) => { engine.halt('storage-failed'); return Promise.resolve(); } },
  { name: 'rtl', title: 'Right to left', script: () => inRoom(room('arabic-1', 'عشاء الخميس', [me, laila, ana], arabic())), at: '#/room/arabic-1', rtl: true },
  { name: 'rtl-list', title: 'Rooms, right to left', script: full, rtl: true },
  ...APP_STATES,
  ...TRAY_STATES,
  ...VIEWING_STATES,
  ...TRUST_STATES,
  ...TALK_STATES,
  ...QUIET_STATES,
  ...MEDIA_STATES,
  ...COMPOSE_STATES,
  { name: 'direct-empty', title: 'Two people, nothing said', script: () => inRoom(room('ana-direct', 'Ana Duarte', [ana, me], anaTalk().slice(0, 0))), at: '#/room/ana-direct' },
];

/** Puts a state into the document, in a language; resolves when it stands. */
export async function show(state: GalleryState, parent: HTMLElement, language: Language = state.rtl === true ? 'ar' : 'en'): Promise<{ readonly app: SottoApp; readonly engine: FakeEngine }> {
  // What the app fetches when it is first wanted is there already, so that a picture of it is one of the whole.
  await Promise.all([import('../ui/views/care.ts'), import('../ui/views/sotto-first-run.ts'), import('../ui/views/sotto-join.ts'), import('../ui/views/sotto-locked.ts'), import('../ui/elements/sotto-attach-menu.ts'), import('../ui/media/elements.ts')]);
  history.replaceState(null, '', `${location.pathname}${location.search}${state.at ?? '#/'}`);
  await speak(language);
  const engine = new FakeEngine(state.script());
  const app = document.createElement('sotto-app');
  app.engine = engine;
  app.link = state.link ?? null;
  parent.append(app);
  await app.updateComplete;
  // The engine's first answer, and what is drawn from it.
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => { setTimeout(resolve); });
  await app.updateComplete;
  await state.then?.(app, engine);
  await app.updateComplete;
  return { app, engine };
}
