/** Leave to put and get the blobs of one room for a while: given out on a connection that has the room open, shown with each request. */
import { randomBytes } from 'node:crypto';
import type { RoomId } from '../../shared/ids.ts';
import { copyOf } from '../bytes.ts';
import type { Clock } from '../clock.ts';

/** Milliseconds. */
export const GRANT_LIFE = 15 * 60_000;
/** Grants in all, and of one room; the oldest go first, and whoever held them asks again. */
const MOST = 50_000;
const MOST_OF_ROOM = 2000;

interface Grant {
  readonly room: RoomId;
  readonly key: string;
  /** By the clock's ticks. */
  readonly until: number;
}

export interface Given {
  readonly token: string;
  /** Milliseconds. */
  readonly life: number;
}

export class Grants {
  readonly #clock: Clock;
  readonly #grants = new Map<string, Grant>();
  readonly #ofRoom = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The token has 43 characters. */
  give(room: RoomId): Given {
    const token = randomBytes(32).toString('base64url');
    const key = Buffer.from(room).toString('hex');
    this.#grants.set(token, { room: copyOf(room), key, until: this.#clock.ticks() + GRANT_LIFE });
    const ofRoom = this.#ofRoom.get(key) ?? new Set();
    this.#ofRoom.set(key, ofRoom.add(token));
    if (ofRoom.size > MOST_OF_ROOM) for (const oldest of ofRoom) {
      this.#end(oldest);
      break;
    }
    for (const [oldest, { until }] of this.#grants) {
      if (this.#grants.size <= MOST && until > this.#clock.ticks()) break;
      this.#end(oldest);
    }
    return { token, life: GRANT_LIFE };
  }

  /** The room for which it stands; undefined where it does not, or no longer. Lookup is by a hash table of random keys: its timing tells nothing of others. */
  roomOf(token: string): RoomId | undefined {
    const grant = this.#grants.get(token);
    return grant === undefined || grant.until <= this.#clock.ticks() ? undefined : grant.room;
  }

  /** Somebody was removed, or the room is gone: who may still, asks again. */
  endRoom(room: RoomId): void {
    for (const token of this.#ofRoom.get(Buffer.from(room).toString('hex')) ?? []) this.#end(token);
  }

  #end(token: string): void {
    const grant = this.#grants.get(token);
    if (grant === undefined) return;
    this.#grants.delete(token);
    const ofRoom = this.#ofRoom.get(grant.key);
    ofRoom?.delete(token);
    if (ofRoom?.size === 0) this.#ofRoom.delete(grant.key);
  }
}
