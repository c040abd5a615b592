/** The rooms that are open, and the one queue through which everything durable goes. */
import { toHex } from '../../shared/bytes.ts';
import type { RoomId } from '../../shared/ids.ts';
import type { Store, Write } from '../store/store.ts';
import type { Epoch } from './epoch.ts';
import { fanOut } from './fan-out.ts';
import type { Peer } from './peer.ts';
import { REMEMBERED_IDS, Room } from './room.ts';

/** Something that was decided in memory and waits for the disk. */
export interface Staged {
  readonly writes: readonly Write[];
  readonly room: Room;
  /** The envelope to fan out once it is durable. */
  readonly frame?: { readonly bytes: Uint8Array; readonly epoch: Epoch; readonly seq: number };
  readonly peer: Peer;
  /** What the sender is told once it is durable. */
  readonly ack: Uint8Array;
  /** What the sender is told where it could not be stored. */
  readonly refusal: Uint8Array;
  readonly onStored?: () => void;
}

export class Rooms {
  readonly #store: Store;
  /** Runs a function once this turn's input is in: group commit takes all of it together. */
  readonly #soon: (work: () => void) => void;
  readonly #open = new Map<string, Room>();
  readonly #loading = new Map<string, Promise<Room | undefined>>();
  #staged: Staged[] = [];
  #flushing: Promise<void> | undefined;
  #scheduled = false;
  /** Envelopes that were made durable, and commits of the store that it took: group commit at work. */
  readonly counts = { envelopes: 0, commits: 0 };

  constructor(store: Store, soon: (work: () => void) => void) {
    this.#store = store;
    this.#soon = soon;
  }

  get store(): Store {
    return this.#store;
  }

  async get(id: RoomId): Promise<Room | undefined> {
    const key = toHex(id);
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#load(key, id.slice() as RoomId).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }

  async #load(key: string, id: RoomId): Promise<Room | undefined> {
    const stored = await this.#store.load(id, REMEMBERED_IDS);
    if (stored === undefined) return undefined;
    const room = new Room(id, stored);
    this.#open.set(key, room);
    return room;
  }

  /** Already open, without waiting: for the hot path. */
  peek(id: RoomId): Room | undefined {
    return this.#open.get(toHex(id));
  }

  adopt(room: Room): void {
    this.#open.set(room.key, room);
  }

  /** Lets go of a room that nobody has open: it is loaded again when someone does. */
  release(room: Room): void {
    if (room.subscriptions.size === 0 && room.head === room.durable && this.#open.get(room.key) === room) this.#open.delete(room.key);
  }

  /** A room that was deleted: whoever has it open finds out at once. */
  forget(room: Room): void {
    this.#open.delete(room.key);
    for (const { peer } of room.subscriptions) peer.close(1012, 'the room is gone');
  }

  /** Takes something to be stored. It is acked, and fanned out, only once it is durable. */
  stage(staged: Staged): void {
    this.#staged.push(staged);
    if (this.#scheduled || this.#flushing !== undefined) return;
    this.#scheduled = true;
    this.#soon(() => {
      this.#scheduled = false;
      this.#flushing = this.#flush().finally(() => {
        this.#flushing = undefined;
      });
    });
  }

  /** Resolves when nothing is waiting for the disk. */
  async idle(): Promise<void> {
    while (this.#scheduled || this.#flushing !== undefined) await (this.#flushing ?? new Promise<void>((resolve) => { this.#soon(resolve); }));
  }

  async #flush(): Promise<void> {
    while (this.#staged.length > 0) {
      const batch = this.#staged;
      this.#staged = [];
      try {
        await this.#store.commit(batch.flatMap(({ writes }) => writes));
      } catch {
        this.#refuse([...batch, ...this.#staged]);
        this.#staged = [];
        return;
      }
      this.counts.commits++;
      this.counts.envelopes += batch.length;
      for (const { room, frame } of batch) if (frame !== undefined && frame.seq > room.durable) room.durable = frame.seq as Room['durable'];
      for (const { onStored } of batch) onStored?.();
      fanOut(batch);
    }
  }

  /**
   * Nothing of the batch was stored, so what memory says of these rooms is wrong: their senders are told, and
   * everybody in them reconnects, upon which the rooms are loaded as they are.
   */
  #refuse(batch: readonly Staged[]): void {
    for (const { peer, refusal } of batch) peer.send(refusal);
    for (const room of new Set(batch.map((staged) => staged.room))) {
      this.#open.delete(room.key);
      for (const { peer } of room.subscriptions) peer.close(1011, 'the relay could not store');
    }
  }
}
