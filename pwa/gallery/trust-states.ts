/** Rooms that people can trust: who is in them, who may come in, whom one talks to, and what can go wrong. */
import { encode } from 'uqr';
import type { Invite, InvitePreview, Member, NoticeFact, Person, RoomKey, RoomSummary } from '../engine/api.ts';
import { LINK } from '../../test/support/fake-engine.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { click, found, shadow } from './acting.ts';
import { anaTalk, arabic, hikes, rooms } from './conversations.ts';
import { RELAY, Script, ana, jonas, laila, me, mei, memberFrom, person, priya, room, tomas } from './people.ts';
import { hillsPicture, pretendCamera } from './pictures.ts';
import type { GalleryState } from './state.ts';

const HIKES = '#/room/aHikes-6';
const DETAILS = `${HIKES}/details`;
const WEEK = 7 * 86_400_000;

const others = (key: string): ReturnType<typeof rooms> => rooms().filter(({ summary }) => summary.room !== key && summary.name !== 'Ana Duarte');

/** The hikes, as one of the roles, with whatever differs. */
function hikesAs(role: RoomSummary['role'], more: Partial<RoomSummary> = {}, script: FakeScript = {}, items = hikes()): FakeScript {
  const members: readonly Member[] = [
    memberFrom(ana, { role: role === 'owner' ? 'admin' : 'owner', verified: true }), memberFrom(jonas), memberFrom(me, { role }), memberFrom(mei),
  ];
  return { profile: me, ...script, rooms: [room('aHikes-6', 'Sunday hikes', [], items, { members, role, ...more }), ...others('aHikes-6')] };
}

const direct = (more: Partial<RoomSummary> = {}, verified = false): FakeScript => ({
  profile: me,
  rooms: [room('ana-direct', 'Ana Duarte', [], anaTalk(), { kind: 'direct', members: [memberFrom(ana, { verified }), memberFrom(me)], ...more }), ...others('ana-direct')],
});

const lines = (facts: readonly NoticeFact[]) => {
  const script = new Script('facts');
  facts.forEach((fact, at) => { script.note(200 - at * 8, fact); });
  return script.items;
};

const knock = (who: Person, minutes: number, by: string) => ({ id: `knock-${who.person}`, who, at: Date.now() - minutes * 60_000, by });
const otherAna = person('key-mallory-3', 'Ana Duarte');

const invite = (id: string, more: Partial<Invite> = {}): Invite => ({ id, link: LINK, expires: Date.now() + 6.8 * 86_400_000, uses: 0, used: 2, role: 'member', label: '', by: me, ...more });
const invites: readonly Invite[] = [
  invite('a', { label: 'Family' }), invite('b', { label: 'Poster at the hut', uses: 10, used: 7, expires: 0 }), invite('c', { label: 'For Priya', uses: 1, used: 0, role: 'admin', link: null, by: ana }),
  invite('d', { label: '', expires: Date.now() - 3_600_000, used: 0 }),
];

const member = (script: () => FakeScript, name: string, title: string, at: number, then?: (app: SottoApp) => Promise<void>): GalleryState => ({
  name, title, script, at: DETAILS,
  then: async (app) => {
    await click(app, 'sotto-room-details', 'sotto-member-list', `li:nth-child(${at}) button`);
    await found(shadow(app), 'sotto-member-sheet', 'sotto-sheet');
    await then?.(app);
  },
});

const verifying = (name: string, title: string, verified: boolean, more: Partial<FakeScript> = {}, then?: (app: SottoApp) => Promise<void>): GalleryState => ({
  name, title, script: () => ({ ...direct({}, verified), ...more }), at: '#/room/ana-direct/details',
  then: async (app) => {
    await opens('verify')(app);
    await then?.(app);
  },
});


/** The details are drawn. */
const stands = async (app: SottoApp): Promise<void> => { await found(shadow(app), 'sotto-room-details', '.inner'); };

function opens(sheet: 'verify' | 'security' | 'move' | 'invites' | 'banned' | 'edit' | 'leave' | 'forget'): (app: SottoApp) => Promise<void> {
  const title = { verify: 'Verif', security: 'Security', move: 'relay.example', invites: 'Invites', banned: 'Banned', edit: 'Edit', leave: 'Leave', forget: 'Delete' }[sheet];
  return async (app) => {
    await stands(app);
    const details = await found(shadow(app), 'sotto-room-details');
    const buttons = [...(details.shadowRoot?.querySelectorAll<HTMLElement>('button') ?? [])];
    buttons.find((button) => button.textContent?.trim().startsWith(title))?.click();
    await found(shadow(app), `sotto-${{ verify: 'verify', security: 'security', move: 'move', invites: 'invite-sheet', banned: 'banned', edit: 'room-edit', leave: 'leave', forget: 'leave' }[sheet]}`, 'sotto-sheet');
  };
}

const codeOnTable = (text: string) => encode(text, { ecc: 'M', border: 0 }).data;

const scanning = async (app: SottoApp): Promise<void> => {
  await click(app, 'sotto-verify', '.button.filled');
  await found(shadow(app), 'sotto-verify', 'sotto-scanner');
};

const preview: InvitePreview = { room: 'book-club' as RoomKey, name: 'Thursday book club', members: [ana, priya, mei], inviter: ana, relay: RELAY, alreadyMember: false, approval: true };

const standing = (name: string, title: string, of: RoomSummary['standing'], more: Partial<RoomSummary> = {}, items = hikes()): GalleryState => ({
  name, title, at: HIKES, script: () => hikesAs('member', { standing: of, ...more }, {}, items),
});

export const TRUST_STATES: readonly GalleryState[] = [
  { name: 'details-owner', title: 'About a room, for an owner', at: DETAILS, script: () => hikesAs('owner', { look: { hue: null, picture: hillsPicture() }, banned: [{ ...tomas, by: ana }] }), then: stands },
  { name: 'details-knocks', title: 'Somebody waits', at: DETAILS, script: () => hikesAs('admin', { settings: { approval: true, disappearing: null }, knocks: [knock(priya, 4, 'Family'), knock(tomas, 60, '')] }), then: stands },
  { name: 'details-warnings', title: 'Same names, unseen devices', at: DETAILS,
    script: () => hikesAs('admin', { members: [
      memberFrom(ana, { role: 'owner', verified: true }), memberFrom(otherAna, { sameNameAs: { person: ana.person, verified: true } }), memberFrom(jonas, { lastSeenAt: Date.now() - 9 * WEEK }),
      memberFrom(me, { role: 'admin' }), memberFrom(mei, { leaving: true }), memberFrom(laila, { sameNameAs: { person: priya.person, verified: false } }),
    ] }), then: stands },
  { name: 'details-direct', title: 'About a chat of two', at: '#/room/ana-direct/details', script: () => direct({}, true), then: stands },
  { name: 'details-left', title: 'About a room that was left', at: DETAILS, script: () => hikesAs('member', { standing: { kind: 'left' } }), then: stands },
  { name: 'rtl-details', title: 'About a room, right to left', at: '#/room/arabic-1/details', rtl: true,
    script: () => ({ profile: me, rooms: [room('arabic-1', 'عشاء الخميس', [], arabic(), { role: 'admin', knocks: [knock(priya, 4, 'العائلة')], members: [memberFrom(laila, { role: 'owner', verified: true }), memberFrom(me, { role: 'admin' }), memberFrom(ana, { lastSeenAt: Date.now() - 9 * WEEK })] }), ...rooms()] }), then: stands },

  member(() => hikesAs('admin'), 'member', 'A member', 2),
  member(() => hikesAs('owner'), 'member-roles', 'A member, for an owner', 2),
  member(() => hikesAs('owner'), 'member-role', 'Making somebody an owner', 2, async (app) => { await click(app, 'sotto-member-sheet', 'label:nth-of-type(3) input'); }),
  member(() => hikesAs('owner', { members: [memberFrom(ana, { role: 'owner', verified: true }), memberFrom(jonas), memberFrom(me, { role: 'owner' })] }), 'member-self', 'Oneself, one owner of two', 1),
  member(() => hikesAs('admin'), 'member-remove', 'Removing somebody', 3, async (app) => { await click(app, 'sotto-member-sheet', '.danger'); }),
  member(() => hikesAs('admin', {}, { failing: { removeMember: 'relay-unreachable' } }), 'member-ban-failed', 'Banning, no relay', 3,
    async (app) => { await click(app, 'sotto-member-sheet', '.danger:last-of-type'); await click(app, 'sotto-member-sheet', '.actions .danger'); await found(shadow(app), 'sotto-member-sheet', '.problem'); }),
  member(() => hikesAs('member', { members: [memberFrom(ana, { role: 'owner', verified: true }), memberFrom(otherAna, { sameNameAs: { person: ana.person, verified: true } }), memberFrom(me)] }), 'member-stranger', 'Under a verified name', 3),

  { name: 'edit', title: 'Name and colour', at: DETAILS, script: () => hikesAs('owner'), then: opens('edit') },
  { name: 'edit-picture', title: 'Name and picture', at: DETAILS, script: () => hikesAs('owner', { look: { hue: 45, picture: hillsPicture() } }), then: opens('edit') },
  { name: 'banned', title: 'Banned', at: DETAILS, script: () => hikesAs('owner', { banned: [{ ...tomas, by: ana }, { ...laila, by: me }] }), then: opens('banned') },
  { name: 'leave', title: 'Leaving', at: DETAILS, script: () => hikesAs('member'), then: opens('leave') },
  { name: 'leave-last-owner', title: 'The last owner leaves', at: DETAILS, script: () => hikesAs('owner'), then: opens('leave') },
  { name: 'forget', title: 'Deleting from the device', at: DETAILS, script: () => hikesAs('member', { standing: { kind: 'left' } }), then: opens('forget') },
  { name: 'move', title: 'Moving the room', at: DETAILS, script: () => hikesAs('owner'), then: opens('move') },
  { name: 'profile', title: 'Oneself', script: () => hikesAs('member'), then: async (app) => { await click(app, 'sotto-room-list', '.head .round:has(sotto-avatar)'); await found(shadow(app), 'sotto-profile', 'sotto-sheet'); } },

  { name: 'invites', title: 'Invites', at: DETAILS, script: () => hikesAs('owner', {}, { invites }), then: opens('invites') },
  { name: 'invites-revoke', title: 'Taking an invite back', at: DETAILS, script: () => hikesAs('owner', { settings: { approval: true, disappearing: null } }, { invites }),
    then: async (app) => { await opens('invites')(app); await click(app, 'sotto-invite-sheet', 'sotto-invite-list', '.back'); } },
  { name: 'invites-none', title: 'No invites', at: DETAILS, script: () => hikesAs('owner'), then: opens('invites') },
  { name: 'invite-admin', title: 'A new link for admins', at: DETAILS, script: () => hikesAs('owner'),
    then: async (app) => {
      await opens('invites')(app);
      await click(app, 'sotto-invite-sheet', 'sotto-invite-list', '.button.filled');
      await click(app, 'sotto-invite-sheet', 'sotto-invite-terms', 'fieldset:last-of-type label:last-child');
    } },

  { name: 'scan', title: 'Scanning', script: () => hikesAs('member'),
    then: async (app) => { pretendCamera([]); await toScanner(app); await found(shadow(app), 'sotto-join-link', 'sotto-scanner', 'video'); } },
  { name: 'scan-none', title: 'Scanning, no camera', script: () => hikesAs('member'), then: async (app) => { pretendCamera(null); await toScanner(app); await found(shadow(app), 'sotto-join-link', 'sotto-scanner', 'strong'); } },
  { name: 'scan-other', title: 'Scanning something else', script: () => hikesAs('member'),
    then: async (app) => {
      pretendCamera(codeOnTable('https://example.org/menu'));
      await toScanner(app);
      const hint = await found(shadow(app), 'sotto-join-link', '.scan > .hint');
      for (let frame = 0; frame < 400 && hint.textContent === ''; frame += 1) await new Promise((resolve) => { setTimeout(resolve, 8); });
    } },
  { name: 'join-approval', title: 'Join: one knocks', script: () => ({ profile: me, preview }), link: LINK },

  verifying('verify', 'Verifying', false),
  verifying('verify-verified', 'Verified before', true),
  verifying('verify-scan', 'Verifying by scanning', false, {}, async (app) => { pretendCamera([]); await scanning(app); }),
  verifying('verify-done', 'Verified', false, {}, async (app) => { await click(app, 'sotto-verify', '.buttons .button:nth-child(2)'); await found(shadow(app), 'sotto-verify', 'h3'); }),
  verifying('verify-mismatch', 'The numbers differ', false, {}, async (app) => { await click(app, 'sotto-verify', '.buttons .button:nth-child(3)'); await found(shadow(app), 'sotto-verify', 'h3'); }),
  verifying('verify-wrong', 'Somebody else’s code', false, { scanned: 'wrong-person' }, async (app) => { pretendCamera(codeOnTable('sotto-verify:1:somebody:else')); await scanning(app); await found(shadow(app), 'sotto-verify', 'h3'); }),
  { name: 'security', title: 'Security', at: DETAILS, script: () => hikesAs('member'), then: async (app) => { await opens('security')(app); await found(shadow(app), 'sotto-security', '.all'); } },
  { name: 'security-trouble', title: 'Security, in trouble', at: DETAILS,
    script: () => hikesAs('member', { alarms: [{ kind: 'log-withheld', relay: RELAY, since: Date.now() }] }, {
      security: { suite: 'x25519', log: { relay: RELAY, agreedThrough: 12, head: 20, unconfirmedSince: Date.now() - 3 * 3_600_000, alarms: [{ kind: 'log-withheld', relay: RELAY, since: Date.now() }] } },
    }),
    then: async (app) => { await opens('security')(app); await found(shadow(app), 'sotto-security', '.all'); } },

  { name: 'room-knock', title: 'Somebody knocks', at: HIKES, script: () => hikesAs('admin', { knocks: [knock(priya, 1, 'Family')] }) },
  { name: 'room-knocks', title: 'Several knock', at: HIKES, script: () => hikesAs('admin', { knocks: [knock(priya, 1, ''), knock(tomas, 2, '')] }) },
  { name: 'room-stranger', title: 'Somebody under a verified name', at: HIKES,
    script: () => hikesAs('member', { unacknowledged: [{ who: otherAna, as: { person: ana.person, verified: true } }], draft: 'The key is under the third pot' }, {},
      [...hikes(), ...new Script('s').note(1, { kind: 'joined', who: otherAna }).note(1, { kind: 'same-name', who: otherAna, as: ana, verified: true }).items.map((item) => ({ ...item, position: (item.position ?? 0) + 90 }))]) },
  { name: 'room-withheld', title: 'A relay that withholds', at: HIKES, script: () => hikesAs('member', { alarms: [{ kind: 'log-withheld', relay: RELAY, since: Date.now() }] }) },
  { name: 'room-facts', title: 'Who did what', at: HIKES,
    script: () => hikesAs('member', {}, {}, lines([
      { kind: 'created', by: ana }, { kind: 'let-in', who: mei, by: ana }, { kind: 'role', who: jonas, by: ana, role: 'admin' }, { kind: 'renamed', by: me, name: 'Sunday hikes' }, { kind: 'pictured', by: jonas },
      { kind: 'approval', by: ana, required: true }, { kind: 'knock-refused', who: tomas, by: ana }, { kind: 'banned', who: tomas, by: ana }, { kind: 'unbanned', who: tomas, by: ana }, { kind: 'left', who: priya },
      { kind: 'name', who: mei, was: 'Mei T.' }, { kind: 'joined', who: laila }, { kind: 'moved', by: ana, relay: 'https://chat.hikes.example' }, { kind: 'removed', who: laila, by: me },
    ])) },
  { name: 'room-troubles', title: 'What went wrong', at: HIKES,
    script: () => hikesAs('member', {}, {}, [...hikes().slice(0, 12), ...lines([
      { kind: 'missed', from: Date.now() - 4 * WEEK, to: Date.now() - WEEK }, { kind: 'returned', who: jonas }, { kind: 'invalid-commit', by: tomas }, { kind: 'same-name', who: otherAna, as: ana, verified: false }, { kind: 'unreadable' },
    ]).map((item) => ({ ...item, position: (item.position ?? 0) + 90 }))]) },
  standing('room-waiting', 'Knocked', { kind: 'waiting' }, { confirmed: false }, []),
  { ...standing('room-asked', 'Asked to talk', { kind: 'asked', by: tomas }), script: () => ({ profile: me, rooms: [room('aHikes-6', tomas.name, [], [], { kind: 'direct', standing: { kind: 'asked', by: tomas }, members: [memberFrom(tomas), memberFrom(me)] }), ...others('aHikes-6')] }) },
  standing('room-left', 'Left', { kind: 'left' }),
  standing('room-removed', 'Removed', { kind: 'removed', by: ana, banned: false }, { members: [ana, jonas, mei].map((one) => memberFrom(one)) }),
  standing('room-banned', 'Banned', { kind: 'removed', by: null, banned: true }, { members: [ana, jonas, mei].map((one) => memberFrom(one)) }),
  standing('room-broken', 'Keys lost', { kind: 'broken', reason: 'away-too-long' }),
  standing('room-knock-refused', 'Not let in', { kind: 'refused', problem: { code: 'knock-refused', detail: '' } }, {}, []),
  { name: 'room-direct-unanswered', title: 'Two people, one has not answered', at: '#/room/ana-direct', script: () => ({ profile: me, rooms: [room('ana-direct', 'Ana Duarte', [], [], { kind: 'direct', role: 'owner', members: [memberFrom(me, { role: 'owner' })] }), ...others('ana-direct')] }) },
  { name: 'room-direct-left', title: 'Two people, one has left', at: '#/room/ana-direct', script: () => direct({ members: [memberFrom(me)] }) },
  { name: 'room-direct-verified', title: 'Two people, verified', at: '#/room/ana-direct', script: () => direct({}, true) },
  { name: 'list-standings', title: 'Rooms of all kinds', script: () => ({
    profile: me,
    rooms: [
      room('s1', 'Sunday hikes', [ana, me, jonas], hikes(), { look: { hue: null, picture: hillsPicture() }, role: 'owner', knocks: [knock(priya, 3, '')] }),
      room('s2', tomas.name, [], [], { kind: 'direct', standing: { kind: 'asked', by: tomas }, members: [memberFrom(tomas), memberFrom(me)], createdAt: Date.now() - 60_000 }),
      room('s3', ana.name, [], anaTalk(), { kind: 'direct', members: [memberFrom(ana, { verified: true }), memberFrom(me)] }),
      room('s4', 'Thursday book club', [ana, priya, me], [], { standing: { kind: 'waiting' }, createdAt: Date.now() - 7_200_000 }),
      room('s5', 'Allotment 12', [priya, me, mei], new Script('x').say(priya, 9000, 'The beans are in').items, { standing: { kind: 'broken', reason: 'state-lost' }, look: { hue: 135, picture: null } }),
      room('s6', 'Old flat', [jonas, me], new Script('y').say(jonas, 90_000, 'Keys are with the neighbour').items, { standing: { kind: 'left' } }),
      room('s7', 'Choir', [ana, mei, me, laila], new Script('z').say(laila, 30, 'See you at seven').items, { unacknowledged: [{ who: otherAna, as: { person: ana.person, verified: true } }] }),
    ],
  }) },
];

async function toScanner(app: SottoApp): Promise<void> {
  await click(app, 'sotto-room-list', '[popovertarget=add]');
  await click(app, 'sotto-room-list', '#add button:last-child');
  await click(app, 'sotto-join-link', '.button');
  await found(shadow(app), 'sotto-join-link', 'sotto-scanner');
}
