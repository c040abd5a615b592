/** Taking files in: each sealed under a key of its own, piece by piece, and stored before anything is said of it. */
import { toBase64Url } from '../../../shared/bytes.ts';
import { BLOB_ID_BYTES, type BlobId } from '../../../shared/blobs.ts';
import { EngineError, MOST_PREVIEW_BYTES, MOST_WAVEFORM, type AttachmentFacts, type Staged, type StagedKey } from '../api.ts';
import { Sha256 } from '../crypto/hash.ts';
import type { Change, Storage } from '../ports/storage.ts';
import { decodeStaged, encodeStaged, SEALING, type StagedRecord } from '../records/attachment-records.ts';
import { MOST_FILE_NAME_BYTES, MOST_MEDIA_TYPE_BYTES, type WireAttachment } from '../wire/bodies.ts';
import { utf8 } from '../../../shared/bytes.ts';
import { BlobCipherError, blobLength, newBlobKey, sealBlob } from './cipher.ts';
import type { Content } from './cleaning.ts';
import { fileName } from './file-name.ts';
import { PIECE, piecesOfHold, type Holdings } from './holdings.ts';
import { piecesOf } from './pieces.ts';
import { factsOf } from './shown.ts';

export interface StagingHost {
  readonly storage: Pick<Storage, 'get' | 'range'>;
  readonly holdings: Holdings;
  readonly now: () => number;
  /** A random id. */
  readonly id: () => Uint8Array;
  /** Rejects with `storage-full` where there is no space. */
  readonly write: (changes: readonly Change[]) => Promise<void>;
}

/** Rejects with `attachment-unreadable`, `storage-full`, and what the content rejects with: then nothing of it is left. */
export async function stage(host: StagingHost, room: string, { size, bytes }: Content, facts: AttachmentFacts, listed: boolean): Promise<StagedKey> {
  const id = host.id().slice(0, BLOB_ID_BYTES) as BlobId;
  const hold = toBase64Url(id);
  const [key, hash, length] = [newBlobKey(), new Sha256(), blobLength(size)];
  await host.write([{ kind: 'put', store: 'staged', key: [room, hold], value: SEALING }]);
  try {
    let n = 0;
    for await (const piece of piecesOf(sealBlob(key, size, bytes), PIECE)) {
      hash.update(piece);
      await host.write([host.holdings.putPiece(room, hold, n++, piece)]);
    }
  } catch (cause) {
    await host.write([{ kind: 'delete', store: 'staged', key: [room, hold] }, ...piecesOfHold(room, hold)]);
    if (cause instanceof BlobCipherError) throw new EngineError('attachment-unreadable', 'The file changed while it was read.', { cause });
    throw cause;
  }
  const attachment: WireAttachment = { id, key, hash: hash.digest(), size, ...written(facts) };
  const record = { length, held: length, paused: false };
  await host.write([{ kind: 'put', store: 'staged', key: [room, hold], value: encodeStaged({ order: host.now(), listed, attachment }) }, host.holdings.put(room, hold, record)]);
  host.holdings.note(room, hold, record);
  return hold as StagedKey;
}

/** Within the bounds that every reader holds it to. */
function written({ look, name, type, width, height, duration, waveform, preview }: AttachmentFacts): Omit<WireAttachment, 'id' | 'key' | 'hash' | 'size'> {
  const whole = (value: number): number => Math.max(0, Math.round(value));
  return {
    look, name: cut(fileName(name), MOST_FILE_NAME_BYTES), type: utf8(type).length > MOST_MEDIA_TYPE_BYTES ? '' : type, ...(width === undefined ? {} : { width: whole(width) }), ...(height === undefined ? {} : { height: whole(height) }),
    ...(duration === undefined ? {} : { duration: whole(duration) }), ...(waveform === undefined ? {} : { waveform: waveform.slice(0, MOST_WAVEFORM) }),
    ...(preview === undefined || preview.length > MOST_PREVIEW_BYTES ? {} : { preview }),
  };
}

/** So that it has at most so many bytes of UTF-8. */
function cut(text: string, most: number): string {
  let short = text;
  while (utf8(short).length > most) short = Array.from(short).slice(1).join('');
  return short;
}

export async function stagedIn(host: StagingHost, room: string): Promise<readonly Staged[]> {
  const rows = await host.storage.range('staged', { prefix: [room] });
  const records = rows.flatMap(({ key, value }) => {
    const record = decodeStaged(value);
    return record?.listed === true ? [{ key: String(key[1]) as StagedKey, ...record }] : [];
  });
  return records.sort((a, b) => a.order - b.order).map(({ key, attachment }) => ({ ...factsOf(attachment), key, size: attachment.size }));
}

/** Rejects with `attachment-gone`. */
export async function stagedRecord(host: Pick<StagingHost, 'storage'>, room: string, key: StagedKey): Promise<StagedRecord> {
  const value = await host.storage.get('staged', [room, key]);
  const record = value === undefined ? undefined : decodeStaged(value);
  if (record === undefined) throw new EngineError('attachment-gone', 'Nothing is staged under this key any more.');
  return record;
}

export async function unstage(host: StagingHost, room: string, key: StagedKey): Promise<void> {
  // What is a message's by now is not to be taken from it.
  if ((await host.storage.get('staged', [room, key])) === undefined) return;
  await host.write([{ kind: 'delete', store: 'staged', key: [room, key] }, ...piecesOfHold(room, key)]);
  host.holdings.forget(room, key);
}
