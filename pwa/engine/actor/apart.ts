/**
 * Having refused a commit that the others took. All honest members judge alike, with one exception: whoever makes a commit can seal the secrets of its path
 * so that some cannot open them, and only those then see that it is garbage. They find that the log goes on in epochs of which they know nothing, and that
 * nobody follows them. Who refused rightly, with the others, hears from one of them: whoever sees the next commit after a refused one answers it.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { Seq } from '../../../shared/ids.ts';
import type { IdentityKey, Member } from '../mls/index.ts';
import { oweReceipt } from './receipts.ts';
import { breakRoom } from './rejoin.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Envelopes on the other way, and milliseconds without a word on ours, after which the others are taken to be there. */
const FOREIGN = 2;
const UNHEARD_FOR = 120_000;
const MOST_COUNTED = 1000;

/** A commit was refused. `by`: who made it, where that is certain; their word alone does not say that we are with the others. */
export function refusedOne(step: Step, by: Member | null, seq: Seq): void {
  if (step.record.apart === null) step.update({ apart: { foreign: 0, since: seq + step.record.shift, by: by === null ? null : (by.identityKey.slice() as IdentityKey) } });
}

/** An envelope of an epoch that we know nothing of. */
export function metForeign(step: Step): void {
  const { apart } = step.record;
  if (apart !== null && apart.foreign < MOST_COUNTED) step.update({ apart: { ...apart, foreign: apart.foreign + 1 } });
}

/** Somebody is where we are. */
export function heardFrom(step: Step, member: Member): void {
  const { apart } = step.record;
  if (apart !== null && (apart.by === null || !equalBytes(apart.by, member.identityKey))) step.update({ apart: null });
}

/** Another's commit led on from one that was refused: they do not know yet whether anybody follows them. */
export function answerLead(step: Step, by: Member, seq: Seq): void {
  if (step.record.rejected > 0) oweReceipt(step, by.identityKey, seq);
}

/** The log goes on, and not with us. */
export const isLeftBehind = (room: Room): boolean => (room.state.record.apart?.foreign ?? 0) >= FOREIGN;

/** Sets the timer, once we have led on where nobody else did. */
export function scheduleDoubt(room: Room): void {
  if (!room.isLive || room.state.record.rejected > 0 || !isLeftBehind(room) || room.doubtDue !== undefined) return;
  room.doubtDue = room.host.clock.after(UNHEARD_FOR, () => {
    room.doubtDue = undefined;
    void room.run(async () => {
      if (room.isLive && room.state.record.rejected === 0 && isLeftBehind(room)) await breakRoom(room, 'left-behind');
    });
  });
}
