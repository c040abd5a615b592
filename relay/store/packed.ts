/**
 * What crosses to the store's thread and back in bulk: many frames as one run of bytes, which is handed over instead of
 * copied piece by piece, and numbers about each.
 */
import type { Seq } from '../../shared/ids.ts';
import type { LogNumber, Write } from './store.ts';

type Append = Extract<Write, { type: 'append' }>;

/** Frames behind one another, and how long each is. */
export interface PackedFrames {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** A batch of writes: the appends packed, everything else as it is, with its place in the batch. */
export interface PackedWrites {
  readonly frames: PackedFrames;
  /** Of each append: its log, and its seq. */
  readonly places: Float64Array<ArrayBuffer>;
  readonly others: readonly { readonly at: number; readonly write: Exclude<Write, Append> }[];
}

export function packFrames(frames: readonly Uint8Array[]): PackedFrames {
  let size = 0;
  for (const frame of frames) size += frame.length;
  const bytes = new Uint8Array(size);
  const lengths = new Uint32Array(frames.length);
  let at = 0;
  let i = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    lengths[i++] = frame.length;
    at += frame.length;
  }
  return { bytes, lengths };
}

/** Views on the bytes. */
export function unpackFrames({ bytes, lengths }: PackedFrames): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) frames.push(bytes.subarray(at, (at += length)));
  return frames;
}

export function packWrites(batch: readonly Write[]): PackedWrites {
  const frames: Uint8Array[] = [];
  const places: number[] = [];
  const others: PackedWrites['others'][number][] = [];
  let at = 0;
  for (const write of batch) {
    if (write.type === 'append') {
      frames.push(write.frame);
      places.push(write.log, write.seq);
    } else {
      others.push({ at, write });
    }
    at++;
  }
  return { frames: packFrames(frames), places: Float64Array.from(places), others };
}

export function unpackWrites({ frames, places, others }: PackedWrites): Write[] {
  const batch: Write[] = [];
  let next = 0;
  for (const [i, frame] of unpackFrames(frames).entries()) {
    for (let other = others[next]; other?.at === batch.length; other = others[++next]) batch.push(other.write);
    batch.push({ type: 'append', log: places[2 * i] as LogNumber, seq: places[2 * i + 1] as Seq, frame });
  }
  for (const { write } of others.slice(next)) batch.push(write);
  return batch;
}
