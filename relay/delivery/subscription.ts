/** One connection's hold on one room: the keys that it proved, and whether it is up with the log. */
import type { InviteKey } from '../../shared/ids.ts';
import type { Epoch } from './epoch.ts';
import type { Peer } from './peer.ts';
import type { Room } from './room.ts';

export class Subscription {
  readonly room: Room;
  readonly peer: Peer;
  /** What comes next is delivered as it comes; else the reader pulls first. */
  live = false;
  /** Set where it was opened with an invite: that key may fetch the GroupInfo and make one commit. */
  invite: InviteKey | undefined;
  /** Candidates that this connection offered for a step that had some already. */
  candidates = 0;
  readonly #keys = new Set<Epoch>();
  #readable = new Map<Epoch, boolean>();

  constructor(room: Room, peer: Peer) {
    this.room = room;
    this.peer = peer;
  }

  prove(epoch: Epoch): void {
    this.#keys.add(epoch);
    this.#readable = new Map();
    this.live = false;
  }

  /** Whether this connection proved the key of that very epoch. */
  holds(epoch: Epoch): boolean {
    return this.#keys.has(epoch);
  }

  get isReader(): boolean {
    return this.#keys.size > 0;
  }

  reads(epoch: Epoch): boolean {
    let answer = this.#readable.get(epoch);
    if (answer === undefined) {
      answer = [...this.#keys].some((key) => key.reads(epoch));
      this.#readable.set(epoch, answer);
    }
    return answer;
  }
}
