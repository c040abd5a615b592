/** The rooms in use. One that nobody has open is dropped: the store has all of it. */
import { randomBytes } from 'node:crypto';
import type { RoomId, Seq } from '../../shared/ids.ts';
import type { RoomRecord, Store } from '../store/store.ts';
import { copyOf, keyOf } from '../bytes.ts';
import { Room } from './room.ts';

interface Kept {
  readonly floor: Seq;
  readonly complete: Seq;
}

function keep(room: Room, { floor, complete }: Kept): void {
  if (floor > room.floor) room.floor = floor;
  if (complete > room.complete) room.complete = complete;
}

export class Rooms {
  readonly #store: Store;
  readonly #loaded = new Map<string, Room>();
  readonly #loading = new Map<string, Promise<RoomRecord | undefined>>();
  readonly #pins = new Map<string, number>();
  /** What was trimmed of rooms whose record is being loaded: it may have been read before. */
  readonly #trimmed = new Map<string, Kept>();

  constructor(store: Store) {
    this.#store = store;
  }

  get size(): number {
    return this.#loaded.size;
  }

  /**
   * The room, kept in memory until {@link unpin}. Where there is none, that stays so too for everyone but the
   * turn that makes it: it cannot come and go unseen between this look-up and that turn.
   */
  async pin(id: RoomId): Promise<Room | undefined> {
    const key = keyOf(id);
    this.#pins.set(key, (this.#pins.get(key) ?? 0) + 1);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#store.load(id);
      this.#loading.set(key, loading);
      void loading.catch(() => undefined).then(() => this.#loading.delete(key));
      this.#trimmed.delete(key);
    }
    const record = await loading;
    const meanwhile = this.#loaded.get(key);
    if (meanwhile !== undefined || record === undefined) return meanwhile;
    const room = new Room(copyOf(id), record);
    const kept = this.#trimmed.get(key);
    this.#trimmed.delete(key);
    if (kept !== undefined) keep(room, kept);
    this.#loaded.set(key, room);
    return room;
  }

  /** Takes as long as looking up a room that is not in memory. */
  async lookInVain(): Promise<void> {
    await this.#store.load(new Uint8Array(randomBytes(32)) as RoomId).catch(() => undefined);
  }

  unpin(id: RoomId): void {
    const key = keyOf(id);
    const pins = (this.#pins.get(key) ?? 1) - 1;
    if (pins > 0) this.#pins.set(key, pins);
    else this.#pins.delete(key);
    this.dropIfIdle(key);
  }

  /** Envelopes are about to go: from now on everyone is told so. */
  announce(id: RoomId, kept: Kept): void {
    const key = keyOf(id);
    const room = this.#loaded.get(key);
    if (room !== undefined) keep(room, kept);
    else if (this.#loading.has(key)) this.#trimmed.set(key, kept);
  }

  get(key: string): Room | undefined {
    return this.#loaded.get(key);
  }

  add(room: Room): void {
    this.#loaded.set(room.key, room);
  }

  remove(room: Room): void {
    if (this.#loaded.get(room.key) === room) this.#loaded.delete(room.key);
  }

  dropIfIdle(key: string): void {
    if (this.#loaded.get(key)?.members.size === 0 && !this.#pins.has(key)) this.#loaded.delete(key);
  }
}
