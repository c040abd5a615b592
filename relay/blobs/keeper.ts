/**
 * Lets go of blobs that are old, left unfinished, or of no room any more (the relay died between deleting a room and its blobs, or was
 * restored), in short steps, about once an hour; and looks whether a disk that took none takes them again.
 */
import type { RoomId } from '../../shared/ids.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { RelayLimits } from '../limits.ts';
import type { RelayLog } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Blobs } from './blobs.ts';

const HOUR = 3_600_000;
/** Milliseconds between two tries of a disk that took no blobs, where nobody sends one. */
const PROBE_PAUSE = 1000;

export interface BlobKeeperOptions {
  readonly blobs: Blobs;
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  readonly log: RelayLog;
  /** The time of day in Unix milliseconds; undefined while it cannot be believed: then nothing goes by age. */
  readonly now: () => number | undefined;
}

export class BlobKeeper {
  readonly #options: BlobKeeperOptions;
  #expiring = false;
  #rooms: RoomId[] = [];
  /** In ticks. */
  #nextPass = 0;
  #nextProbe = 0;

  constructor(options: BlobKeeperOptions) {
    this.#options = options;
  }

  /** One short step. True while there is more to do at once. Rejects where the disk fails. */
  async step(): Promise<boolean> {
    await this.#probe();
    const { blobs, store, clock, limits, counters, now } = this.#options;
    const room = this.#rooms.pop();
    if (room !== undefined) {
      if ((await store.load(room)) === undefined) await blobs.store.deleteRoom(room);
      return true;
    }
    const today = now();
    if (this.#expiring && today !== undefined) {
      const { expired, more } = await blobs.store.expire(today, { whole: limits.blobAge, part: limits.partAge });
      counters.blobsExpired += expired;
      this.#expiring = more;
      return true;
    }
    if (clock.ticks() < this.#nextPass) return false;
    this.#nextPass = clock.ticks() + Math.max(1, Math.min(HOUR, limits.blobAge / 32, limits.partAge / 32));
    this.#rooms = [...blobs.store.rooms()];
    this.#expiring = today !== undefined;
    return this.#rooms.length > 0;
  }

  async #probe(): Promise<void> {
    const { blobs, clock, log } = this.#options;
    if (blobs.health.facts.status === 'ok' || clock.ticks() < this.#nextProbe) return;
    this.#nextProbe = clock.ticks() + PROBE_PAUSE;
    await blobs.store.probe().then(() => {
      if (blobs.health.recovered()) log.info('the disk takes blobs again');
    }, () => undefined); // as before: the facts say so
  }
}
