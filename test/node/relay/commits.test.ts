/** One commit an epoch, whoever is fastest; and what a false one cannot do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommitPayload } from '../../../shared/commit.ts';
import { toHex } from '../../../shared/bytes.ts';
import { invitesDigestOf } from '../../../shared/statements.ts';
import { epochOf, newId, Pair, registration, Refused, sha256, type RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const scene = await RelayScene.start({ limits: { commitsPerSecond: 1000 } });
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'taken', (error: unknown) => (error instanceof Refused ? error.code : Promise.reject(error)));

test('a commit is delivered with what the relay registered', async () => {
  const { epoch, creator } = await scene.room();
  const invites = [registration(new Pair(), 3, 2 ** 33), registration(new Pair())];
  const next = await creator.commit(epoch, { invites, closing: true, commit: Buffer.from('sealed') });
  const [delivered] = await creator.delivered(1);
  assert.ok(delivered);
  assert.deepEqual([delivered.kind, delivered.seq as number, toHex(delivered.epoch)], ['commit', 1, toHex(epoch.id)]);
  const payload = decodeCommitPayload(delivered.payload);
  assert.ok(payload);
  assert.equal(toHex(payload.access), toHex(next.pair.public));
  assert.equal(toHex(payload.invites), toHex(invitesDigestOf(invites, sha256)));
  assert.equal(payload.closing, true);
  assert.equal(Buffer.from(payload.sealed).toString(), 'sealed');
});

test('of eight who commit at once one wins, and the losers are told', async () => {
  const { epoch } = await scene.room();
  const racers = await Promise.all(Array.from({ length: 8 }, () => scene.member(epoch)));
  const results = await Promise.all(racers.map((racer) => codeOf(racer.commit(epoch))));
  assert.deepEqual(results.toSorted(), [...Array.from({ length: 7 }, () => 'commit-lost'), 'taken']);
});

test('a bundle sent again gets the ack it had, before anything else is judged', async () => {
  const { epoch, creator } = await scene.room();
  const bundle = { id: newId(), access: new Pair() };
  const first = await creator.commit(epoch, bundle);
  assert.equal((await creator.commit(epoch, bundle)).seq, first.seq);
  await scene.restart();
  const later = await scene.member(epoch);
  assert.equal((await later.commit(epoch, bundle)).seq, first.seq);
  assert.equal(await later.catchUp(epoch.room), first.seq, 'and it is in the log once');
});

test('a false access key wedges nothing: another candidate is taken, and both branches go on apart', async () => {
  const { epoch, creator } = await scene.room();
  const liar = await scene.member(epoch);
  const garbage = await liar.commit(epoch);
  assert.equal(await codeOf(creator.send(epoch, 'x')), 'stale-epoch');
  assert.equal(await codeOf(creator.commit(epoch)), 'commit-lost', 'who has not seen the candidate');
  assert.equal(await codeOf(creator.commit(epoch, { rejected: 2 })), 'commit-lost', 'who claims to have seen more than there are');
  const good = await creator.commit(epoch, { rejected: 1 });
  assert.equal(await codeOf(creator.commit(epoch, { rejected: 1 })), 'commit-lost', 'compare and swap for candidates too');
  await creator.open(good);
  await creator.send(good, 'we go on');
  await liar.open(garbage);
  await liar.send(garbage, 'alone');
  assert.equal(await codeOf(liar.send(good, 'x')), 'read-only');
  assert.equal(await codeOf(creator.send(garbage, 'x')), 'read-only');
  await creator.commit(good);
});

test('filling the slots with garbage is bounded for each connection, and shuts the room to nobody', async () => {
  const { epoch, creator } = await scene.room();
  const liar = await scene.member(epoch);
  await liar.commit(epoch);
  for (let rejected = 1; rejected <= scene.relay.core.limits.candidatesPerConnection; rejected++) await liar.commit(epoch, { rejected });
  const most = scene.relay.core.limits.candidatesPerConnection + 1;
  assert.equal(await codeOf(liar.commit(epoch, { rejected: most })), 'rate-limited');
  await creator.commit(epoch, { rejected: most });
});

test('an access key is registered once in a room', async () => {
  const { epoch, creator } = await scene.room();
  assert.equal(await codeOf(creator.commit(epoch, { access: epoch.pair })), 'epoch-exists');
  await creator.commit(epoch);
});

test('commits are rationed', async () => {
  const slow = await RelayScene.start({ limits: { commitsPerSecond: 0.01, burstSeconds: 300 } });
  const { epoch, creator } = await slow.room();
  let at: TestEpoch = epoch;
  for (let i = 0; i < 3; i++) {
    at = await creator.commit(at);
    await creator.open(at);
  }
  const last = creator.commit(at);
  await assert.rejects(last, (error: Refused) => error.code === 'rate-limited' && error.refusal.retryAfter > 1000);
});

test('creating again is answered as the first time; with another key it is refused; only the owner deletes', async () => {
  const { owner, epoch, creator } = await scene.room();
  const heirs = await scene.client();
  const again = await heirs.create(owner, { access: epoch.pair });
  await creator.send(epoch, 'x');
  assert.deepEqual(toHex(again.room), toHex(epoch.room));
  assert.equal(await codeOf(heirs.create(owner)), 'room-exists');
  assert.equal(await codeOf(heirs.delete(new Pair())), 'no-access');
  const member = await scene.member(epoch);
  await heirs.delete(owner);
  await member.until(() => member.controls.some((control) => control.t === 'error' && control.code === 'no-access'));
  assert.equal(await codeOf(member.send(epoch, 'x')), 'not-open');
  assert.equal(await codeOf(member.open(epoch)), 'no-access');
  const reborn = await heirs.create(owner, { access: epoch.pair });
  assert.equal(reborn.opened.head, 0);
  assert.notEqual(toHex(reborn.opened.incarnation), toHex(again.opened.incarnation), 'a new lifetime of the log');
});

test('the GroupInfo of a tip is given to its readers, with all tips, newest first', async () => {
  const { epoch, creator } = await scene.room();
  assert.equal((await creator.groupInfo(epoch.room)).groupInfo.length, 0);
  const left = await creator.commit(epoch, { groupInfo: Buffer.from('left') });
  const right = await creator.commit(epoch, { rejected: 1, groupInfo: Buffer.from('right') });
  const newest = await creator.groupInfo(epoch.room);
  assert.equal(Buffer.from(newest.groupInfo).toString(), 'right');
  assert.deepEqual(newest.tips.map(toHex), [right, left].map(({ id }) => toHex(id)));
  assert.equal(Buffer.from((await creator.groupInfo(epoch.room, left.id)).groupInfo).toString(), 'left');
  assert.equal(await codeOf(creator.groupInfo(epoch.room, epoch.id)), 'stale-epoch');
  assert.equal(await codeOf(creator.groupInfo(epoch.room, epochOf(epoch.room).id)), 'read-only');
});

interface Invited { readonly epoch: TestEpoch; readonly creator: RelayClient; readonly invite: Pair }
async function invited(uses = 0, expires = 0): Promise<Invited> {
  const { epoch: first, creator } = await scene.room();
  const invite = new Pair();
  const epoch = await creator.commit(first, { invites: [registration(invite, uses, expires)], groupInfo: Buffer.from('group') });
  await creator.open(epoch);
  return { epoch, creator, invite };
}

test('an invite fetches the GroupInfo, makes one commit, and never reads or writes the log', async () => {
  const { epoch, creator, invite } = await invited();
  await creator.send(epoch, 'not for guests');
  const guest = await scene.client();
  await guest.openInvite(epoch.room, invite);
  const info = await guest.groupInfo(epoch.room);
  assert.equal(Buffer.from(info.groupInfo).toString(), 'group');
  assert.deepEqual([toHex(info.epoch), info.head as number], [toHex(epoch.id), 2]);
  assert.equal(await codeOf(guest.pull(epoch.room)), 'no-access');
  assert.equal(await codeOf(guest.send(epoch, 'x')), 'read-only');
  assert.equal(await codeOf(guest.acked(guest.post(epoch, 'x', { kind: 'signal' }))), 'read-only');
  assert.equal(await codeOf(guest.commit(epoch, { rejected: 1 })), 'commit-lost', 'it can judge no candidate');
  assert.equal(await codeOf(guest.commit(epoch, { closing: true })), 'read-only', 'it removes nobody');
  const joined = await guest.commit(epoch, { invites: [registration(invite)] });
  assert.equal(await codeOf(guest.commit(joined)), 'read-only', 'one commit for each opening');
  await guest.open(joined);
  await guest.catchUp(epoch.room);
  assert.deepEqual(guest.envelopes, [], 'nothing from before it joined');
  await guest.send(joined, 'hello');
});

test('an invite is refused when expired, used up, taken back, or never made', async () => {
  const guest = await scene.client();
  const expired = await invited(0, Math.floor(Date.now() / 1000) - 1);
  assert.equal(await codeOf(guest.openInvite(expired.epoch.room, expired.invite)), 'invite-expired');

  const once = await invited(1);
  const [first, second] = [await scene.client(), await scene.client()];
  await first.openInvite(once.epoch.room, once.invite);
  await second.openInvite(once.epoch.room, once.invite);
  const joined = await first.commit(once.epoch, { invites: [registration(once.invite, 1)] });
  assert.equal(await codeOf(second.commit(joined, { invites: [registration(once.invite, 1)] })), 'invite-used-up');
  assert.equal(await codeOf(guest.openInvite(once.epoch.room, once.invite)), 'invite-used-up');
  await scene.restart();
  const afterRestart = await scene.client();
  assert.equal(await codeOf(afterRestart.openInvite(once.epoch.room, once.invite)), 'invite-used-up', 'the count is durable');

  const revoked = await invited();
  const early = await scene.client();
  await early.openInvite(revoked.epoch.room, revoked.invite);
  const without = await revoked.creator.commit(revoked.epoch);
  const late = await scene.client();
  assert.equal(await codeOf(late.openInvite(revoked.epoch.room, revoked.invite)), 'invite-revoked');
  assert.equal(await codeOf(early.commit(without)), 'invite-revoked');
  assert.equal(await codeOf(early.commit(revoked.epoch)), 'commit-lost');
  assert.equal(await codeOf(early.groupInfo(revoked.epoch.room)), 'invite-revoked');

  assert.equal(await codeOf(late.openInvite(revoked.epoch.room, new Pair())), 'no-access');
  assert.equal(await codeOf(late.openInvite(new Pair().public as typeof revoked.epoch.room, revoked.invite)), 'no-access');
});

test('uses are counted for each commit of the invite, not for the members’ own', async () => {
  const { epoch, creator, invite } = await invited(2);
  const standing = [registration(invite, 2)];
  let at: TestEpoch = await creator.commit(epoch, { invites: standing });
  for (let i = 0; i < 2; i++) {
    const guest = await scene.client();
    await guest.openInvite(epoch.room, invite);
    at = await guest.commit(at, { invites: standing });
  }
  const third = await scene.client();
  assert.equal(await codeOf(third.openInvite(epoch.room, invite)), 'invite-used-up');
});
