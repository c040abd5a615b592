/**
 * At the door of a room that requires approval: one knock, and then, now and then, the question whether one is let in. It goes on
 * across restarts, until an admin has answered or the invite has ended.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { START, type EnvelopeId, type RoomId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import { randomBytes } from '../crypto/sodium.ts';
import { suiteHpke } from '../mls/index.ts';
import { invitesIn, rolesIn } from '../rooms/extensions.ts';
import { inviteKeys, INVITE_SECRET_BYTES } from '../rooms/invite-keys.ts';
import { makeKnock } from '../rooms/knock.ts';
import { RelayRefusal } from '../sync/refusal.ts';
import { sealToJoinKey } from '../wire/outer.ts';
import { doorOfInvite, inviterIn, openDoor, readDoorway, type Door, type Doorway } from './doorway.ts';
import type { Room } from './room.ts';

/** Milliseconds between questions: at first often, as when somebody was told by telephone to open; then less and less. */
const ASK_FIRST = 3000;
const ASK_LAST = 300_000;
/** The room may ask for no approval any more: looked at on each connection, and then with every so manieth question. */
const LOOK_EVERY = 10;
/** Whoever became an admin since did not see an old knock. Milliseconds. */
const KNOCK_AGAIN = 24 * 3_600_000;

/** Whether whoever comes by this invite has to knock. */
export function mustKnock({ terms, view }: Doorway, secret: Uint8Array): boolean {
  const { id } = inviteKeys(view.groupId as RoomId, secret);
  return terms.approval && (invitesIn(view.extensions) ?? []).some((invite) => invite.for === null && equalBytes(invite.id, id));
}

/** Knocks, and is from then on waiting. Rejects with RelayRefusal, Disconnected, or EngineError where no knock would help. */
export async function knockAt(room: Room, { view, epoch, terms }: Doorway): Promise<void> {
  const { host, link } = room;
  const profile = host.profile();
  const before = room.step();
  const { room: id, secret, inviter } = before.record;
  if (secret === null || inviter === null) throw new EngineError('internal', 'The invite of a knock is missing.');
  if (inviterIn(view, inviter) === undefined) throw new EngineError('bad-link', 'Whoever the link names is not in the room.');
  if (rolesIn(view.extensions)?.banned.some(({ identity }) => equalBytes(identity, profile.identityKey)) === true) throw new EngineError('banned', 'The room does not let this person in, by any invite.');
  const now = host.clock.now();
  const personal = before.record.personal ?? randomBytes(INVITE_SECRET_BYTES);
  // Stored before it is said: the answer will be to these keys.
  before.update({ personal, name: terms.name });
  await room.store(before);
  const knock = makeKnock({ room: id, epoch }, inviteKeys(id, secret), inviteKeys(id, personal), view.suite, profile, now);
  const at = { kind: 'knock', room: id, epoch, id: host.randomness.bytes(16) as EnvelopeId } as const;
  await link.commit(encodeEnvelope({ ...at, seq: START, payload: sealToJoinKey(suiteHpke(view.suite), view.joinKey, at, knock) }), at.id);
  const step = room.step();
  step.update({ standing: { kind: 'waiting' }, knockedAt: now });
  await room.store(step);
  askLater(room);
}

/** Whether an admin has let us in: then on to joining, under the keys that we named. Rejects with what ends the waiting. */
export async function isLetIn(room: Room): Promise<boolean> {
  const { room: id, relay, secret, personal, knockedAt } = room.state.record;
  if (personal === null || secret === null) throw new EngineError('internal', 'The keys of a knock are missing.');
  if (await mayOpen(room, doorOfInvite({ room: id, relay, secret: personal }))) {
    return goIn(room, personal);
  }
  // Nobody answers to an invite that is no more.
  const door = doorOfInvite({ room: id, relay, secret });
  await openDoor(room.link, door);
  const isLong = room.host.clock.now() - knockedAt >= KNOCK_AGAIN;
  if (isLong || room.asked++ % LOOK_EVERY === 0) {
    const doorway = await readDoorway(room.link, door);
    if (!mustKnock(doorway, secret)) return goIn(room, secret);
    if (isLong) {
      await knockAt(room, doorway);
      return false;
    }
  }
  askLater(room);
  return false;
}

async function goIn(room: Room, secret: Uint8Array): Promise<true> {
  const step = room.step();
  step.update({ standing: { kind: 'joining' }, secret });
  await room.store(step);
  return true;
}

async function mayOpen(room: Room, door: Door): Promise<boolean> {
  try {
    await openDoor(room.link, door);
    return true;
  } catch (cause) {
    if (cause instanceof RelayRefusal && cause.code === 'no-access') return false;
    throw cause;
  }
}

function askLater(room: Room): void {
  const waited = room.host.clock.now() - room.state.record.knockedAt;
  room.tryAgain(Math.min(ASK_LAST, Math.max(ASK_FIRST, waited / 4)));
}
