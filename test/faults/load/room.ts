/** A room of the load: instead of a group's secrets, its members share a table of the keys of its epochs. */
import { toHex } from '../../../shared/bytes.ts';
import type { EpochId, RoomId } from '../../../shared/ids.ts';
import { epochOf, Pair, type TestEpoch } from '../../support/relay-client.ts';

export class LoadRoom {
  readonly id: RoomId;
  readonly name: string;
  readonly first: TestEpoch;
  readonly #byAccess = new Map<string, TestEpoch>();

  constructor(first: TestEpoch) {
    this.id = first.room;
    this.name = toHex(first.room);
    this.first = first;
  }

  /** Whoever makes a commit keeps the new key where the others will find it. */
  propose(): TestEpoch {
    const epoch = epochOf(this.id, new Pair());
    this.#byAccess.set(toHex(epoch.pair.public), epoch);
    return epoch;
  }

  /** The epoch that a commit begins, by the access key it names. */
  begunBy(access: Uint8Array): TestEpoch | undefined {
    return this.#byAccess.get(toHex(access));
  }
}

export const epochName = (id: EpochId): string => toHex(id);
