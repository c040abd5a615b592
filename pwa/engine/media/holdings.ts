/**
 * The sealed attachments that this device holds, wholly or in part: in `pieces` as they lie at the relay, cut into {@link PIECE} bytes, in `blobs` how much of
 * each there is, which is mirrored in memory. What one sent stands under the id of its blob, which nobody else chose; what came stands under its message and
 * place, as others may name any blob, also one that somebody else's message has.
 */
import { fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { parseBlobId, type BlobId } from '../../../shared/blobs.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import type { Change, Storage } from '../ports/storage.ts';
import { decodeHeld, decodeStaged, encodeHeld, type HeldRecord } from '../records/attachment-records.ts';
import type { OutgoingBody, WireAttachment } from '../wire/bodies.ts';

/** Bytes of a piece, but for the last of a blob. */
export const PIECE = 512 * 1024;
/** First part of the keys in `meta` that name blobs of our own that the relay is to let go of: [DOOMED, room, id]. */
export const DOOMED = 'doomed';

export type HoldKey = string;

/** A message, stored or on its way. */
export interface Bearer {
  readonly id: EnvelopeId;
  readonly mine: boolean;
  readonly body: OutgoingBody | null;
}

export const attachmentsOf = ({ body }: Pick<Bearer, 'body'>): readonly WireAttachment[] => (body?.kind === 'media' ? body.attachments : []);

export const holdKey = ({ id, mine }: Pick<Bearer, 'id' | 'mine'>, index: number, wire: WireAttachment): HoldKey => (mine ? toBase64Url(wire.id) : `${toBase64Url(id)}.${index}`);

/** As it is sent; what was staged and is not a message's yet has no pieces under any other key. */
export const piecesOfHold = (room: string, hold: HoldKey): readonly Change[] => [{ kind: 'clear', store: 'pieces', prefix: [room, hold] }, { kind: 'delete', store: 'blobs', key: [room, hold] }];

const place = (room: string, hold: HoldKey): string => `${room} ${hold}`;

export class Holdings {
  readonly #storage: Pick<Storage, 'get' | 'range'>;
  readonly #held = new Map<string, HeldRecord>();
  readonly #doomed = new Map<string, Set<string>>();

  constructor(storage: Pick<Storage, 'get' | 'range'>) {
    this.#storage = storage;
  }

  /** Answers what to write so that nothing is left of what was never finished. */
  async load(): Promise<readonly Change[]> {
    for (const { key, value } of await this.#storage.range('blobs', { prefix: [] })) {
      const record = decodeHeld(value);
      if (record !== undefined) this.#held.set(place(String(key[0]), String(key[1])), record);
    }
    for (const { key } of await this.#storage.range('meta', { prefix: [DOOMED] })) this.doom(String(key[1]), [String(key[2])]);
    return (await this.#storage.range('staged', { prefix: [] })).flatMap(({ key, value }): readonly Change[] => {
      const [room, hold] = [String(key[0]), String(key[1])];
      if (decodeStaged(value)?.listed === true) return [];
      this.forget(room, hold);
      return [{ kind: 'delete', store: 'staged', key: [room, hold] }, ...piecesOfHold(room, hold)];
    });
  }

  get(room: string, hold: HoldKey): HeldRecord | undefined {
    return this.#held.get(place(room, hold));
  }

  isHere(room: string, hold: HoldKey): boolean {
    const record = this.get(room, hold);
    return record !== undefined && record.held === record.length;
  }

  /** The change that stores it; what is in memory follows by {@link note}, once that is stored. */
  put(room: string, hold: HoldKey, record: HeldRecord): Change {
    return { kind: 'put', store: 'blobs', key: [room, hold], value: encodeHeld(record) };
  }

  note(room: string, hold: HoldKey, record: HeldRecord): void {
    this.#held.set(place(room, hold), record);
  }

  forget(room: string, hold: HoldKey): void {
    this.#held.delete(place(room, hold));
  }

  forgetRoom(room: string): void {
    for (const key of [...this.#held.keys()]) if (key.startsWith(`${room} `)) this.#held.delete(key);
    this.#doomed.delete(room);
  }

  putPiece(room: string, hold: HoldKey, n: number, piece: Uint8Array): Change {
    return { kind: 'put', store: 'pieces', key: [room, hold, n], value: piece };
  }

  /** From the beginning up to `end`, a multiple of a piece or the blob's end. Ends early where a piece is missing. */
  async* read(room: string, hold: HoldKey, end: number, from = 0): AsyncGenerator<Uint8Array> {
    for (let n = Math.floor(from / PIECE); n * PIECE < end; n++) {
      const piece = await this.#storage.get('pieces', [room, hold, n]);
      if (piece === undefined) return;
      yield n * PIECE < from ? piece.subarray(from - n * PIECE) : piece;
    }
  }

  doom(room: string, ids: readonly string[]): void {
    this.#doomed.set(room, new Set([...(this.#doomed.get(room) ?? []), ...ids]));
  }

  doomed(room: string): readonly BlobId[] {
    return [...(this.#doomed.get(room) ?? [])].flatMap((id) => parseBlobId(fromBase64Url(id)) ?? []);
  }

  undoom(room: string, id: BlobId): void {
    this.#doomed.get(room)?.delete(toBase64Url(id));
  }
}

export const dooming = (room: string, id: BlobId, on: boolean): Change => {
  const key = [DOOMED, room, toBase64Url(id)];
  return on ? { kind: 'put', store: 'meta', key, value: new Uint8Array() } : { kind: 'delete', store: 'meta', key };
};
