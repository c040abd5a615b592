/** The room's rule, from the side of those who would break it. Every commit here is sound MLS. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadSodium, makeIdentity, MlsError, type Change, type CommitFacts, type Identity } from '../../../pwa/engine/mls/index.ts';
import { profileExtension, returnKeyExtension } from '../../../pwa/engine/rooms/extensions.ts';
import type { InviteKeys } from '../../../pwa/engine/rooms/invite-keys.ts';
import { leavesData, leaveStatement } from '../../../pwa/engine/rooms/leave-statement.ts';
import { forbiddenBy, isAllowed, type Forbidden } from '../../../pwa/engine/rooms/policy.ts';
import { returnKeys } from '../../../pwa/engine/rooms/return-keys.ts';
import { agreeing, enters, founded, invite, keysOf, ROOM, take, type Agreeing, type Entering, type Inmate } from '../../support/room-members.ts';

before(loadSodium);

/** The rule's own reason; undefined where it allows the commit. */
async function verdict(judge: Inmate, message: Uint8Array): Promise<Forbidden | undefined> {
  let reason: Forbidden | undefined;
  await judge.group.receive(message, (facts) => (reason = forbiddenBy(facts)) === undefined).catch((cause: unknown) => {
    assert.ok(cause instanceof MlsError && cause.code === 'forbidden', String(cause));
    assert.notEqual(reason, undefined);
  });
  return reason;
}

async function refusesEntry(host: Inmate, how: Entering, reason: Forbidden): Promise<void> {
  assert.equal(await verdict(host, (await enters(host, how)).message), reason);
}

/** Whether `judge` takes the change as a commit of `by`; where it does, all move on. */
async function changes(by: Inmate, change: Change, judges: readonly Inmate[], reason?: Forbidden): Promise<void> {
  const commit = await by.group.commit(change);
  for (const judge of judges) assert.equal(await verdict(judge, commit.message), reason);
  if (reason !== undefined) return;
  await take(judges, commit.message);
  by.group = commit.group;
}

const agreed = (by: Inmate, what: Agreeing): Change => ({ extensions: agreeing(by.group, what) });

async function joins(host: Inmate, others: readonly Inmate[], how: Entering): Promise<Inmate> {
  const joiner = await enters(host, how);
  assert.equal(await verdict(host, joiner.message), undefined);
  await take([host, ...others], joiner.message);
  return joiner;
}

/** Ada, the owner; Bo, an admin; Cy and Di, plain members. Invite 1 gives member, invite 2 admin; both are Ada's. */
async function four(terms: Parameters<typeof founded>[1] = {}): Promise<{ ada: Inmate; bo: Inmate; cy: Inmate; di: Inmate }> {
  const ada = await founded((owner) => [invite(keysOf(1), owner), invite(keysOf(2), owner, { role: 'admin' })], terms);
  const bo = await joins(ada, [], { keys: keysOf(2) });
  const cy = await joins(ada, [bo], { keys: keysOf(1) });
  const di = await joins(ada, [bo, cy], { keys: keysOf(1) });
  return { ada, bo, cy, di };
}

const person = ({ identity }: Inmate) => identity.identityKey;

test('a standing invite lets in', async () => {
  const ada = await founded((owner) => [invite(keysOf(1), owner)]);
  await joins(ada, [], { keys: keysOf(1) });
  assert.equal(ada.group.members.length, 2);
});

test('a foreign invite, none, one taken back, and a leaf that hides by what it came, do not', async () => {
  const ada = await founded((owner) => [invite(keysOf(1), owner)]);
  await refusesEntry(ada, { keys: keysOf(2) }, 'unknown-invite');
  await refusesEntry(ada, { keys: keysOf(1), proof: () => new Uint8Array(0) }, 'no-proof');
  await refusesEntry(ada, { keys: keysOf(1), leaf: (usual) => usual.filter(({ name }) => name !== 'joinedBy') }, 'malformed');
  await refusesEntry(ada, { keys: keysOf(1), leaf: (usual) => usual.filter(({ name }) => name !== 'profile') }, 'malformed');
  await refusesEntry(ada, { keys: keysOf(1), leaf: (usual) => usual.filter(({ name }) => name !== 'returnKey') }, 'malformed');
  for (const joinedBy of [{ invite: keysOf(2).id }, { invite: null }, { of: keysOf(2).id }, { role: 'admin' }, { at: 7 }, { at: 0 }] as const) await refusesEntry(ada, { keys: keysOf(1), joinedBy }, 'malformed');
  // The right id under another key's signature.
  const forged: InviteKeys = { ...keysOf(2), id: keysOf(1).id };
  await refusesEntry(ada, { keys: forged }, 'no-proof');
  await changes(ada, agreed(ada, { invites: [] }), []);
  await refusesEntry(ada, { keys: keysOf(1) }, 'unknown-invite');
});

test('a proof is of no use to another leaf, in another epoch, or again', async () => {
  const ada = await founded((owner) => [invite(keysOf(1), owner)]);
  const oldInfo = await ada.group.groupInfo();
  const bo = await enters(ada, { keys: keysOf(1) });
  await refusesEntry(ada, { keys: keysOf(1), proof: () => bo.proof }, 'no-proof');
  await take([ada], bo.message);
  const isTooOld = (cause: unknown): boolean => cause instanceof MlsError && cause.code === 'wrong-epoch';
  await assert.rejects(ada.group.receive(bo.message, isAllowed), isTooOld);
  await assert.rejects(ada.group.receive((await enters(ada, { keys: keysOf(1), groupInfo: oldInfo })).message, isAllowed), isTooOld);
  await refusesEntry(ada, { keys: keysOf(1), proof: () => bo.proof }, 'no-proof');
});

test('uses are counted by those who are in', async () => {
  const ada = await founded((owner) => [invite(keysOf(1), owner, { uses: 1 })]);
  await joins(ada, [], { keys: keysOf(1) });
  await refusesEntry(ada, { keys: keysOf(1) }, 'used-up-invite');
});

test('the role that an invite gives is had, and is no more than its maker’s when it is used', async () => {
  const { ada, bo, cy, di } = await four();
  await changes(bo, agreed(bo, { invites: [invite(keysOf(1), ada.identity), invite(keysOf(2), ada.identity, { role: 'admin' }), invite(keysOf(3), bo.identity, { role: 'admin' })] }), [ada, cy, di]);
  const ed = await joins(ada, [bo, cy, di], { keys: keysOf(3) });
  await changes(ed, agreed(ed, { terms: { name: 'Ed is an admin' } }), [ada, bo, cy, di]);
  await changes(ada, agreed(ada, { roles: { members: [person(bo)] } }), [bo, cy, di, ed]);
  await refusesEntry(ada, { keys: keysOf(3) }, 'void-invite');
  await changes(bo, agreed(bo, { terms: { name: 'Bo is none' } }), [ada, cy, di, ed], 'room');
});

test('what members may: new keys, another name for themselves, invites of their own, dropping those and what is over', async () => {
  const { ada, bo, cy, di } = await four();
  const others = [ada, bo, di];
  const [first, second] = [invite(keysOf(1), ada.identity), invite(keysOf(2), ada.identity, { role: 'admin' })];
  await changes(cy, {}, others);
  const leaf = cy.group.members.find(({ leaf: index }) => index === cy.group.me)?.extensions ?? [];
  await changes(cy, { leafExtensions: [profileExtension('Cyra'), ...leaf.slice(1)] }, others);
  await changes(cy, agreed(cy, { invites: [first, second, invite(keysOf(3), cy.identity)] }), others);
  await changes(cy, agreed(cy, { invites: [first, second] }), others);
  await changes(ada, agreed(ada, { invites: [first, second, invite(keysOf(4), ada.identity, { expires: 5 }), invite(keysOf(5), ada.identity, { uses: 1 })] }), [bo, cy, di]);
  const ed = await joins(ada, [bo, cy, di], { keys: keysOf(5) });
  await changes(cy, agreed(cy, { invites: [first, second] }), [...others, ed]);
});

test('what members may not', async () => {
  const { ada, bo, cy, di } = await four();
  const others = [ada, bo];
  const [first, second] = [invite(keysOf(1), ada.identity), invite(keysOf(2), ada.identity, { role: 'admin' })];
  const leaf = cy.group.members.find(({ leaf: index }) => index === cy.group.me)?.extensions ?? [];
  const mayNot: readonly (readonly [Change, Forbidden])[] = [
    [agreed(cy, { invites: [{ ...first, uses: 5 }, second] }), 'invite-made'],
    [agreed(cy, { invites: [{ ...first, sign: keysOf(4).sign.publicKey }, second] }), 'invite-made'],
    [agreed(cy, { invites: [first, second, invite(keysOf(4), di.identity)] }), 'invite-made'],
    [agreed(cy, { invites: [first, second, invite(keysOf(4), cy.identity, { role: 'admin' })] }), 'invite-made'],
    [agreed(cy, { invites: [first, second, invite(keysOf(4), cy.identity, { for: makeIdentity().identityKey, of: first.id, uses: 1 })] }), 'invite-made'],
    [agreed(cy, { invites: [first, first, second] }), 'invite-made'],
    [agreed(cy, { invites: [first, second, { ...invite(keysOf(4), cy.identity), sign: first.sign }] }), 'invite-made'],
    // The key by which Di comes back: registered for two things, it would be neither.
    [agreed(cy, { invites: [first, second, { ...invite(keysOf(4), cy.identity), sign: returnKeys(ROOM, di.identity).sign.publicKey }] }), 'invite-made'],
    [agreed(cy, { invites: [second] }), 'invite-dropped'],
    [agreed(cy, { refused: [{ key: keysOf(9).sign.publicKey, identity: person(di), name: 'x', by: person(cy) }] }), 'refusals'],
    [agreed(cy, { terms: { name: 'another' } }), 'room'], [agreed(cy, { terms: { hue: 3 } }), 'room'], [agreed(cy, { terms: { approval: true } }), 'room'], [agreed(cy, { terms: { disappearing: 60 } }), 'room'],
    [agreed(cy, { terms: { disappearing: 0 } }), 'malformed'], [agreed(cy, { terms: { disappearing: 367 * 86_400 } }), 'malformed'],
    [agreed(cy, { terms: { picture: new Uint8Array(5) } }), 'room'], [agreed(cy, { terms: { relay: 'https://elsewhere.example' } }), 'room'],
    [agreed(cy, { roles: { owners: [person(cy)] } }), 'roles'], [agreed(cy, { roles: { admins: [person(cy)] } }), 'roles'],
    [agreed(cy, { roles: { banned: [{ identity: makeIdentity().identityKey, name: '', by: person(cy) }] } }), 'bans'],
    [{ remove: [di.group.me] }, 'removal'], [{ remove: [ada.group.me] }, 'removal'],
    [{ extensions: agreeing(cy.group, {}).slice(0, 2) }, 'malformed'],
    [{ extensions: [{ name: 'room', data: Uint8Array.of(0xa0) }, ...agreeing(cy.group, {}).slice(1)] }, 'malformed'],
    [{ leafExtensions: [...leaf.slice(0, 2), returnKeyExtension(returnKeys(ROOM, makeIdentity()).public)] }, 'leaf'],
    [{ leafExtensions: leaf.slice(0, 2) }, 'leaf'],
    [{ authenticatedData: Uint8Array.of(1, 2, 3) }, 'malformed'],
  ];
  for (const [change, reason] of mayNot) await changes(cy, change, change.remove === undefined ? others : [bo], reason);
});

test('nobody changes what the room is, not even an owner', async () => {
  const { ada, bo, cy } = await four();
  const mayNot: readonly Agreeing[] = [
    { terms: { suite: 'xwing' } }, { terms: { kind: 'direct' } }, { terms: { owner: person(bo) } },
    { terms: { mover: { owner: new Uint8Array(32), key: new Uint8Array(32), seed: new Uint8Array(32), certificate: new Uint8Array(64) } } },
  ];
  for (const what of mayNot) await changes(ada, agreed(ada, what), [bo, cy], 'room');
});

test('admins rule over members, and over nobody else', async () => {
  const { ada, bo, cy, di } = await four();
  await changes(bo, agreed(bo, { terms: { name: 'new', hue: 9, picture: new Uint8Array(9), approval: true, disappearing: 60 } }), [ada, cy, di]);
  await changes(bo, agreed(bo, { roles: { members: [person(bo)] } }), [ada, cy], 'roles');
  await changes(bo, agreed(bo, { roles: { admins: [person(cy)] } }), [ada, cy], 'roles');
  await changes(bo, agreed(bo, { roles: { owners: [person(bo)] } }), [ada, cy], 'roles');
  await changes(bo, { remove: [ada.group.me] }, [cy], 'removal');
  await changes(ada, agreed(ada, { roles: { admins: [person(di)] } }), [bo, cy, di]);
  await changes(bo, { remove: [di.group.me] }, [cy], 'removal');
  await changes(bo, { ...agreed(bo, { invites: [invite(keysOf(2), ada.identity, { role: 'admin' })], roles: { banned: [{ identity: person(cy), name: 'Cy', by: person(bo) }] } }), remove: [cy.group.me] }, [ada, di]);
  assert.equal(ada.group.members.length, 3);
});

test('an owner always remains, and who is gone has no role', async () => {
  const { ada, bo, cy, di } = await four();
  await changes(ada, agreed(ada, { roles: { owners: [] } }), [bo, cy], 'roles');
  await changes(ada, agreed(ada, { roles: { owners: [person(ada)], admins: [person(ada)] } }), [bo, cy], 'roles');
  await changes(ada, agreed(ada, { roles: { admins: [makeIdentity().identityKey] } }), [bo, cy], 'roles');
  await changes(ada, agreed(ada, { roles: { owners: [person(ada), person(cy)] } }), [bo, cy, di]);
  await changes(cy, { remove: [ada.group.me] }, [bo, di], 'roles');
  await changes(cy, { ...agreed(cy, { roles: { owners: [person(cy)] }, invites: [] }), remove: [ada.group.me] }, [bo, di]);
});

test('nobody is removed without the invites that they made or used', async () => {
  const { ada, bo, cy, di } = await four();
  const [first, second] = [invite(keysOf(1), ada.identity), invite(keysOf(2), ada.identity, { role: 'admin' })];
  const mine = invite(keysOf(6), ada.identity);
  const made = invite(keysOf(3), cy.identity);
  await changes(cy, agreed(cy, { invites: [first, second, made] }), [ada, bo, di]);
  await changes(ada, agreed(ada, { invites: [first, second, made, mine] }), [bo, cy, di]);
  for (const left of [[first, second, mine], [second, made, mine], [first, second, made, mine]]) await changes(ada, { ...agreed(ada, { invites: left }), remove: [cy.group.me] }, [bo, di], 'left-behind');
  const removal = await ada.group.commit({ ...agreed(ada, { invites: [second, mine] }), remove: [cy.group.me] });
  const told = await cy.group.receive(removal.message, isAllowed);
  assert.equal(told.kind, 'removed');
  await take([bo, di], removal.message);
  await refusesEntry(bo, { keys: keysOf(1), identity: cy.identity }, 'unknown-invite');
});

test('whoever is banned is refused with any invite, and by their return key, until an admin pardons', async () => {
  const { ada, bo, cy, di } = await four();
  const entry = { identity: person(cy), name: 'Cy', by: person(ada) };
  const gone = { invites: [invite(keysOf(2), ada.identity, { role: 'admin' })] };
  await changes(ada, agreed(ada, { roles: { banned: [entry] } }), [bo, di], 'bans');
  await changes(ada, { ...agreed(ada, { ...gone, roles: { banned: [{ ...entry, by: person(bo) }] } }), remove: [cy.group.me] }, [bo, di], 'bans');
  await changes(ada, { ...agreed(ada, { ...gone, roles: { banned: [entry] } }), remove: [cy.group.me] }, [bo, di]);
  await refusesEntry(bo, { keys: keysOf(2), identity: cy.identity }, 'banned');
  await refusesEntry(bo, { returning: true, identity: cy.identity }, 'banned');
  await changes(di, agreed(di, { roles: { banned: [] } }), [ada, bo], 'bans');
  await changes(bo, agreed(bo, { roles: { banned: [] } }), [ada, di]);
  await joins(bo, [ada, di], { keys: keysOf(2), identity: cy.identity });
});

test('anybody completes a leave, of exactly the leaf that said it', async () => {
  const { ada, bo, cy, di } = await four();
  const deviceOf = (of: Inmate): Uint8Array => of.group.members.find(({ leaf }) => leaf === of.group.me)?.deviceKey ?? new Uint8Array();
  const said = leaveStatement(cy.group.groupId, deviceOf(cy), cy.identity);
  const elsewhere = leaveStatement(new Uint8Array(32), deviceOf(cy), cy.identity);
  const forged = leaveStatement(cy.group.groupId, deviceOf(cy), di.identity);
  for (const bad of [elsewhere, forged, leaveStatement(cy.group.groupId, deviceOf(bo), cy.identity)]) {
    await changes(di, { remove: [cy.group.me], authenticatedData: leavesData([bad]) }, [ada, bo], 'removal');
  }
  await changes(di, { remove: [ada.group.me], authenticatedData: leavesData([said]) }, [bo], 'removal');
  // It holds in whatever epoch it is completed; and the link by which Cy came, others may still use.
  await changes(bo, {}, [ada, cy, di]);
  await changes(di, { remove: [cy.group.me], authenticatedData: leavesData([said]) }, [ada, bo]);
  await joins(di, [ada, bo], { keys: keysOf(1) });
});

test('the same person comes back under a new leaf, and anybody takes the old one away', async () => {
  const { ada, bo, cy, di } = await four();
  await refusesEntry(ada, { returning: true }, 'no-proof');
  await refusesEntry(ada, { returning: true, identity: cy.identity, joinedBy: { role: 'admin' } }, 'malformed');
  await refusesEntry(ada, { returning: true, identity: cy.identity, joinedBy: { invite: keysOf(2).id } }, 'malformed');
  await refusesEntry(ada, { keys: keysOf(1), leaf: (usual) => [...usual.slice(0, 2), returnKeyExtension(returnKeys(ROOM, cy.identity).public)] }, 'malformed');
  const old = cy.group.me;
  const again = await joins(ada, [bo, di], { returning: true, identity: cy.identity });
  assert.equal(ada.group.members.length, 5);
  await changes(di, { remove: [again.group.me] }, [ada, bo], 'removal');
  await changes(di, { remove: [bo.group.me] }, [ada], 'removal');
  await changes(di, { remove: [old] }, [ada, bo, again]);
  await changes(again, agreed(again, { terms: { name: 'no more than before' } }), [ada, bo], 'room');
  // And the maker of the room, who came by no invite.
  const owner = await joins(bo, [di, again], { returning: true, identity: ada.identity });
  await changes(di, { remove: [ada.group.me] }, [bo, again, owner]);
  await changes(owner, agreed(owner, { terms: { name: 'still hers' } }), [bo, di, again]);
});

test('a room with approval: an admin’s answer to a knock lets in that one person, on the terms of the invite', async () => {
  const { ada, bo, cy, di } = await four({ approval: false });
  const [first, second] = [invite(keysOf(1), ada.identity), invite(keysOf(2), ada.identity, { role: 'admin' })];
  const few = invite(keysOf(6), ada.identity, { uses: 1 });
  await changes(ada, agreed(ada, { terms: { approval: true }, invites: [first, second, few] }), [bo, cy, di]);
  await refusesEntry(ada, { keys: keysOf(1) }, 'needs-approval');
  await changes(cy, agreed(cy, { invites: [first, second, few, invite(keysOf(5), cy.identity)] }), [ada, bo], 'invite-made');
  const guest: Identity = makeIdentity();
  const answer = { for: guest.identityKey, of: few.id, uses: 1 };
  for (const bad of [{ ...answer, uses: 2 }, { ...answer, role: 'admin' }, { ...answer, for: null }, { ...answer, of: keysOf(8).id }] as const) {
    await changes(bo, agreed(bo, { invites: [first, second, few, invite(keysOf(5), bo.identity, bad)] }), [ada, cy], 'invite-made');
  }
  await changes(bo, agreed(bo, { invites: [first, second, few, invite(keysOf(5), bo.identity, answer)] }), [ada, cy, di]);
  // It is the one use that there was.
  const other = makeIdentity();
  await changes(bo, agreed(bo, { invites: [first, second, few, invite(keysOf(5), bo.identity, answer), invite(keysOf(7), bo.identity, { ...answer, for: other.identityKey })] }), [ada, cy], 'invite-made');
  await refusesEntry(ada, { keys: keysOf(5), identity: other }, 'not-for-them');
  await joins(ada, [bo, cy, di], { keys: keysOf(5), identity: guest });
  const refusal = { key: keysOf(9).sign.publicKey, identity: other.identityKey, name: 'Otto', by: person(bo) };
  await changes(bo, agreed(bo, { refused: [refusal] }), [ada, cy, di]);
  await changes(bo, agreed(bo, { invites: [first, second, few, invite(keysOf(9), bo.identity, { for: other.identityKey })] }), [ada, cy], 'invite-made');
});

test('a room of two is that: nobody else comes in, nobody is removed, nothing changes but where it is', async () => {
  const friend = makeIdentity();
  const ada = await founded((owner) => [invite(keysOf(1), owner, { for: friend.identityKey, uses: 1, role: 'admin' }), invite(keysOf(2), owner)], { kind: 'direct' });
  await refusesEntry(ada, { keys: keysOf(2) }, 'needs-approval');
  const bo = await joins(ada, [], { keys: keysOf(1), identity: friend });
  await changes(ada, agreed(ada, { invites: [invite(keysOf(2), ada.identity), invite(keysOf(3), ada.identity, { for: makeIdentity().identityKey, uses: 1 })] }), [bo], 'invite-made');
  await changes(ada, agreed(ada, { terms: { name: 'x' } }), [bo], 'room');
  await changes(ada, agreed(ada, { roles: { owners: [person(ada), person(bo)] } }), [bo], 'roles');
  const { bo: other, ada: owner } = await two();
  assert.equal(await verdict(await third(owner, other), (await owner.group.commit({ remove: [other.group.me] })).message), 'removal');
  await changes(other, agreed(other, { terms: { relay: 'https://elsewhere.example' } }), [owner]);
});

async function two(): Promise<{ ada: Inmate; bo: Inmate }> {
  const friend = makeIdentity();
  const ada = await founded((owner) => [invite(keysOf(1), owner, { for: friend.identityKey, uses: 1, role: 'admin' })], { kind: 'direct' });
  return { ada, bo: await joins(ada, [], { keys: keysOf(1), identity: friend }) };
}

/** A second device of the owner's, who can judge what the first does to the other person. */
const third = (owner: Inmate, other: Inmate): Promise<Inmate> => joins(owner, [other], { returning: true, identity: owner.identity });

test('everybody judges alike: the rule sees nothing but the state before and the commit', async () => {
  const { ada, bo, cy } = await four();
  const seen: CommitFacts[] = [];
  const commit = await ada.group.commit(agreed(ada, { terms: { name: 'new' }, invites: [] }));
  for (const member of [bo, cy]) await member.group.receive(commit.message, (facts) => { seen.push(facts); return isAllowed(facts); });
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[0]?.extensions, seen[1]?.extensions);
  assert.deepEqual(seen.map((facts) => isAllowed(facts)), [true, true]);
});
