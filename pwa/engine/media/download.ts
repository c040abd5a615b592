/** One try to get a blob from the relay: from where what is here ends, each chunk verified as it comes, the hash at the end. */
import { equalBytes } from '../../../shared/bytes.ts';
import { Sha256 } from '../crypto/hash.ts';
import { BlobTransportError, type BlobPlace, type BlobTransport } from '../ports/blob-transport.ts';
import type { WireAttachment } from '../wire/bodies.ts';
import { BlobCipherError, blobLength, openBlob } from './cipher.ts';
import { PIECE } from './holdings.ts';
import { piecesOf } from './pieces.ts';

export interface Download {
  readonly transport: BlobTransport;
  readonly signal: AbortSignal;
  readonly wire: WireAttachment;
  /** Bytes that are here already: a multiple of a piece. */
  readonly held: number;
  readonly at: () => Promise<BlobPlace>;
  readonly read: (to: number) => AsyncIterable<Uint8Array>;
  /** Stores a piece; `held` counts it. The last one comes when all has verified. */
  readonly keep: (n: number, piece: Uint8Array, held: number) => Promise<void>;
  readonly progress: (done: number) => void;
}

/**
 * Resolves when all of it is here. Of what is not what it should be, the relay is asked whether it has another size, for that is what is to be said.
 * Rejects with {@link BlobTransportError}, {@link BlobCipherError}, or what `keep` rejects with.
 */
export async function download(given: Download): Promise<void> {
  try {
    await tryDownload(given);
  } catch (cause) {
    if (!(cause instanceof BlobCipherError) || given.signal.aborted) throw cause;
    const length = blobLength(given.wire.size);
    const size = (await given.transport.head(await given.at(), given.signal))?.size ?? length;
    throw size === length ? cause : new BlobCipherError(size < length ? 'truncated' : 'wrong-size', { cause });
  }
}

async function tryDownload({ transport, signal, wire, held, at, read, keep, progress }: Download): Promise<void> {
  const length = blobLength(wire.size);
  const hash = new Sha256();
  let last: Uint8Array | undefined;
  const sealed = async function* sealed(): AsyncGenerator<Uint8Array> {
    for await (const piece of read(held)) {
      hash.update(piece);
      yield piece;
    }
    const place = await at();
    let end = held;
    for await (const piece of piecesOf(counted(transport.read(place, { from: held, to: length }, signal), held, length, progress), PIECE)) {
      if (signal.aborted) throw new BlobTransportError('aborted');
      hash.update(piece);
      // What is read first has verified when the next is asked for, but for the rest of a chunk.
      yield piece;
      end += piece.length;
      if (end === length) last = piece;
      else await keep(end / PIECE - 1, piece, end);
    }
  };
  for await (const _ of openBlob(wire.key, wire.size, sealed())) if (signal.aborted) throw new BlobTransportError('aborted');
  if (last === undefined || !equalBytes(hash.digest(), wire.hash)) throw new BlobCipherError('damaged');
  await keep(Math.floor((length - 1) / PIECE), last, length);
}

/** Ends where it should. */
async function* counted(bytes: AsyncIterable<Uint8Array>, from: number, length: number, progress: (done: number) => void): AsyncGenerator<Uint8Array> {
  let end = from;
  for await (const part of bytes) {
    end += part.length;
    if (end > length) throw new BlobCipherError('wrong-size');
    progress(end);
    yield part;
  }
  if (end < length) throw new BlobCipherError('truncated');
}

