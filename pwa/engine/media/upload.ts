/** One try to bring a blob to the relay: from where the relay says that it ends. */
import { concat } from '../../../shared/bytes.ts';
import { BlobTransportError, type BlobPlace, type BlobState, type BlobTransport } from '../ports/blob-transport.ts';
import type { Clock } from '../ports/clock.ts';
import { PIECE } from './holdings.ts';

/** Pieces in one request: more while they pass quickly. */
const MOST_PIECES = 8;
/** Milliseconds in which a request is quick. */
const QUICK = 1500;
/** Answers in a row by which nothing more is there. */
const MOST_STALLS = 3;

export interface Upload {
  readonly transport: BlobTransport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly length: number;
  /** Asked for each request: it may have ended. */
  readonly at: () => Promise<BlobPlace>;
  /** Of the sealed blob, as it lies here. */
  readonly read: (from: number, to: number) => AsyncIterable<Uint8Array>;
  readonly progress: (done: number) => void;
}

/** Resolves when all of it is there. Rejects with {@link BlobTransportError}. */
export async function upload({ transport, clock, signal, length, at, read, progress }: Upload): Promise<void> {
  const state = await transport.head(await at(), signal);
  if (state !== undefined && state.size !== length) throw new BlobTransportError('wrong-size');
  let end = state?.offset ?? 0;
  let pieces = 1;
  for (let stalls = 0; end < length;) {
    progress(end);
    // Requests end where pieces do.
    const to = Math.min(length, (Math.floor(end / PIECE) + pieces) * PIECE);
    const parts: Uint8Array[] = [];
    for await (const part of read(end, to)) parts.push(part);
    const bytes = concat(...parts);
    if (bytes.length !== to - end) throw new BlobTransportError('wrong-size');
    const began = clock.now();
    const now = await endAfter(transport.append(await at(), { size: length, offset: end, bytes }, signal));
    stalls = now > end ? 0 : stalls + 1;
    if (now > length || stalls > MOST_STALLS) throw new BlobTransportError('bad-answer');
    end = now;
    pieces = clock.now() - began < QUICK ? Math.min(MOST_PIECES, pieces * 2) : 1;
  }
  progress(length);
}

/** Where it did not end where we thought, we go on from there. */
async function endAfter(appended: Promise<BlobState>): Promise<number> {
  try {
    return (await appended).offset;
  } catch (cause) {
    if (cause instanceof BlobTransportError && cause.code === 'wrong-offset' && cause.offset !== undefined) return cause.offset;
    throw cause;
  }
}
