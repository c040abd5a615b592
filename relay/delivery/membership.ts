/** What one connection has opened of one room, and whether it is delivered to as things come. */
import { standsAt } from '../../shared/bytes.ts';
import { EPOCH_AT, ID_AT } from '../../shared/envelope.ts';
import type { EpochId, InviteKey } from '../../shared/ids.ts';
import { isReadable, type Epoch } from './epochs.ts';
import type { Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';

export class Membership {
  readonly subscriber: Subscriber;
  readonly room: Room;
  /** The epochs whose access key was proved, oldest proof first. Empty for one who came by an invite alone. */
  readonly proven = new Set<Epoch>();
  /** Proved for one commit; undefined once it was used. */
  invite: InviteKey | undefined;
  live = false;
  /** By what its device is woken while it is away: the tag of the subscription that it has said. */
  wakes: string | undefined;
  /** The `complete` of the room that it was told when it opened it. */
  told = 0;
  // Made when they are first needed: there is a membership for each connection and room.
  /** Further candidates offered, by parent: filling the slots must not shut the room. */
  #candidates: Map<Epoch, number> | undefined;
  /** Epochs that it was told of as being beyond its keys: once is enough. */
  #toldBeyond: Set<Epoch> | undefined;
  #asked: Epoch | undefined;
  #named: Epoch | undefined;
  #answer = false;

  constructor(subscriber: Subscriber, room: Room) {
    this.subscriber = subscriber;
    this.room = room;
  }

  /** How many further candidates it has offered for the step after an epoch. */
  offered(parent: Epoch): number {
    return this.#candidates?.get(parent) ?? 0;
  }

  /** One more, or one less, that was taken back. */
  offers(parent: Epoch, change: 1 | -1): void {
    (this.#candidates ??= new Map<Epoch, number>()).set(parent, this.offered(parent) + change);
  }

  /** Whether it is told now, for the first time, that an epoch is beyond its keys. */
  isToldBeyond(epoch: Epoch): boolean {
    if (this.#toldBeyond?.has(epoch) === true) return false;
    (this.#toldBeyond ??= new Set<Epoch>()).add(epoch);
    return true;
  }

  /** Bounded: the oldest proof goes first, when its log was read long ago. */
  prove(epoch: Epoch, most: number): void {
    this.proven.delete(epoch);
    this.proven.add(epoch);
    if (this.proven.size > most) for (const oldest of this.proven) {
      this.proven.delete(oldest);
      break;
    }
    this.live = false;
    this.#asked = undefined;
  }

  /** Nearly always asked of the same epoch as before. */
  reads(epoch: Epoch): boolean {
    if (this.#asked !== epoch) {
      this.#answer = isReadable(this.proven, epoch);
      this.#asked = epoch;
    }
    return this.#answer;
  }

  /** The epoch that an envelope's frame names: nearly always the one that the last one named. */
  epochNamed(frame: Uint8Array): Epoch | undefined {
    if (this.#named !== undefined && standsAt(frame, EPOCH_AT, this.#named.id)) return this.#named;
    this.#named = this.room.epoch(frame.subarray(EPOCH_AT, ID_AT) as EpochId);
    return this.#named;
  }

  /** Everything that belongs to these epochs and to their readable descendants stands after this seq. */
  get begin(): number {
    let begin = Number.POSITIVE_INFINITY;
    for (const epoch of this.proven) begin = Math.min(begin, epoch.seq);
    return begin;
  }
}
