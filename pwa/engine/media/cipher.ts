/**
 * An attachment as a blob: libsodium's secretstream (XChaCha20-Poly1305, https://doc.libsodium.org/secret-key_cryptography/secretstream),
 * under a key of its own that travels only inside the message.
 *
 *   header 24 ‖ chunk…     each chunk 64 KiB of ciphertext, the last one shorter and tagged as final
 *
 * The plaintext is the content and zeros up to its padded length, so that the relay learns its size within 12 %. Neither side
 * ever holds more than a few chunks.
 */
import type { Branded } from '../../../shared/ids.ts';
import { padme } from '../crypto/padding.ts';
import { randomBytes, sodium } from '../crypto/sodium.ts';
import { piecesOf } from './pieces.ts';

export const BLOB_KEY_BYTES = 32;
export type BlobKey = Branded<Uint8Array, 'BlobKey'>;

const HEADER = 24;
const TAG = 17;
const CHUNK = 64 * 1024;
const PLAIN = CHUNK - TAG;
/** So that a small picture is not told from a large one by much. */
const FLOOR = 4 * 1024;

export const newBlobKey = (): BlobKey => randomBytes(BLOB_KEY_BYTES) as BlobKey;

/** A blob that cannot be what its message says. What to do: show that it is damaged, and let it be fetched again. */
export class BlobCipherError extends Error {
  readonly code: 'damaged' | 'truncated' | 'wrong-size';
  constructor(code: BlobCipherError['code'], options?: ErrorOptions) {
    super(`the attachment is not what its message says: ${code}`, options);
    this.name = 'BlobCipherError';
    this.code = code;
  }
}

const paddedLength = (size: number): number => padme(Math.max(FLOOR, size));

/** Bytes of the blob for a content of `size` bytes. */
export function blobLength(size: number): number {
  const padded = paddedLength(size);
  return HEADER + padded + TAG * Math.ceil(padded / PLAIN);
}

async function* padded(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of source) {
    seen += chunk.length;
    if (seen > size) throw new BlobCipherError('wrong-size');
    yield chunk;
  }
  if (seen !== size) throw new BlobCipherError('wrong-size');
  for (let zeros = paddedLength(size) - size; zeros > 0; zeros -= PLAIN) yield new Uint8Array(Math.min(zeros, PLAIN));
}

/** Throws `wrong-size` where the source does not have exactly `size` bytes, such as a file that changed meanwhile. */
export async function* sealBlob(key: BlobKey, size: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  yield header;
  let left = paddedLength(size);
  for await (const piece of piecesOf(padded(source, size), PLAIN)) {
    left -= piece.length;
    const tag = left === 0 ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    yield sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, null, tag);
  }
}

/**
 * The content, as far as it has verified: each chunk before it is handed on, the whole at the end. Throws BlobCipherError for
 * everything that {@link sealBlob} did not make for this key and size.
 */
export async function* openBlob(key: BlobKey, size: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull> | undefined;
  let left = paddedLength(size);
  let content = size;
  let isFinal = false;
  for await (const chunk of chunksOf(source)) {
    if (state === undefined) {
      if (chunk.length !== HEADER) throw new BlobCipherError('truncated');
      state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(chunk, key);
      continue;
    }
    if (isFinal) throw new BlobCipherError('damaged');
    const { message, tag } = pull(state, chunk);
    left -= message.length;
    isFinal = tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (left < 0 || isFinal !== (left === 0)) throw new BlobCipherError('wrong-size');
    if (content > 0) yield message.subarray(0, content);
    content -= Math.min(content, message.length);
  }
  if (!isFinal) throw new BlobCipherError('truncated');
}

/** The header, then chunks. */
async function* chunksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const piece of piecesOf(shifted(source), CHUNK)) {
    // The header stands at the end of a piece of its own, behind what fills it.
    yield first ? piece.subarray(CHUNK - HEADER) : piece;
    first = false;
  }
}

/** Puts so much in front that the header ends a piece. */
async function* shifted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(CHUNK - HEADER);
  yield* source;
}

function pull(state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull>, chunk: Uint8Array): { readonly message: Uint8Array; readonly tag: number } {
  let pulled: { readonly message: Uint8Array; readonly tag: number } | false;
  try {
    pulled = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, null);
  } catch (cause) {
    throw new BlobCipherError('damaged', { cause });
  }
  if (pulled === false) throw new BlobCipherError('damaged');
  return pulled;
}
