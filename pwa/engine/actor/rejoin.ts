/** A room that cannot go on by itself: said so, and entered again under a new leaf where its person wishes that. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import { EngineError } from '../api.ts';
import { decodeItem } from '../records/message-records.ts';
import type { Failure } from '../recovery/failures.ts';
import { REMEDIES } from '../recovery/remedies.ts';
import type { InviteLink } from '../rooms/invite-link.ts';
import { RelayRefusal } from '../sync/refusal.ts';
import { letGo } from './leaving.ts';
import { raise } from './claims.ts';
import { sayAgain } from './dead-end.ts';
import { forsake } from './wishes.ts';
import type { Room } from './room.ts';

/** Ends it for now. What is queued stays queued, and history stays. */
export async function breakRoom(room: Room, failure: Failure): Promise<void> {
  const remedy = REMEDIES[failure];
  if (remedy.kind !== 'offer-rejoin' || room.state.record.standing.kind !== 'member') return;
  const step = room.step();
  if (remedy.alarm !== null) raise(room.host, step, remedy.alarm);
  const { missedFrom } = step.record;
  step.pending = null;
  step.update({ standing: { kind: 'broken', reason: remedy.reason }, missedFrom: missedFrom === 0 ? await lastHeardAt(room) : missedFrom });
  forsake(room, step, 'This device has to come back into the room first.');
  await room.store(step);
  room.left();
}

/** When this device last saw anything in the room, by its own history. */
export async function lastHeardAt(room: Room): Promise<number> {
  const [last] = await room.host.storage.range('timeline', { prefix: [room.key], reverse: true, limit: 1 });
  const item = last === undefined ? undefined : decodeItem(last.value);
  return Math.min(item?.at ?? room.state.record.createdAt, room.host.clock.now());
}

/** Resolves when the wish is stored; it then goes on by itself, across restarts. `invite`: by which to come in where there is no coming back. */
export async function rejoin(room: Room, invite: Pick<InviteLink, 'secret' | 'inviter'> | null = null): Promise<void> {
  if (room.state.record.standing.kind !== 'broken') throw new EngineError('not-allowed', 'This device is not cut off from the room.');
  await room.run(async () => {
    const { standing, epoch, apart } = room.state.record;
    if (standing.kind !== 'broken') return;
    // Where we went on alone, if we did, nobody is.
    const epochs = standing.reason === 'diverged' ? [epoch] : [];
    const step = room.step();
    step.mls = null;
    step.pending = null;
    step.change({ kind: 'clear', store: 'groups', prefix: [step.room] }, { kind: 'clear', store: 'links', prefix: [step.room] });
    step.update({ standing: { kind: 'joining' }, returning: true, rejected: 0, entered: null, deadEnds: { epochs, leaves: [] }, missing: [], owed: [], secret: invite?.secret ?? null, personal: null });
    if (invite !== null) step.update({ inviter: invite.inviter });
    if (apart !== null) await sayAgain(room, step, apart.since);
    await room.store(step);
    await room.reloadLatest();
  });
  room.connect();
  room.link.connect();
}

/**
 * Whether the room goes on from our epoch, where there is reason to doubt it: the relay has let go of commits, or keeps turning away what we
 * make for an epoch of which it gave us no successor. Called with everything worked off that the relay gave.
 */
export async function seeWhereWeAre(room: Room): Promise<void> {
  const { doubt } = room;
  if (doubt === undefined || !room.isActive) return;
  const ours = room.state.record.epoch;
  const isTip = await tipsOf(room).then((tips) => tips.some((tip) => equalBytes(tip, ours)));
  // What came meanwhile may lead on: then it is asked again, with that worked off.
  if (!isTip && room.inbox.some(({ kind }) => kind === 'envelope' || kind === 'offline')) return room.seeAgain(0);
  room.doubt = undefined;
  if (isTip) return;
  // Whoever was leaving can tell nobody any more, and does not come back in order to.
  await (room.state.record.standing.kind === 'left' ? letGo(room) : breakRoom(room, doubt));
}

/** None where all that our key reads was ended by a commit that removes. Rejects with RelayRefusal for what passes, Disconnected. */
async function tipsOf(room: Room): Promise<Extract<RelayControl, { t: 'group-info' }>['tips']> {
  try {
    const answer = await room.link.ask({ t: 'group-info', room: room.state.record.room, epoch: null });
    return answer.t === 'group-info' ? answer.tips : [];
  } catch (cause) {
    if (cause instanceof RelayRefusal && cause.code === 'read-only') return [];
    throw cause;
  }
}
