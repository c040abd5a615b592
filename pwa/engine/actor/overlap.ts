/**
 * The last envelope that we had, asked for again with what came after it: a log that was cut below it and has grown since is
 * as long as the one we know, and only what stands there tells them apart.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import { START, type Seq } from '../../../shared/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import { extended } from '../wire/chain.ts';
import { linkAt } from './claims.ts';
import type { Delivered } from './receive.ts';
import type { Room } from './room.ts';

export interface Overlap {
  readonly seq: Seq;
  readonly opened: Extract<RelayControl, { t: 'opened' }>;
  /** Whether it is the frame that stood there. */
  readonly isIt: (frame: Uint8Array) => boolean;
}

/** Links that are looked through for the one before the last. */
const FAR = 64;

/** Undefined where there is nothing to compare: nothing came in this epoch yet, or the relay has let go of it. */
export async function overlapOf(room: Room, opened: Overlap['opened']): Promise<Overlap | undefined> {
  const { began, chain } = room.state.record;
  const last = chain.kind === 'anchored' ? chain.last : chain.frames.at(-1);
  if (last === undefined || last.seq <= Math.max(began, START) || last.seq < opened.complete) return undefined;
  const { seq, hash } = last;
  if (chain.kind === 'adrift') return { seq, opened, isIt: (frame) => equalBytes(sha256(frame), hash) };
  const step = room.step();
  for (let before = seq - 1; before >= Math.max(chain.since, seq - FAR); before--) {
    const link = await linkAt(room.host, step, chain, before as Seq);
    if (link === null) return undefined;
    if (link === undefined) continue;
    const previous = { ...chain, last: { seq: before as Seq, hash: link } };
    return { seq, opened, isIt: (frame) => equalBytes((extended(previous, seq, frame) as typeof chain).last.hash, hash) };
  }
  return undefined;
}

/** Looks at what came first after an opening; the answer, where the log is another than the one we know. */
export function contradiction(room: Room, batch: readonly Delivered[]): Overlap | undefined {
  const { overlap } = room;
  const first = batch.find(({ envelope }) => envelope.kind !== 'signal');
  if (overlap === undefined || first === undefined) return undefined;
  room.overlap = undefined;
  return first.envelope.seq === overlap.seq && overlap.isIt(first.frame) ? undefined : overlap;
}
