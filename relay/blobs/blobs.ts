/**
 * Blobs as the relay serves them, by whatever way they are asked for: who may, how much, and what is let go of. The bytes are the
 * store's; sockets and HTTP know nothing of the rules.
 */
import type { ErrorCode } from '../../shared/codes.ts';
import type { RoomId } from '../../shared/ids.ts';
import type { AddressUse } from '../admission/addresses.ts';
import type { Space } from '../admission/space.ts';
import { keyOf } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import { Health } from '../health.ts';
import type { RelayLimits } from '../limits.ts';
import { reasonOf, type RelayLog } from '../log.ts';
import { Grants, type Given } from './grants.ts';
import { BlobError, type BlobAddress, type BlobFacts, type BlobStore } from './store.ts';

/** Milliseconds: space comes back when somebody makes some, not in a moment. */
const SPACE_RETRY = 60_000;
/** Milliseconds after which one who met too many transfers may try again. */
const CROWDED_RETRY = 2000;

/** Said no, by a code of the protocol. `retryAfter`: milliseconds; 0 where waiting does not help. */
export class BlobRefusal extends Error {
  readonly code: ErrorCode;
  readonly retryAfter: number;
  constructor(code: ErrorCode, retryAfter = 0) {
    super(code);
    this.name = 'BlobRefusal';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** One piece, as it arrives. */
export interface Piece {
  /** Of the whole blob. */
  readonly size: number;
  /** Where the piece begins. */
  readonly offset: number;
  /** Of the piece. */
  readonly length: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends its coming: `bytes` fails then. */
  readonly cut: () => void;
}

export interface BlobsOptions {
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  readonly space: Space;
  readonly log: RelayLog;
}

interface Arriving {
  readonly cut: () => void;
  readonly done: Promise<unknown>;
}

export class Blobs {
  readonly store: BlobStore;
  readonly grants: Grants;
  /** What became of the last piece that was written. */
  readonly health = new Health();
  readonly #options: BlobsOptions;
  /** By room and id: one piece at a time. */
  readonly #arriving = new Map<string, Arriving>();
  readonly #leaving = new Set<Promise<void>>();
  /** Bytes of pieces that are under way. */
  #announced = 0;
  #transfers = 0;

  constructor(options: BlobsOptions) {
    this.#options = options;
    this.store = options.store;
    this.grants = new Grants(options.clock);
  }

  /** Fetched, and sent, at this moment. */
  get transfers(): number {
    return this.#transfers;
  }

  grant(room: RoomId): Given {
    return this.grants.give(room);
  }

  /** Somebody's keys were shut out of the room. */
  rightsEnded(room: RoomId): void {
    this.grants.endRoom(room);
  }

  /** The room was deleted, and that is durable. */
  roomGone(room: RoomId): void {
    this.grants.endRoom(room);
    const work = this.store.deleteRoom(room).catch((error: unknown) => this.#options.log.error({ reason: reasonOf(error) }, 'the blobs of a deleted room could not be removed yet'));
    this.#leaving.add(work);
    void work.finally(() => this.#leaving.delete(work));
  }

  /** Resolves when what was to be removed is. */
  async settled(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  /**
   * Begins a transfer; the answer ends it. `from`: whose, where that is counted.
   * @throws BlobRefusal `rate-limited`
   */
  begin(from: AddressUse | undefined): () => void {
    const { limits } = this.#options;
    if (this.#transfers >= limits.transfers || (from !== undefined && from.transfers >= limits.transfersPerAddress)) throw new BlobRefusal('rate-limited', CROWDED_RETRY);
    this.#transfers++;
    if (from !== undefined) from.transfers++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#transfers--;
      if (from !== undefined) from.transfers--;
    };
  }

  /**
   * Takes a piece. One that is still arriving for the same blob is cut first: whoever sends again has lost that connection.
   * @throws BlobRefusal, BlobError, or what `bytes` throws; what had come by then is kept
   */
  async append(at: BlobAddress, piece: Piece, from: AddressUse | undefined): Promise<BlobFacts> {
    const { limits, clock, space } = this.#options;
    const { size, offset, length } = piece;
    if (size > limits.blob || length > limits.blobPiece) throw new BlobRefusal('too-large');
    if (offset + length > size) throw new BlobRefusal('bad-frame');
    const key = `${keyOf(at.room)}/${keyOf(at.id)}`;
    for (let other = this.#arriving.get(key); other !== undefined; other = this.#arriving.get(key)) {
      other.cut();
      await other.done;
    }
    // From here to the store no other turn comes in between, so that of two who waited one goes first.
    let done: () => void = () => undefined;
    this.#arriving.set(key, { cut: piece.cut, done: new Promise<void>((resolve) => { done = resolve; }) });
    this.#announced += length;
    try {
      await this.#assertRoom(at, size);
      if (this.store.usage().bytes + this.#announced > limits.blobBytesInAll || space.refuses(length)) throw new BlobRefusal('relay-full', SPACE_RETRY);
      const wait = from?.uploads.take(length, clock.ticks()) ?? 0;
      if (wait > 0) throw new BlobRefusal('rate-limited', wait);
      return await this.#write(at, piece);
    } finally {
      this.#announced -= length;
      this.#arriving.delete(key);
      done();
    }
  }

  /** What is announced counts for a room, so that what was begun can be ended; in all only what came, so that announcing costs others nothing. */
  async #assertRoom(at: BlobAddress, size: number): Promise<void> {
    const { limits } = this.#options;
    if ((await this.store.stat(at)) !== undefined) return;
    const { announced, blobs } = this.store.usage(at.room);
    if (announced + size > limits.blobBytesPerRoom || blobs >= limits.blobsPerRoom || this.store.usage().blobs >= limits.blobsInAll) throw new BlobRefusal('relay-full', SPACE_RETRY);
  }

  async #write(at: BlobAddress, { size, offset, bytes }: Piece): Promise<BlobFacts> {
    const { counters, space, clock, log } = this.#options;
    const counted = (async function* counted() {
      for await (const chunk of bytes) {
        counters.blobBytesIn += chunk.length;
        space.took(chunk.length);
        yield chunk;
      }
    })();
    try {
      const facts = await this.store.append(at, size, offset, counted);
      if (this.health.recovered()) log.info('the disk takes blobs again');
      return facts;
    } catch (error) {
      if (error instanceof BlobError && (error.code === 'disk-full' || error.code === 'io-error')) {
        this.health.failed(error, clock.now());
        log.error({ reason: reasonOf(error) }, 'a blob could not be written');
      }
      throw error;
    }
  }
}
