/**
 * Opening a room at its relay and pulling what was missed. Nothing is sent before the head is reached:
 * what the log already has of ours must not be encrypted again.
 */
import type { ErrorCode } from '../../../shared/codes.ts';
import { START, type Seq, type Signature } from '../../../shared/ids.ts';
import { createStatement, invitesDigestOf } from '../../../shared/statements.ts';
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import { sha256 } from '../crypto/hash.ts';
import { sign } from '../crypto/signature.ts';
import { recipientsOf, registrationsOf } from '../rooms/registrations.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { Disconnected, isPassing, problemOf, RelayRefusal } from '../sync/refusal.ts';
import { raise } from './claims.ts';
import { isMoving, openMoved } from './moving.ts';
import { askToOpen, keepTicket } from './opening.ts';
import { noteKept } from './missed.ts';
import { overlapOf } from './overlap.ts';
import { rollBack, type Loss } from './roll-back.ts';
import type { Room } from './room.ts';
import { offerTrail, proveWay } from './trail.ts';

/** Milliseconds between tries where a relay refuses for now without saying how long. */
const TRY_AGAIN = 5000;
const TRY_LOST_ROOM_AGAIN = 60_000;

type Opened = Extract<RelayControl, { t: 'opened' }>;

export async function openRoom(room: Room): Promise<void> {
  room.phase = 'opening';
  try {
    const { relay, epoch } = room.state.record;
    const answer = await ask(room);
    if (answer?.t !== 'opened') return;
    // What came before the answer comes again, by the pull.
    room.inbox = room.inbox.filter(({ kind }) => kind !== 'envelope');
    await compare(room, answer);
    room.overlap = room.wentBack ? undefined : await overlapOf(room, answer);
    pull(room, room.overlap === undefined ? room.state.record.cursor : ((room.overlap.seq - 1) as Seq));
    if (answer.ticket !== undefined) await keepTicket(room, relay, epoch, answer.ticket);
  } catch (cause) {
    if (cause instanceof Disconnected) return;
    if (!(cause instanceof RelayRefusal)) throw cause;
    await refused(room, cause);
  }
}

/** The relay does not know our epoch: what led to it is offered again, once at each try. */
async function restore(room: Room): Promise<boolean> {
  if (room.trailOffered) return false;
  room.trailOffered = true;
  try {
    const restored = await offerTrail(room);
    if (restored === undefined) return false;
    await proveWay(room);
    await lost(room, 'relay-rolled-back', restored);
    await openRoom(room);
  } catch (cause) {
    if (cause instanceof Disconnected) return true;
    if (!(cause instanceof RelayRefusal)) throw cause;
    room.trailOffered = false;
    room.tryAgain(cause.retryAfter === 0 ? TRY_AGAIN : cause.retryAfter);
  }
  return true;
}

async function ask(room: Room): Promise<RelayControl | undefined> {
  const { record, mls } = room.state;
  const { link } = room;
  const { nonce } = link;
  if (mls === null || nonce === undefined) return undefined;
  const { access } = mls.keys;
  if (isMoving(room)) return openMoved(room);
  if (!record.registered && record.owner !== null) {
    const invites = [...registrationsOf(mls.group)];
    const groupInfo = sealGroupInfo(record.room, mls.group.suite, await mls.group.groupInfo(), recipientsOf(mls.group));
    const statement = createStatement({ origin: record.relay, room: record.room, access: access.publicKey, invites: invitesDigestOf(invites, sha256), nonce });
    const { publicKey: owner, secretKey } = record.owner;
    const token = room.host.creationToken(record.relay);
    return link.ask({
      t: 'create', owner, access: access.publicKey, invites, groupInfo, sig: sign(statement, secretKey) as Signature,
      ...(token === undefined ? {} : { token }),
    });
  }
  return askToOpen(room, mls);
}

/** Whether the log is the one we know, and no shorter. */
async function compare(room: Room, opened: Opened): Promise<void> {
  const { record, mls } = room.state;
  if (record.incarnation === null || !record.registered) {
    const step = room.step();
    step.update({ incarnation: opened.incarnation.slice() as Opened['incarnation'], registered: true, began: opened.began });
    room.openedEpoch = toHex(record.epoch);
    await room.store(step);
    return record.incarnation === null ? undefined : lost(room, 'relay-reset', opened);
  }
  // Who came in by an invite may not know where the epoch began.
  const known = record.began !== START || mls?.group.epoch === 0n;
  if (!equalBytes(record.incarnation, opened.incarnation)) {
    // A later epoch at its very place: a copy of the log that we know, put back by its operator.
    const isCopy = record.began !== START && opened.began === record.began;
    return lost(room, isCopy ? 'relay-rolled-back' : 'relay-reset', opened);
  }
  if (known && opened.began !== record.began) {
    // Somebody has offered our epoch again: what of the log before it is still there, only the older keys read.
    await proveWay(room);
    return lost(room, 'relay-rolled-back', opened);
  }
  if (opened.head < record.cursor) return lost(room, 'relay-rolled-back', opened);
  const step = room.step();
  if (!known && opened.began !== START) step.update({ began: opened.began });
  await noteKept(room, step, opened);
  if (step.record !== record) await room.store(step);
}

/** What we had last does not stand where it stood. */
export async function wentBack(room: Room, opened: Opened): Promise<void> {
  room.overlap = undefined;
  await lost(room, 'relay-rolled-back', opened);
  return openRoom(room);
}

function lost(room: Room, kind: Loss['kind'], { incarnation, head, began }: Omit<Loss, 'kind'>): Promise<void> {
  room.wentBack = true;
  return rollBack(room, { kind, incarnation, head, began });
}

export function pull(room: Room, after: Seq): void {
  room.phase = 'catching-up';
  room.pullRef = room.link.pull(room.state.record.room, after);
}

async function refused(room: Room, { code, retryAfter }: RelayRefusal): Promise<void> {
  const { record, mls } = room.state;
  if (isPassing(code)) return room.tryAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
  // Another member may be let make it there, or its operator may let us later.
  if (isMoving(room)) return room.tryAgain(TRY_AGAIN + room.host.randomness.fraction() * TRY_AGAIN);
  if (code === 'no-access') {
    if (await restore(room)) return;
    const step = room.step();
    // What it once had, it has no more.
    raise(room.host, step, 'relay-reset');
    // Whoever made the room makes it there again, in the epoch that it is in: others find theirs there, or offer what leads to it.
    if (record.owner !== null && mls !== null) step.update({ registered: false });
    await room.store(step);
    room.trailOffered = false;
    return room.tryAgain(TRY_LOST_ROOM_AGAIN);
  }
  if (!record.registered && record.incarnation !== null) {
    // It is not to be made again: it may be there after all, or somebody else may bring it back.
    const step = room.step();
    step.update({ registered: true });
    await room.store(step);
    return room.tryAgain(TRY_LOST_ROOM_AGAIN);
  }
  const step = room.step();
  step.update({ standing: { kind: 'refused', problem: { code: problemOf(code), detail: `The relay answered ${code}.` } } });
  await room.store(step);
  room.left();
}

/** A pull that was not answered with envelopes. */
export async function pullRefused(room: Room, code: ErrorCode, retryAfter: number): Promise<void> {
  // The relay went back while we were connected, or lost our opening: both are seen by opening anew.
  if (code === 'ahead-of-log' || code === 'not-open') return openRoom(room);
  room.tryAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
}
