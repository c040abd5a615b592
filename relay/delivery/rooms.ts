/**
 * The rooms in use, and those that were of late: whoever was cut off comes back in a moment, and with them everybody else. Which are kept
 * though nobody has them open is bounded; the store has all of each.
 */
import { randomBytes } from 'node:crypto';
import type { RoomId, Seq } from '../../shared/ids.ts';
import type { RoomRecord, Store } from '../store/store.ts';
import { copyOf, keyOf } from '../bytes.ts';
import { Room } from './room.ts';

/** Epochs for each room that may stay: some hundred bytes each, and one room may have thousands. */
const EPOCHS = 8;

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
  readonly #idleRooms: number;
  readonly #loaded = new Map<string, Room>();
  readonly #loading = new Map<string, Promise<RoomRecord | undefined>>();
  readonly #pins = new Map<string, number>();
  /** Of those loaded, the ones that nobody has open, the longest so first; each with how many epochs it has. */
  readonly #idle = new Map<string, number>();
  #idleEpochs = 0;
  /** What was trimmed of rooms whose record is being loaded: it may have been read before. */
  readonly #trimmed = new Map<string, Kept>();

  /** `idleRooms`: how many stay in memory that nobody has open. */
  constructor(store: Store, idleRooms: number) {
    this.#store = store;
    this.#idleRooms = idleRooms;
  }

  /** Without those that nobody has open. */
  get size(): number {
    return this.#loaded.size - this.#idle.size;
  }

  /**
   * The room, kept in memory until {@link unpin}. Where there is none, that stays so too for everyone but the
   * turn that makes it: it cannot come and go unseen between this look-up and that turn.
   */
  async pin(id: RoomId): Promise<Room | undefined> {
    const known = this.pinLoaded(id);
    if (known !== undefined) return known;
    const key = keyOf(id);
    this.#pins.set(key, (this.#pins.get(key) ?? 0) + 1);
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

  /** The room, if it is in memory; then it is kept there until {@link unpin}. */
  pinLoaded(id: RoomId): Room | undefined {
    const key = keyOf(id);
    const room = this.#loaded.get(key);
    if (room === undefined) return undefined;
    this.#pins.set(key, (this.#pins.get(key) ?? 0) + 1);
    this.#wake(key);
    return room;
  }

  /** Takes as long as looking up a room that is not in memory. */
  async lookInVain(): Promise<void> {
    await this.#store.load(new Uint8Array(randomBytes(32)) as RoomId).catch(() => undefined);
  }

  unpin(id: RoomId): void {
    this.unpinKey(keyOf(id));
  }

  /** As {@link unpin}, of a room that is known. */
  unpinKey(key: string): void {
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
    if (this.#loaded.get(room.key) !== room) return;
    this.#loaded.delete(room.key);
    this.#wake(room.key);
  }

  /** Nobody may have it open any more: then it lets go of what is large, and in time of everything. */
  dropIfIdle(key: string): void {
    const room = this.#loaded.get(key);
    if (room === undefined || room.members.size > 0 || this.#pins.has(key) || this.#idle.has(key)) return;
    room.window = undefined; // the store fills it again before the next envelope
    this.#idle.set(key, room.tree.size);
    this.#idleEpochs += room.tree.size;
    for (const [oldest] of this.#idle) {
      if (this.#idle.size <= this.#idleRooms && this.#idleEpochs <= EPOCHS * this.#idleRooms) return;
      this.#loaded.delete(oldest);
      this.#wake(oldest);
    }
  }

  #wake(key: string): void {
    const epochs = this.#idle.get(key);
    if (epochs === undefined) return;
    this.#idle.delete(key);
    this.#idleEpochs -= epochs;
  }
}
