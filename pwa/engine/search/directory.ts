/** What the index has: its segments in the order in which they were written, and how far it is in each room. */
import * as v from 'valibot';
import { count, fromCbor, toCbor } from '../wire/cbor.ts';

export interface SegmentEntry {
  /** Part of its key; rises. */
  readonly n: number;
  readonly rooms: readonly string[];
  /** Times of the earliest and the latest message, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** What any of them has in it: of `HAS`, a sum. */
  readonly has: number;
}

export interface Directory {
  readonly segments: readonly SegmentEntry[];
  /** By room: the position of the last item that was seen, messages or not. */
  readonly through: ReadonlyMap<string, number>;
}

const shape = v.object({
  v: v.literal(1), segments: v.array(v.object({ n: count, rooms: v.array(v.string()), from: v.number(), to: v.number(), has: count })), through: v.array(v.tuple([v.string(), v.number()])),
});

export const encodeDirectory = ({ segments, through }: Directory): Uint8Array => toCbor({ v: 1, segments, through: [...through] });

export function decodeDirectory(bytes: Uint8Array): Directory | undefined {
  const stored = fromCbor(shape, bytes);
  return stored === undefined ? undefined : { segments: stored.segments, through: new Map(stored.through) };
}
