/**
 * Our own commits: made of what is wanted, stored before they are sent, pending until they come back from
 * the log. Where another won the race, the pending one goes and what is still wanted is made anew.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { encodeControl } from '../../../shared/control.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import type { Change as GroupChange, MlsGroup } from '../mls/index.ts';
import type { Intent } from '../records/room-record.ts';
import { epochKeys } from '../rooms/epoch-keys.ts';
import { invitesExtension, invitesIn, registrationsOf, roomTermsIn, type StandingInvite } from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { withoutInvitesOf } from '../rooms/policy.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { sealOuter } from '../wire/outer.ts';
import { leavesOf } from './people.ts';
import type { Room } from './room.ts';

/** Sends the pending commit, or makes one of what is wanted. */
export async function advanceCommit(room: Room): Promise<void> {
  const { record, pending, mls } = room.state;
  if (!room.isLive || record.standing.kind !== 'member' || mls === null) return;
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
  const { change, fulfils, settled } = planned(room, mls.group, record.wanted);
  for (const { intent, problem } of settled) step.then(() => room.fulfilled(intent.id, problem));
  if (settled.length > 0) step.update({ wanted: record.wanted.filter((intent) => !settled.some((one) => one.intent === intent)) });
  if (fulfils.length === 0) return room.store(step);

  const { group, message, consumed } = await mls.group.commit(change);
  const keys = await epochKeys(record.room, group);
  const invites = invitesIn(group.extensions) ?? [];
  const id = room.host.randomness.bytes(16) as EnvelopeId;
  const sealed = sealOuter(mls.keys.outer, { kind: 'commit', room: record.room, epoch: record.epoch, id }, message);
  const bundle = encodeControl({
    t: 'commit', room: record.room, id, parent: record.epoch, rejected: record.rejected, access: keys.access.publicKey,
    closing: (change.remove ?? []).length > 0, invites: [...registrationsOf(invites)], commit: sealed,
    groupInfo: sealGroupInfo(record.room, group.suite, invites.length === 0 ? new Uint8Array(0) : await group.groupInfo(), invites),
  });
  step.pending = { group, keys, consumed, record: { id, parent: record.epoch, epoch: keys.epoch, bundle, sealed, fulfils: fulfils.map((intent) => intent.id) } };
  await room.store(step);
}

interface Plan {
  readonly change: GroupChange;
  readonly fulfils: readonly Intent[];
  /** What needs no commit any more, or cannot be had. */
  readonly settled: readonly { readonly intent: Intent; readonly problem?: EngineError }[];
}

function planned(room: Room, group: MlsGroup, wanted: readonly Intent[]): Plan {
  const me = room.host.profile().identityKey;
  const before = invitesIn(group.extensions) ?? [];
  const owner = roomTermsIn(group.extensions)?.owner;
  const seconds = Math.floor(room.host.clock.now() / 1000);
  let invites = before.filter(({ expires }) => expires === 0 || expires > seconds);
  const remove: number[] = [];
  const fulfils: Intent[] = [];
  const settled: { intent: Intent; problem?: EngineError }[] = [];
  for (const intent of wanted) {
    switch (intent.kind) {
      case 'refresh':
        fulfils.push(intent);
        break;
      case 'invite': {
        const keys = inviteKeys(room.state.record.room, intent.secret);
        if (before.some(({ id }) => equalBytes(id, keys.id))) settled.push({ intent });
        else {
          const { uses, expires } = intent;
          invites = [...invites, { id: keys.id, kem: keys.kem(group.suite).publicKey, sign: keys.sign.publicKey, role: 'member', uses, expires, by: me, label: '' }];
          fulfils.push(intent);
        }
        break;
      }
      case 'remove': {
        const leaves = leavesOf(group, intent.person);
        if (leaves.length === 0) settled.push({ intent });
        else if (owner === undefined || !equalBytes(owner, me)) settled.push({ intent, problem: new EngineError('not-a-member', 'Only whoever made the room may remove members.') });
        else {
          remove.push(...leaves);
          fulfils.push(intent);
        }
      }
    }
  }
  invites = [...withoutInvitesOf(invites, group.members.filter(({ leaf }) => remove.includes(leaf)))];
  const others = group.extensions.filter(({ name }) => name !== 'invites');
  const change: GroupChange = { remove, ...(sameInvites(before, invites) ? {} : { extensions: [...others, invitesExtension(invites)] }) };
  return { change, fulfils, settled };
}

const sameInvites = (a: readonly StandingInvite[], b: readonly StandingInvite[]): boolean => a.length === b.length && a.every((invite, i) => invite === b[i]);

/** The relay has another candidate, or will not have ours: what is wanted stays wanted. */
export async function dropPending(room: Room): Promise<void> {
  room.commitInFlight = false;
  if (room.state.pending === null) return;
  const step = room.step();
  step.pending = null;
  await room.store(step);
}
