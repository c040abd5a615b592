/** Whoever was removed, with everything they had: what the relay still does for their keys, and what their keys still open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMIT_HEADER_BYTES, decodeCommitPayload } from '../../../shared/commit.ts';
import { encodeControl } from '../../../shared/control.ts';
import { encodeEnvelope, type Envelope } from '../../../shared/envelope.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import { START, type AccessKey, type EnvelopeId, type RoomId, type Signature } from '../../../shared/ids.ts';
import { inviteStatement, openStatement } from '../../../shared/statements.ts';
import { equalBytes, fromBase64Url } from '../../../shared/bytes.ts';
import { EngineError, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { sign } from '../../../pwa/engine/crypto/signature.ts';
import { CryptoError } from '../../../pwa/engine/crypto/sodium.ts';
import { MlsError, restoreGroup, type GroupRecordName, type MlsGroup } from '../../../pwa/engine/mls/index.ts';
import { decodeProfile, PROFILE_KEY } from '../../../pwa/engine/records/profile-record.ts';
import { sealedStorage } from '../../../pwa/engine/records/sealed-storage.ts';
import { epochKeys, type EpochKeys } from '../../../pwa/engine/rooms/epoch-keys.ts';
import { isAllowed } from '../../../pwa/engine/rooms/policy.ts';
import { returnKeys } from '../../../pwa/engine/rooms/return-keys.ts';
import { RelayRefusal } from '../../../pwa/engine/sync/refusal.ts';
import { RelayLink, type RoomEvent } from '../../../pwa/engine/sync/relay-link.ts';
import { openOuter, sealOuter } from '../../../pwa/engine/wire/outer.ts';
import { RELAY, World, type Someone } from '../../support/engine-world.ts';

/** A copy of all that a device holds of a room: what a thief, or its own person, may keep before they are removed. */
async function hoard(of: Someone, room: RoomKey): Promise<{ id: RoomId; group: MlsGroup; keys: EpochKeys; back: ReturnType<typeof returnKeys> }> {
  const storage = sealedStorage(of.storage, await of.options().deviceKey.deviceKey());
  const rows = await storage.range('groups', { prefix: [room, 'now'] });
  const id = fromBase64Url(room) as RoomId;
  const group = restoreGroup(rows.map(({ key, value }) => ({ name: key[2] as GroupRecordName, bytes: value })));
  const profile = decodeProfile((await storage.get('meta', PROFILE_KEY)) ?? new Uint8Array());
  assert.ok(profile !== undefined);
  return { id, group, keys: await epochKeys(id, group), back: returnKeys(id, profile) };
}

test('neither reads nor writes nor connects, with all the keys that they had; and their device says so', async () => {
  const world = new World();
  const [ada, bo, mal] = [await world.person('Ada'), await world.person('Bo'), await world.person('Mal')];
  const room = await world.roomOf(ada, bo, mal);
  await ada.say(room, 'to all three');
  await world.clock.until(async () => (await mal.reads(room)).length === 1);
  mal.goOffline();
  const { id, group, keys, back } = await hoard(mal, room);

  await world.clock.over(ada.engine.removeMember(room, (await mal.summary(room))?.me as PersonKey));
  const heard: Envelope[] = [];
  world.network.onFrame = (frame, direction, { owner }) => {
    const decoded = decodeRelayFrame(frame);
    if (owner === 'Bo' && direction === 'down' && decoded.type === 'envelope') heard.push(decoded.envelope);
  };
  await ada.say(room, 'behind their back');
  await world.clock.until(async () => (await bo.reads(room)).length === 2);

  // At the relay, by hand.
  const events: RoomEvent[] = [];
  const link = new RelayLink({ relay: RELAY, transport: world.network.transport('Mal by hand'), clock: world.clock, randomness: mal.options().randomness, changed: () => undefined });
  await world.clock.over(link.ready());
  link.attach(id, (event) => { events.push(event); });
  const { nonce } = link;
  assert.ok(nonce !== undefined);
  const opening = { t: 'open', room: id, epoch: keys.epoch, sig: sign(openStatement({ origin: RELAY, room: id, epoch: keys.epoch, nonce }), keys.access.secretKey) as Signature } as const;
  const opened = await world.clock.over(link.ask(opening));
  const pulled = link.pull(id, START);
  await world.clock.until(() => events.some((event) => event.kind === 'pulled' && event.ref === pulled));
  const read = events.flatMap((event) => (event.kind === 'envelope' ? [event.envelope] : []));
  const last = read.at(-1);
  assert.equal(last?.kind, 'commit', 'the log ends for them with the commit that removes them');
  assert.deepEqual(last.epoch, keys.epoch);
  assert.equal(opened.t === 'opened' && opened.head, last.seq, 'nor are they told how it goes on');
  assert.equal(heard.some(({ seq }) => seq > last.seq), true);

  const message = { kind: 'message', room: id, epoch: keys.epoch, id: world.dice.bytes(16) as EnvelopeId } as const;
  link.send(encodeEnvelope({ ...message, seq: START, payload: sealOuter(keys.outer, message, (await group.encrypt(new Uint8Array(9))).message) }));
  const commit = world.dice.bytes(16) as EnvelopeId;
  link.send(encodeControl({ t: 'commit', room: id, id: commit, parent: keys.epoch, rejected: 0, access: world.dice.bytes(32) as AccessKey, closing: true, invites: [], commit: new Uint8Array(99), groupInfo: new Uint8Array() }));
  await world.clock.until(() => events.filter(({ kind }) => kind === 'refused').length === 2);
  const refusals = events.flatMap((event) => (event.kind === 'refused' ? [[equalBytes(event.id, commit) ? 'commit' : 'message', event.code]] : []));
  assert.deepEqual(refusals, [['message', 'stale-epoch'], ['commit', 'commit-lost']]);
  const byReturnKey = { t: 'open-invite', room: id, invite: back.sign.publicKey, sig: sign(inviteStatement({ origin: RELAY, room: id, invite: back.sign.publicKey, nonce }), back.sign.secretKey) as Signature } as const;
  await assert.rejects(world.clock.over(link.ask(byReturnKey)), (cause) => cause instanceof RelayRefusal && cause.code === 'invite-revoked');
  link.close();

  // In the keys.
  for (const envelope of heard.filter(({ seq, kind }) => seq > last.seq && kind === 'message')) assert.throws(() => openOuter(keys, envelope, envelope.payload), CryptoError);
  const sealed = decodeCommitPayload(last.payload)?.sealed ?? new Uint8Array();
  const told = await group.receive(openOuter(keys, { ...last, head: last.payload.subarray(0, COMMIT_HEADER_BYTES) }, sealed).message, isAllowed);
  assert.equal(told.kind, 'removed');
  const inside = await hoard(bo, room);
  assert.notDeepEqual(inside.keys.outer, keys.outer);
  await assert.rejects(group.receive((await inside.group.encrypt(new Uint8Array(9))).message, isAllowed), MlsError);

  // On their device.
  await mal.goOnline();
  await world.clock.until(async () => (await mal.summary(room))?.standing.kind === 'removed');
  const { standing } = (await mal.summary(room)) ?? {};
  assert.deepEqual(standing?.kind === 'removed' && [standing.by?.name, standing.banned], ['Ada', false]);
  assert.deepEqual(await mal.storage.range('groups', { prefix: [room] }), [], 'the keys are gone');
  await mal.restart();
  let frames = 0;
  world.network.onFrame = (_, direction, { owner }) => { if (owner === 'Mal' && direction === 'up') frames++; };
  await ada.say(room, 'and again');
  await mal.engine.wake();
  await world.clock.pass(120_000);
  assert.equal(frames, 0, 'they do not even connect');
  assert.deepEqual(await mal.reads(room), ['to all three']);
  await assert.rejects(mal.say(room, 'hello?'), (cause) => cause instanceof EngineError && cause.problem.code === 'not-a-member');
  await assert.rejects(mal.engine.createInvite(room, { hours: 0, uses: 0 }), (cause) => cause instanceof EngineError && cause.problem.code === 'not-a-member');
});
