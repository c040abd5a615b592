/** A store that lasts as long as its object: for tests and simulations, where "durable" means "in the map". */
import { toHex } from '../../shared/bytes.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import { START, type EpochId, type Incarnation, type InviteKey, type OwnerKey, type RoomId, type Seq } from '../../shared/ids.ts';
import { StoreError, type Store, type StoredEpoch, type StoredRoom, type Write } from './store.ts';

interface Kept {
  owner: OwnerKey;
  incarnation: Incarnation;
  epochs: StoredEpoch[];
  groupInfos: Map<string, Uint8Array>;
  inviteUses: Map<string, { key: InviteKey; uses: number }>;
  frames: { seq: Seq; frame: Uint8Array }[];
}

export class MemoryStore implements Store {
  readonly #rooms = new Map<string, Kept>();

  async commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) this.#apply(write);
  }

  #apply(write: Write): void {
    const key = toHex(write.room);
    if (write.kind === 'room') {
      this.#rooms.set(key, {
        owner: write.owner.slice() as OwnerKey, incarnation: write.incarnation, epochs: [write.epoch], groupInfos: new Map([[toHex(write.epoch.id), write.groupInfo.slice()]]),
        inviteUses: new Map(), frames: [],
      });
      return;
    }
    const kept = this.#rooms.get(key);
    if (kept === undefined) throw new StoreError('failed', 'The room is not there.');
    switch (write.kind) {
      case 'envelope':
        kept.frames.push({ seq: write.seq, frame: write.frame.slice() });
        break;
      case 'epoch':
        kept.epochs.push(write.epoch);
        kept.groupInfos.set(toHex(write.epoch.id), write.groupInfo.slice());
        if (write.forgetGroupInfoOf !== null) kept.groupInfos.delete(toHex(write.forgetGroupInfoOf));
        break;
      case 'invite-used': {
        const used = kept.inviteUses.get(toHex(write.key));
        kept.inviteUses.set(toHex(write.key), { key: write.key, uses: (used?.uses ?? 0) + 1 });
        break;
      }
      case 'delete':
        this.#rooms.delete(key);
    }
  }

  async load(room: RoomId, recent: number): Promise<StoredRoom | undefined> {
    const kept = this.#rooms.get(toHex(room));
    if (kept === undefined) return undefined;
    return {
      owner: kept.owner, incarnation: kept.incarnation, head: kept.frames.at(-1)?.seq ?? START, epochs: [...kept.epochs],
      inviteUses: [...kept.inviteUses.values()],
      recent: kept.frames.slice(-recent).flatMap(({ seq, frame }) => {
        const envelope = decodeEnvelope(frame);
        return envelope === undefined ? [] : [{ id: envelope.id, seq }];
      }),
    };
  }

  async read(room: RoomId, after: Seq, limit: number, bytes: number): Promise<readonly { readonly seq: Seq; readonly frame: Uint8Array }[]> {
    const rows: { seq: Seq; frame: Uint8Array }[] = [];
    let size = 0;
    for (const row of this.#rooms.get(toHex(room))?.frames ?? []) {
      if (row.seq <= after) continue;
      if (rows.length >= limit || size >= bytes) break;
      rows.push(row);
      size += row.frame.length;
    }
    return rows;
  }

  async groupInfo(room: RoomId, epoch: EpochId): Promise<Uint8Array | undefined> {
    return this.#rooms.get(toHex(room))?.groupInfos.get(toHex(epoch));
  }

  async close(): Promise<void> {
    // What is in memory may be opened again by the same object: that is what a restart is in a test.
  }
}
