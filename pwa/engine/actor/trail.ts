/**
 * The way that a room has come, kept for a relay that loses the last of it. Without the commit that began our epoch a
 * relay knows nobody who is in it: so each member keeps the last commits as they were sent, and the access keys of the
 * epochs that they ended. Whoever comes first to a relay that went back opens the newest epoch it still has, and offers
 * it the commits again, under their ids: the same epochs come to be, whoever does it, and any number at once.
 *
 * An access key is a credential towards the relay alone; the secrets of past epochs are gone, and this brings none back.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { decodeCommitPayload } from '../../../shared/commit.ts';
import { encodeControl, type RelayControl } from '../../../shared/control.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { Incarnation, Seq, Signature } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { sign } from '../crypto/signature.ts';
import { decodeTrail, encodeTrail, type TrailRecord } from '../records/trail-record.ts';
import { recipientsOf, registrationsOf } from '../rooms/registrations.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { isPassing, RelayRefusal } from '../sync/refusal.ts';
import type { Room } from './room.ts';
import type { InGroup, Step } from './state.ts';

/** Commits that are kept: a copy that is older than that is no use to a room. */
const KEPT = 64n;
/** Epochs whose envelopes are read again. */
const READ_AGAIN = 8;
const TRAIL = 'trail';

/** After a commit was worked off: keeps it where it led on, and lets all go where it led out. `before`: the epoch that it ended. */
export function keepTrail(step: Step, before: InGroup, envelope: Envelope): void {
  const { mls } = step;
  if (mls === null) return step.change({ kind: 'clear', store: 'groups', prefix: [step.room, TRAIL] });
  const payload = decodeCommitPayload(envelope.payload);
  if (payload === undefined || equalBytes(mls.keys.epoch, before.keys.epoch)) return;
  const number = before.group.epoch;
  const record: TrailRecord = {
    number: Number(number), parent: before.keys.epoch, secretKey: before.keys.access.secretKey, epoch: mls.keys.epoch,
    id: envelope.id, access: payload.access, closing: payload.closing, invites: [...registrationsOf(mls.group)], sealed: payload.sealed,
  };
  step.change({ kind: 'put', store: 'groups', key: [step.room, TRAIL, Number(number % KEPT)], value: encodeTrail(record) });
}

/** The kept commits that lead to our epoch without a gap, the last one first. */
async function trailOf(room: Room): Promise<readonly TrailRecord[]> {
  const rows = await room.host.storage.range('groups', { prefix: [room.key, TRAIL] });
  const kept = rows.flatMap(({ value }) => decodeTrail(value) ?? []).sort((a, b) => b.number - a.number);
  const trail: TrailRecord[] = [];
  let { epoch } = room.state.record;
  for (const record of kept) {
    if (!equalBytes(record.epoch, epoch)) break;
    trail.push(record);
    epoch = record.parent;
  }
  return trail;
}

type Opened = Extract<RelayControl, { t: 'opened' }>;

export interface Restored {
  readonly incarnation: Incarnation;
  /** Where the relay's log ended before the commits were offered. */
  readonly head: Seq;
  /** Where the commit that began our epoch stands now. */
  readonly began: Seq;
}

/**
 * To a relay that does not know our epoch. Undefined where it knows none of those that we came through, or went another way since.
 * @throws RelayRefusal for what passes, Disconnected
 */
export async function offerTrail(room: Room): Promise<Restored | undefined> {
  const trail = await trailOf(room);
  for (const [i, record] of trail.entries()) {
    const opened = await openWith(room, record);
    if (opened === undefined) continue;
    let began = await offer(room, record);
    // Each ends an epoch that the one before it began, and takes that epoch's key.
    for (const lost of trail.slice(0, i).reverse()) {
      if (began !== undefined && (await openWith(room, lost)) !== undefined) began = await offer(room, lost);
      else return undefined;
    }
    return began === undefined ? undefined : { incarnation: opened.incarnation, head: opened.head, began };
  }
  return undefined;
}

/** Opens the last epochs that we came through, as far as the relay has them: so that what is read again is read as far back. */
export async function proveWay(room: Room): Promise<void> {
  for (const record of (await trailOf(room)).slice(0, READ_AGAIN)) if ((await openWith(room, record)) === undefined) return;
}

async function openWith(room: Room, { parent, secretKey }: TrailRecord): Promise<Opened | undefined> {
  const { link } = room;
  const { room: id, relay } = room.state.record;
  if (link.nonce === undefined) return undefined;
  const sig = sign(openStatement({ origin: relay, room: id, epoch: parent, nonce: link.nonce }), secretKey) as Signature;
  try {
    const answer = await link.ask({ t: 'open', room: id, epoch: parent, sig });
    return answer.t === 'opened' ? answer : undefined;
  } catch (cause) {
    return refused(cause);
  }
}

/** What does not pass is an answer. */
function refused(cause: unknown): undefined {
  if (cause instanceof RelayRefusal && !isPassing(cause.code)) return undefined;
  throw cause;
}

/** Undefined where the relay has gone another way from there. */
async function offer(room: Room, { parent, epoch, id, access, closing, invites, sealed }: TrailRecord): Promise<Seq | undefined> {
  const { record, mls } = room.state;
  const isOurs = mls !== null && equalBytes(epoch, record.epoch);
  const groupInfo = isOurs ? sealGroupInfo(record.room, mls.group.suite, await mls.group.groupInfo(), recipientsOf(mls.group)) : new Uint8Array(0);
  try {
    return await room.link.commit(encodeControl({ t: 'commit', room: record.room, id, parent, rejected: 0, access, closing, invites, commit: sealed, groupInfo }), id);
  } catch (cause) {
    return refused(cause);
  }
}
