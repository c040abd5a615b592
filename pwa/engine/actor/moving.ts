/**
 * A room goes to another relay: an admin's commit names it, and its log there begins with the epoch that this commit began. Whoever has followed
 * opens it there, and makes it where nobody has yet, by the mover key that all members have: whoever does it, it is the same log.
 */
import type { RelayControl } from '../../../shared/control.ts';
import { START, type MoverKey, type OwnerKey, type Signature } from '../../../shared/ids.ts';
import { createStatement, invitesDigestOf } from '../../../shared/statements.ts';
import { EngineError } from '../api.ts';
import { sha256 } from '../crypto/hash.ts';
import { sign, signingKeysFrom } from '../crypto/signature.ts';
import { roomTermsIn, type RoomTerms } from '../rooms/extensions.ts';
import { originOf } from '../rooms/invite-link.ts';
import { recipientsOf, registrationsOf } from '../rooms/registrations.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';
import { begun } from '../wire/chain.ts';
import { askToOpen } from './opening.ts';
import type { Room } from './room.ts';
import type { InGroup, Step } from './state.ts';
import { offerTrail } from './trail.ts';
import { fulfil } from './wishes.ts';

/** Resolves when the commit that names the relay was taken. Rejects where the relay cannot be reached from here. */
export async function moveRoom(room: Room, given: string): Promise<void> {
  const relay = originOf(given);
  if (relay === undefined) throw new EngineError('bad-link', 'That is no address of a relay.');
  if (relay === room.state.record.relay) return;
  try {
    await room.host.link(relay).ready();
  } catch (cause) {
    if (cause instanceof Disconnected) throw new EngineError('relay-unreachable', 'The relay to move to cannot be reached.', { cause });
    throw cause;
  }
  await fulfil(room, { kind: 'room', id: room.freshId(), change: { relay } });
}

/** After a commit was taken: where it named another relay, the log goes on there, and here nothing more is heard or said. */
export function followMove(room: Room, step: Step): void {
  const target = step.mls === null ? undefined : roomTermsIn(step.mls.group.extensions)?.relay;
  const { record } = step;
  if (target === undefined || target === null || target === record.relay) return;
  step.change({ kind: 'clear', store: 'links', prefix: [step.room] });
  step.newLinks.clear();
  step.update({
    relay: target, registered: false, incarnation: null, shift: record.shift + record.cursor, cursor: START, began: START, chain: begun(record.room), missing: [], owed: [], rejected: 0, apart: null,
    missedFrom: 0,
  });
  step.then(() => room.moveFrom(record.relay));
}

/** The log has been left for another relay, and is not known to be there yet. */
export const isMoving = (room: Room): boolean => !room.state.record.registered && movedTo(room) !== undefined;

function movedTo({ state: { record, mls } }: Room): RoomTerms | undefined {
  const terms = mls === null ? undefined : roomTermsIn(mls.group.extensions);
  return terms !== undefined && terms.relay === record.relay ? terms : undefined;
}

/** At the relay that the room has moved to: it is there already, or is made there. Rejects with RelayRefusal, Disconnected. */
export async function openMoved(room: Room): Promise<RelayControl | undefined> {
  const { mls } = room.state;
  const mover = movedTo(room)?.mover;
  if (mls === null) return undefined;
  try {
    return await askToOpen(room, mls);
  } catch (cause) {
    if (!(cause instanceof RelayRefusal) || cause.code !== 'no-access' || mover === undefined || mover === null) throw cause;
    return makeThere(room, mls, mover);
  }
}

/** At the old relay, to one who comes in or comes back there: the room is elsewhere by now. */
export async function redirect(room: Room, relay: string): Promise<undefined> {
  const from = room.state.record.relay;
  const step = room.step();
  step.update({ relay, incarnation: null, shift: step.record.shift + step.record.cursor, cursor: START });
  step.then(() => room.moveFrom(from));
  await room.store(step);
}

async function makeThere(room: Room, { group, keys }: InGroup, mover: NonNullable<RoomTerms['mover']>): Promise<RelayControl | undefined> {
  const { room: id, relay } = room.state.record;
  const { nonce } = room.link;
  if (nonce === undefined) throw new Disconnected();
  const access = keys.access.publicKey;
  const invites = [...registrationsOf(group)];
  const groupInfo = sealGroupInfo(id, group.suite, await group.groupInfo(), recipientsOf(group));
  const statement = createStatement({ origin: relay, room: id, access, invites: invitesDigestOf(invites, sha256), nonce });
  const sig = sign(statement, signingKeysFrom(mover.seed).secretKey) as Signature;
  const token = room.host.creationToken(relay);
  try {
    return await room.link.ask({
      t: 'create', owner: mover.owner as OwnerKey, access, invites, groupInfo, sig, mover: { key: mover.key as MoverKey, certificate: mover.certificate as Signature },
      ...(token === undefined ? {} : { token }),
    });
  } catch (cause) {
    // It has been there before: what it has gone through since is offered to the log that it left.
    if (!(cause instanceof RelayRefusal) || cause.code !== 'room-exists' || (await offerTrail(room)) === undefined) throw cause;
    return askToOpen(room, { group, keys });
  }
}
