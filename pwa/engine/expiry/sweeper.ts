/** One timer for what disappears next, in whichever room that is. */
import type { Change } from '../ports/storage.ts';
import type { Elapsed } from './elapsed.ts';

/** Milliseconds after which it is looked again, and written down how much time has passed: browsers cannot wait for weeks. */
const LOOK_EVERY = 300_000;

export interface Sweepable {
  /** By {@link Elapsed}; 0 where nothing is. */
  readonly nextDue: number;
  sweep(): Promise<void>;
}

export class Sweeper {
  readonly #elapsed: Elapsed;
  readonly #rooms: () => Iterable<Sweepable>;
  readonly #write: (changes: readonly Change[]) => Promise<void>;
  #set: { readonly due: number; readonly cancel: () => void } | undefined;
  #stopped = false;

  constructor(elapsed: Elapsed, rooms: () => Iterable<Sweepable>, write: (changes: readonly Change[]) => Promise<void>) {
    this.#elapsed = elapsed;
    this.#rooms = rooms;
    this.#write = write;
  }

  /** Something is due, or due at another time than before. */
  schedule(): void {
    let next = Infinity;
    for (const { nextDue } of this.#rooms()) if (nextDue > 0 && nextDue < next) next = nextDue;
    if (this.#stopped || next === this.#set?.due) return;
    this.#set?.cancel();
    this.#set = undefined;
    if (next === Infinity) return;
    const wait = Math.min(LOOK_EVERY, Math.max(0, next - this.#elapsed.now()));
    this.#set = { due: next, cancel: this.#elapsed.after(wait, () => { void this.#fire(); }) };
  }

  stop(): void {
    this.#stopped = true;
    this.#set?.cancel();
    this.#set = undefined;
  }

  async #fire(): Promise<void> {
    this.#set = undefined;
    const now = this.#elapsed.now();
    const due = [...this.#rooms()].filter(({ nextDue }) => nextDue > 0 && nextDue <= now);
    await Promise.all(due.map((room) => room.sweep()));
    // Whoever halts the engine has stopped this.
    if (!this.#stopped) await this.#write([this.#elapsed.record()]).catch(() => undefined);
    this.schedule();
  }
}
