/**
 * Whether there is room for more. New rooms are refused first, then what is big, then everything: those who are here go on talking longest.
 * Measured now and then; in between, what is taken is added up.
 */
import type { RelayLimits } from '../limits.ts';
import type { Usage } from '../store/holdings.ts';

/** Bytes of a frame over which it is a big one: a text is none, a commit of a large room is. */
const BIG = 8 * 1024;

export class Space {
  readonly #limits: RelayLimits;
  #rooms = 0;
  /** Bytes until nothing is taken any more, and until nothing big is, and no room. */
  #left = Number.POSITIVE_INFINITY;
  #leftForBig = Number.POSITIVE_INFINITY;
  #leftForRooms = Number.POSITIVE_INFINITY;

  constructor(limits: RelayLimits) {
    this.#limits = limits;
  }

  measured({ rooms, bytes, free }: Usage): void {
    const { bytesInAll, spareDisk } = this.#limits;
    this.#rooms = rooms;
    const ofDisk = (times: number): number => (spareDisk === 0 ? Number.POSITIVE_INFINITY : free - times * spareDisk);
    this.#left = Math.min(bytesInAll - bytes, ofDisk(1));
    this.#leftForBig = Math.min(bytesInAll - bytesInAll / 32 - bytes, ofDisk(2));
    this.#leftForRooms = Math.min(bytesInAll - bytesInAll / 16 - bytes, ofDisk(3));
  }

  /** Counts what is being written. */
  took(bytes: number): void {
    this.#left -= bytes;
    this.#leftForBig -= bytes;
    this.#leftForRooms -= bytes;
  }

  madeRoom(): void {
    this.#rooms++;
  }

  /** Bytes of a frame. */
  refuses(bytes: number): boolean {
    return this.#leftForBig <= 0 && (bytes > BIG || this.#left <= 0);
  }

  get refusesRooms(): boolean {
    return this.#leftForRooms <= 0 || this.#rooms >= this.#limits.roomsInAll;
  }
}
