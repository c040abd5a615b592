/**
 * Our own commits: made of what is wanted, stored before they are sent, pending until they come back from
 * the log. Where another won the race, the pending one goes and what is still wanted is made anew.
 */
import { encodeControl } from '../../../shared/control.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { epochKeys, headOf } from '../rooms/epoch-keys.ts';
import { recipientsOf, registrationsOf } from '../rooms/registrations.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { sealOuter } from '../wire/outer.ts';
import { planned } from './plan.ts';
import type { Room } from './room.ts';

/** Sends the pending commit, or makes one of what is wanted. */
export async function advanceCommit(room: Room): Promise<void> {
  const { record, pending, mls } = room.state;
  if (!room.isLive || !room.isActive || mls === null) return;
  if (pending === null && record.wanted.length > 0) await makeCommit(room);
  submit(room);
}

function submit(room: Room): void {
  const { pending } = room.state;
  if (pending === null || room.commitInFlight) return;
  room.commitInFlight = true;
  room.link.send(pending.record.bundle);
}

async function makeCommit(room: Room): Promise<void> {
  const step = room.step();
  const { record, mls } = step;
  if (mls === null) return;
  const { identityKey, name } = room.host.profile();
  const seconds = Math.floor(room.host.clock.now() / 1000);
  const { change, removed, fulfils, settled } = planned(mls.group, { room: record.room, me: { identityKey, name }, seconds, leaves: record.leaves }, record.wanted);
  for (const { intent, problem } of settled) step.then(() => room.fulfilled(intent.id, problem));
  if (settled.length > 0) step.update({ wanted: record.wanted.filter((intent) => !settled.some((one) => one.intent === intent)) });
  if (fulfils.length === 0) return room.store(step);

  const { group, message, consumed } = await mls.group.commit(change);
  const keys = await epochKeys(record.room, group);
  const id = room.host.randomness.bytes(16) as EnvelopeId;
  const registered = registrationsOf(group);
  const sealed = sealOuter(mls.keys.outer, { kind: 'commit', room: record.room, epoch: record.epoch, id, head: headOf(keys, registered, removed.length > 0) }, message);
  const bundle = encodeControl({
    t: 'commit', room: record.room, id, parent: record.epoch, rejected: record.rejected, access: keys.access.publicKey, closing: removed.length > 0,
    invites: [...registered], commit: sealed, groupInfo: sealGroupInfo(record.room, group.suite, await group.groupInfo(), recipientsOf(group)),
  });
  step.pending = {
    group, keys, consumed, record: { id, parent: record.epoch, epoch: keys.epoch, bundle, sealed, fulfils: fulfils.map((intent) => intent.id), leaves: change.authenticatedData ?? new Uint8Array(0) },
  };
  await room.store(step);
}

/** The relay has another candidate, or will not have ours: what is wanted stays wanted. */
export async function dropPending(room: Room): Promise<void> {
  room.commitInFlight = false;
  if (room.state.pending === null) return;
  const step = room.step();
  step.pending = null;
  await room.store(step);
}
