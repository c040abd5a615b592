/** What a room has to let go of: a pure function of what it holds, what it may, and the time. */
import { START, type Seq } from '../../shared/ids.ts';
import type { RelayLimits } from '../limits.ts';
import type { Cut, Holding } from '../store/holdings.ts';

/** One step of trimming is at most so much, a few milliseconds of a disk: the rest waits for the next. */
export const STEP = { rows: 250, bytes: 1024 * 1024 } as const;

/** How much later than its time an envelope may go, at most, and how far apart the marks of a room stand, at least: milliseconds. */
export const markEvery = (limits: RelayLimits): number => Math.max(1, Math.floor(limits.messageAge / 32));

/** The next thing to let go of, if there is any. `now`: Unix milliseconds; undefined where the time is not to be trusted: then nothing goes by age. */
export function cutFor(holding: Holding, limits: RelayLimits, now: number | undefined): Cut | undefined {
  const { oldest, floor, counted, bytes, envelopes } = holding;
  const old = now === undefined ? START : lastBefore(holding, now - limits.messageAge);
  if (old >= oldest) return { kind: 'messages', through: old, envelopes: STEP.rows, ...STEP };

  const over = { envelopes: envelopes - limits.envelopesPerRoom, bytes: bytes - limits.bytesPerRoom };
  const isOver = over.envelopes > 0 || over.bytes > 0;
  // As many as it takes, or as much: whichever is more; never more than a step.
  const amount = {
    envelopes: over.bytes > 0 ? STEP.rows : Math.min(STEP.rows, over.envelopes), rows: STEP.rows,
    bytes: over.envelopes > 0 ? STEP.bytes : Math.min(STEP.bytes, over.bytes),
  };
  if (isOver && oldest <= counted) return { kind: 'messages', through: counted, ...amount };

  // Only those before which no message is left.
  const through = Math.min(oldest - 1, counted) as Seq;
  const ancient = now === undefined ? START : (Math.min(lastBefore(holding, now - limits.commitAge), through) as Seq);
  if (ancient >= floor) return { kind: 'commits', through: ancient, envelopes: STEP.rows, ...STEP };
  if (isOver && through >= floor) return { kind: 'commits', through, ...amount };
  return undefined;
}

/** All up to this seq had come by then; 0 where nothing had. */
function lastBefore({ marks }: Holding, then: number): Seq {
  let seq = START;
  for (const mark of marks) if (mark.at <= then) seq = mark.seq;
  return seq;
}
