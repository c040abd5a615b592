/** A sealed attachment that is wholly here, as a Blob: in small parts, which the browser keeps outside of the script's memory. */
import { concat, equalBytes } from '../../../shared/bytes.ts';
import type { Opened } from '../api.ts';
import { Sha256 } from '../crypto/hash.ts';
import type { WireAttachment } from '../wire/bodies.ts';
import { BlobCipherError, openBlob } from './cipher.ts';
import { HEAD, whatShows } from './what-shows.ts';

/** Bytes of a part. */
const PART = 2 * 1024 * 1024;

/** Its content, verified: each chunk before it is handed on, the hash at the end. Throws {@link BlobCipherError}. */
export async function* contentOf(wire: WireAttachment, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = new Sha256();
  const hashed = async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const piece of sealed) {
      hash.update(piece);
      yield piece;
    }
  };
  yield* openBlob(wire.key, wire.size, hashed());
  if (!equalBytes(hash.digest(), wire.hash)) throw new BlobCipherError('damaged');
}

/** Throws {@link BlobCipherError}. */
export async function opened(wire: WireAttachment, sealed: AsyncIterable<Uint8Array>): Promise<Opened> {
  const parts: Blob[] = [];
  const head: Uint8Array[] = [];
  let seen = 0;
  let held: Uint8Array[] = [];
  let holding = 0;
  const flush = (): void => {
    if (holding > 0) parts.push(new Blob(held as Uint8Array<ArrayBuffer>[]));
    held = [];
    holding = 0;
  };
  for await (const chunk of contentOf(wire, sealed)) {
    if (seen < HEAD) head.push(chunk.slice(0, HEAD - seen));
    seen += chunk.length;
    held.push(chunk);
    holding += chunk.length;
    if (holding >= PART) flush();
  }
  flush();
  const { type, shows, problem } = whatShows(concat(...head), wire.look);
  return { blob: new Blob(parts, { type }), shows, ...(problem === undefined ? {} : { problem }) };
}
