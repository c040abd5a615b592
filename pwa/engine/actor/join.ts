/**
 * Coming in by an invite, or coming back by one's return key, while nobody need be there. The external commit is stored before
 * it is sent and sent again byte for byte, until the relay took it or said why not: across crashes, a join is one join.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { ErrorCode } from '../../../shared/codes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { Incarnation, Seq, Signature } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { assertNever } from '../../../shared/never.ts';
import { EngineError, type Problem, type Standing } from '../api.ts';
import { sign } from '../crypto/signature.ts';
import type { GroupInfoView, IdentityKey } from '../mls/index.ts';
import type { RoomRecord } from '../records/room-record.ts';
import { invitesIn, joinedByIn } from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { joinProof, returnProof } from '../rooms/join-proof.ts';
import { returnKeys } from '../rooms/return-keys.ts';
import { leavesOfPerson, newestLeaf } from '../rooms/standing.ts';
import { failureOf } from '../recovery/failures.ts';
import { REMEDIES } from '../recovery/remedies.ts';
import { Disconnected, problemOf, RelayRefusal } from '../sync/refusal.ts';
import { adrift, lastChained } from '../wire/chain.ts';
import { dropPending } from './commit.ts';
import { doorOfInvite, doorOfReturn, inviterIn, openDoor, readDoorway, type Door } from './doorway.ts';
import { makeEntry, type Entry } from './entry.ts';
import { isLetIn, knockAt, mustKnock } from './knocking.ts';
import { renewed } from './heard.ts';
import { shownOf } from './people.ts';
import { redirect } from './moving.ts';
import { nextRenewal } from './upkeep.ts';
import { noteSameNames } from './recognition.ts';
import type { Room } from './room.ts';

/** Milliseconds. */
const TRY_AGAIN = 5000;
const JITTER_AFTER_LOSS = 1000;

/** Runs at each connection until it is settled. */
export async function join(room: Room): Promise<void> {
  try {
    await attempt(room);
  } catch (cause) {
    if (cause instanceof Disconnected) return;
    if (cause instanceof EngineError) return refuse(room, cause.problem);
    if (!(cause instanceof RelayRefusal)) throw cause;
    await refusedBy(room, cause);
  }
}

async function attempt(room: Room): Promise<void> {
  if (room.state.record.standing.kind === 'waiting' && !(await isLetIn(room))) return;
  const door = doorOf(room);
  const taken = room.state.pending === null ? undefined : await takenAlready(room);
  if (taken !== undefined) return enter(room, taken.began, taken.incarnation);
  const incarnation = room.state.pending === null ? await make(room, door) : (await openDoor(room.link, door)).incarnation;
  if (incarnation === undefined) return;
  const { pending } = room.state;
  if (pending === null) throw new EngineError('internal', 'A join was not stored.');
  const seq = await room.link.commit(pending.record.bundle, pending.record.id);
  await enter(room, seq, incarnation);
}

/** The answer to an earlier attempt may have been lost: then the key of the epoch that it began opens the room. */
async function takenAlready(room: Room): Promise<Extract<RelayControl, { t: 'opened' }> | undefined> {
  const { record, pending } = room.state;
  const { nonce } = room.link;
  if (pending === null || nonce === undefined) throw new Disconnected();
  const { access, epoch } = pending.keys;
  const sig = sign(openStatement({ origin: record.relay, room: record.room, epoch, nonce }), access.secretKey) as Signature;
  try {
    const answer = await room.link.ask({ t: 'open', room: record.room, epoch, sig });
    return answer.t === 'opened' ? answer : undefined;
  } catch (cause) {
    if (cause instanceof RelayRefusal && cause.code === 'no-access') return undefined;
    throw cause;
  }
}

export function doorOf({ state: { record }, host }: Room): Door {
  const { room, relay, secret, returning } = record;
  if (returning) return doorOfReturn(room, relay, host.profile());
  if (secret === null) throw new EngineError('internal', 'The invite of a join is missing.');
  return doorOfInvite({ room, relay, secret });
}

/** Undefined where we may not come in before somebody has answered our knock. */
async function make(room: Room, door: Door): Promise<Incarnation | undefined> {
  const { record } = room.state;
  const doorway = await readDoorway(room.link, door, record.deadEnds);
  const { relay } = doorway.terms;
  if (relay !== null && relay !== record.relay) return redirect(room, relay);
  if (!record.returning && record.secret !== null && mustKnock(doorway, record.secret)) {
    await knockAt(room, doorway);
    return undefined;
  }
  const { opened, view, epoch: parent } = doorway;
  await makeEntry(room, { parent, view, ...(record.returning ? returnBy(room, view) : inviteBy(record, view)) });
  const step = room.step();
  step.update({ entered: { voucher: view.signer.identityKey.slice() as IdentityKey } });
  await room.store(step);
  return opened.incarnation;
}

type Terms = Pick<Entry, 'joinedBy' | 'proof'>;

function inviteBy({ room, secret, inviter, personal }: RoomRecord, view: GroupInfoView): Terms {
  if (secret === null || inviter === null) throw new EngineError('internal', 'The invite of a join is missing.');
  // Whoever was let in asked for the inviter when they knocked.
  if (personal === null && inviterIn(view, inviter) === undefined) throw new EngineError('bad-link', 'Whoever the link names is not in the room.');
  const keys = inviteKeys(room, secret);
  const standing = invitesIn(view.extensions)?.find(({ id }) => equalBytes(id, keys.id));
  if (standing === undefined) throw new EngineError('invite-revoked', 'The invite was taken back.');
  const { id, of, role } = standing;
  return { joinedBy: { invite: id, of, role }, proof: (deviceKey) => joinProof(keys, view, deviceKey) };
}

/** On the terms on which we came: our older leaf has them, and goes with the next commit of a member. */
function returnBy({ host, state: { record } }: Room, view: GroupInfoView): Terms {
  const profile = host.profile();
  const leaf = newestLeaf(leavesOfPerson(view.members, profile.identityKey));
  const joinedBy = leaf === undefined ? undefined : joinedByIn(leaf.extensions);
  if (joinedBy === undefined) throw new EngineError('not-a-member', 'The room does not have us as a member any more.');
  const { invite, of, role } = joinedBy;
  return { joinedBy: { invite, of, role }, proof: (deviceKey) => returnProof(returnKeys(record.room, profile), view, deviceKey) };
}

/** We are in. `at`: where in the log our commit stands. */
async function enter(room: Room, at: Seq, incarnation: Incarnation): Promise<void> {
  const step = room.step();
  const { pending } = step;
  if (pending === null) return;
  const { members: before, returning, cursor, missedFrom, chain } = step.record;
  const isOtherLog = step.record.incarnation !== null && !equalBytes(step.record.incarnation, incarnation);
  if (isOtherLog) step.update({ shift: step.record.shift + cursor });
  step.mls = { group: pending.group, keys: pending.keys };
  step.pending = null;
  step.consumed.push(...pending.consumed);
  step.update({
    standing: { kind: 'member' }, registered: true, incarnation: incarnation.slice() as Incarnation, cursor: at, began: at, chain: adrift(at), epoch: pending.keys.epoch,
    returning: false, missedFrom: 0, apart: null, ...shownOf(pending.group, step.record),
  });
  const { identityKey: person, name } = room.host.profile();
  step.update({ renewAt: nextRenewal(room, pending.group.members.length) });
  renewed(step, person, room.host.clock.now());
  // What was said meanwhile was for keys that we did not have: all behind the last envelope of the epoch in which we were.
  const again = step.record.deadEnds.leaves.length > 0;
  const missed = returning && !again && (isOtherLog || at > lastChained(chain) + 1 || step.record.deadEnds.epochs.length > 0);
  if (missed) room.note(step, at, { kind: 'missed', from: missedFrom, to: room.host.clock.now() });
  if (!again) room.note(step, at + (missed ? 1 / 1024 : 0), { kind: returning ? 'returned' : 'joined', who: { person, name } });
  noteSameNames(room, step, before, at);
  await room.store(step);
  await room.open();
}

async function refusedBy(room: Room, refusal: RelayRefusal): Promise<void> {
  const { code, retryAfter } = refusal;
  const failure = failureOf(refusal, 'entering');
  const remedy = failure === undefined ? 'wait' : REMEDIES[failure].kind;
  switch (remedy) {
    case 'refetch':
      // The room has moved on: the same wish, on the state that it has now. Many joiners at once spread out.
      await dropPending(room);
      return room.tryAgain(room.host.randomness.fraction() * JITTER_AFTER_LOSS);
    case 'wait':
    case 'offer-rejoin':
    case 'pass-over':
      return room.tryAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
    case 'ask-members':
    case 'give-up':
      return refuse(room, { code: problemOf(code), detail: detailOf(code) });
    default:
      return assertNever(remedy);
  }
}

const detailOf = (code: ErrorCode): string => `The relay answered ${code}.`;

async function refuse(room: Room, problem: Problem): Promise<void> {
  const step = room.step();
  step.pending = null;
  // Whoever was removed meanwhile may have been invited anew.
  if (step.record.returning && step.record.secret !== null && turnedOut(problem).kind === 'removed') {
    step.update({ returning: false, missedFrom: 0 });
    await room.store(step);
    return room.tryAgain(0);
  }
  step.update({ standing: step.record.returning ? turnedOut(problem) : { kind: 'refused', problem }, secret: null, personal: null, returning: false });
  await room.store(step);
  room.left();
}

/** Whoever comes back and finds no leaf of theirs, nor the key that stood in it, was removed meanwhile. */
function turnedOut(problem: Problem): Standing {
  switch (problem.code) {
    case 'invite-revoked':
    case 'not-a-member':
    case 'banned':
      return { kind: 'removed', by: null, banned: problem.code === 'banned' };
    default:
      return { kind: 'refused', problem: { ...problem, detail: `${problem.detail} Somebody in the room can invite you again.` } };
  }
}
