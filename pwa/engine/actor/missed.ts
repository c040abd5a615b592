/** Messages that the relay has let go of before this device had them: one honest line, and a chain that begins anew behind them. */
import type { Seq } from '../../../shared/ids.ts';
import { adrift } from '../wire/chain.ts';
import { lastHeardAt } from './rejoin.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** What the relay said of its log when the room was opened there. */
interface Kept {
  readonly floor: Seq;
  readonly complete: Seq;
}

/** Below `complete` commits alone are left, and below `floor` not even all of them: whether we can follow, is seen at the head. */
export async function noteKept(room: Room, step: Step, { floor, complete }: Kept): Promise<void> {
  const { cursor, missedFrom } = step.record;
  if (cursor + 1 >= complete) return;
  if (cursor + 1 < floor) room.doubt = 'away-too-long';
  // Others chain what we never get: what they say next is where our chain begins.
  step.update({ chain: adrift((complete - 1) as Seq), missedFrom: missedFrom === 0 ? await lastHeardAt(room) : missedFrom });
}

/** Says it, once, where something comes that was not missed: `until` is when that was written. */
export function settleMissed(room: Room, step: Step, seq: number, until: number): void {
  const { missedFrom } = step.record;
  if (missedFrom === 0) return;
  step.update({ missedFrom: 0 });
  room.note(step, seq - 0.25, { kind: 'missed', from: missedFrom, to: Math.max(missedFrom, Math.min(until, room.host.clock.now())) });
}

/** At the head, with nothing left that could say until when it was. */
export async function endMissed(room: Room): Promise<void> {
  if (room.state.record.missedFrom === 0 || room.doubt !== undefined) return;
  const step = room.step();
  settleMissed(room, step, step.record.cursor + 1, room.host.clock.now());
  await room.store(step);
}
