/** The room's rule, from the side of those who would break it. Every commit here is sound MLS. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  createGroup, joinExternal, loadSodium, makeDevice, makeIdentity, MlsError, type Change, type CommitFacts, type Extension, type Identity, type MlsGroup,
} from '../../../pwa/engine/mls/index.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { invitesExtension, joinedByExtension, profileExtension, roomExtension, type StandingInvite } from '../../../pwa/engine/rooms/extensions.ts';
import { inviteKeys, type InviteKeys } from '../../../pwa/engine/rooms/invite-keys.ts';
import { joinProof } from '../../../pwa/engine/rooms/join-proof.ts';
import { isAllowed } from '../../../pwa/engine/rooms/policy.ts';

before(loadSodium);

const ROOM = new Uint8Array(32).fill(7) as RoomId;
const keysOf = (byte: number): InviteKeys => inviteKeys(ROOM, new Uint8Array(32).fill(byte));

const standing = (keys: InviteKeys, by: Identity, uses = 0): StandingInvite => ({
  id: keys.id, kem: keys.kem('x25519').publicKey, sign: keys.sign.publicKey, role: 'member', uses, expires: 0, by: by.identityKey, label: '',
});

const roomOf = (owner: Identity, name = 'room'): Extension => roomExtension({ suite: 'x25519', name, owner: owner.identityKey });

interface Member {
  readonly identity: Identity;
  group: MlsGroup;
}

async function founded(invites: (owner: Identity) => readonly StandingInvite[]): Promise<Member> {
  const identity = makeIdentity();
  const group = await createGroup({
    groupId: ROOM, suite: 'x25519', device: makeDevice(identity), leafExtensions: [profileExtension('owner')], extensions: [roomOf(identity), invitesExtension(invites(identity))],
  });
  return { identity, group };
}

interface Knock {
  readonly keys: InviteKeys;
  readonly joinedBy?: Uint8Array | null;
  readonly profile?: boolean;
  readonly groupInfo?: Uint8Array;
  readonly proof?: Uint8Array;
}

async function knocks(host: Member, { keys, joinedBy = keys.id, profile = true, groupInfo, proof }: Knock): Promise<Member & { readonly message: Uint8Array; readonly proof: Uint8Array }> {
  const identity = makeIdentity();
  const device = makeDevice(identity);
  let shown: Uint8Array = new Uint8Array(0);
  const { group, message } = await joinExternal({
    groupInfo: groupInfo ?? (await host.group.groupInfo()), device,
    leafExtensions: [...(profile ? [profileExtension('newcomer')] : []), ...(joinedBy === null ? [] : [joinedByExtension(joinedBy)])],
    authenticate: (view) => (shown = proof ?? joinProof(keys, view, device.deviceKey)),
  });
  return { identity, group, message, proof: shown };
}

async function takes(members: readonly Member[], message: Uint8Array): Promise<void> {
  for (const member of members) {
    const received = await member.group.receive(message, isAllowed);
    assert.equal(received.kind, 'commit');
    if (received.kind === 'commit') member.group = received.group;
  }
}

const refuses = async (member: Member, message: Uint8Array, code: MlsError['code'] = 'forbidden'): Promise<void> =>
  assert.rejects(member.group.receive(message, isAllowed), (cause) => cause instanceof MlsError && cause.code === code);

test('a standing invite lets in', async () => {
  const ada = await founded((owner) => [standing(keysOf(1), owner)]);
  await takes([ada], (await knocks(ada, { keys: keysOf(1) })).message);
  assert.equal(ada.group.members.length, 2);
});

test('a foreign invite, none, one taken back, and a leaf that hides by what it came, do not', async () => {
  const ada = await founded((owner) => [standing(keysOf(1), owner)]);
  await refuses(ada, (await knocks(ada, { keys: keysOf(2) })).message);
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), proof: new Uint8Array(0) })).message);
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), joinedBy: null })).message);
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), joinedBy: keysOf(2).id })).message);
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), profile: false })).message);
  // The right id under another key's signature.
  const forged: InviteKeys = { ...keysOf(2), id: keysOf(1).id };
  await refuses(ada, (await knocks(ada, { keys: forged })).message);
  const revoked = await ada.group.commit({ extensions: [roomOf(ada.identity), invitesExtension([])] });
  ada.group = revoked.group;
  await refuses(ada, (await knocks(ada, { keys: keysOf(1) })).message);
});

test('a proof is of no use to another leaf, in another epoch, or again', async () => {
  const ada = await founded((owner) => [standing(keysOf(1), owner)]);
  const oldInfo = await ada.group.groupInfo();
  const bo = await knocks(ada, { keys: keysOf(1) });
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), proof: bo.proof })).message);
  await takes([ada], bo.message);
  await refuses(ada, bo.message, 'wrong-epoch');
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), groupInfo: oldInfo })).message, 'wrong-epoch');
  await refuses(ada, (await knocks(ada, { keys: keysOf(1), proof: bo.proof })).message);
});

test('uses are counted by those who are in', async () => {
  const ada = await founded((owner) => [standing(keysOf(1), owner, 1)]);
  const bo = await knocks(ada, { keys: keysOf(1) });
  await takes([ada], bo.message);
  await refuses(ada, (await knocks(ada, { keys: keysOf(1) })).message);
});

/** Ada, who owns the room; Bo and Cy, who came by her invite 1, as all three see it. */
async function three(): Promise<{ ada: Member; bo: Member; cy: Member }> {
  const ada = await founded((owner) => [standing(keysOf(1), owner)]);
  const bo = await knocks(ada, { keys: keysOf(1) });
  await takes([ada], bo.message);
  const cy = await knocks(ada, { keys: keysOf(1) });
  await takes([ada, bo], cy.message);
  return { ada, bo, cy };
}

test('what members may: new keys, a new name, invites of their own, dropping any', async () => {
  const { ada, bo, cy } = await three();
  const may: ((owner: Identity) => Change)[] = [
    () => ({}),
    () => ({ extensions: [roomOf(ada.identity, 'another name'), invitesExtension([standing(keysOf(1), ada.identity)])] }),
    () => ({ extensions: [roomOf(ada.identity), invitesExtension([standing(keysOf(1), ada.identity), standing(keysOf(3), bo.identity)])] }),
    () => ({ extensions: [roomOf(ada.identity), invitesExtension([])] }),
  ];
  for (const change of may) {
    const commit = await bo.group.commit(change(ada.identity));
    await takes([ada, cy], commit.message);
    bo.group = commit.group;
  }
});

test('what members may not: alter an invite, make one in another’s name or twice, take the room, remove anyone', async () => {
  const { ada, bo, cy } = await three();
  const first = standing(keysOf(1), ada.identity);
  const mayNot: Change[] = [
    { extensions: [roomOf(ada.identity), invitesExtension([{ ...first, uses: 5 }])] },
    { extensions: [roomOf(ada.identity), invitesExtension([{ ...first, sign: keysOf(4).sign.publicKey }])] },
    { extensions: [roomOf(ada.identity), invitesExtension([first, standing(keysOf(4), cy.identity)])] },
    { extensions: [roomOf(ada.identity), invitesExtension([first, first])] },
    { extensions: [roomOf(ada.identity), invitesExtension([first, { ...standing(keysOf(4), bo.identity), sign: first.sign }])] },
    { extensions: [roomOf(bo.identity), invitesExtension([first])] },
    { extensions: [roomExtension({ suite: 'xwing', name: 'room', owner: ada.identity.identityKey }), invitesExtension([first])] },
    { extensions: [roomOf(ada.identity)] },
    { extensions: [{ name: 'room', data: Uint8Array.of(0xa0) }, invitesExtension([first])] },
    { remove: [cy.group.me] },
    { remove: [ada.group.me] },
  ];
  for (const change of mayNot) await refuses(cy.group.me === change.remove?.[0] ? ada : cy, (await bo.group.commit(change)).message);
});

test('the owner removes, but never without the invites that the removed made or used', async () => {
  const { ada, bo, cy } = await three();
  const made = await bo.group.commit({ extensions: [roomOf(ada.identity), invitesExtension([standing(keysOf(1), ada.identity), standing(keysOf(3), bo.identity), standing(keysOf(5), bo.identity)])] });
  await takes([ada, cy], made.message);
  bo.group = made.group;
  const own = await ada.group.commit({ extensions: [roomOf(ada.identity), invitesExtension([standing(keysOf(1), ada.identity), standing(keysOf(3), bo.identity), standing(keysOf(5), bo.identity), standing(keysOf(6), ada.identity)])] });
  await takes([bo, cy], own.message);
  ada.group = own.group;
  const unrelated = standing(keysOf(6), ada.identity);
  for (const left of [[standing(keysOf(1), ada.identity), unrelated], [standing(keysOf(3), bo.identity), unrelated]]) {
    await refuses(cy, (await ada.group.commit({ remove: [bo.group.me], extensions: [roomOf(ada.identity), invitesExtension(left)] })).message);
  }
  await refuses(cy, (await ada.group.commit({ remove: [bo.group.me] })).message);
  const removal = await ada.group.commit({ remove: [bo.group.me], extensions: [roomOf(ada.identity), invitesExtension([unrelated])] });
  await takes([cy], removal.message);
  const told = await bo.group.receive(removal.message, isAllowed);
  assert.equal(told.kind, 'removed');
});

test('everybody judges alike: the rule sees nothing but the state before and the commit', async () => {
  const { ada, bo, cy } = await three();
  const seen: CommitFacts[] = [];
  const commit = await ada.group.commit({ extensions: [roomOf(ada.identity, 'new'), invitesExtension([])] });
  for (const member of [bo, cy]) await member.group.receive(commit.message, (facts) => { seen.push(facts); return isAllowed(facts); });
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[0]?.extensions, seen[1]?.extensions);
  assert.deepEqual(seen.map((facts) => isAllowed(facts)), [true, true]);
});
