/**
 * Hands over what was posted, one write per socket, a slice of the sockets at a time: in between, frames come in and
 * timers fire, however many there are to tell.
 */
import type { Clock } from '../clock.ts';
import type { Subscriber } from './subscriber.ts';

/** Sockets written to at once: a few milliseconds of system calls. */
const SLICE = 256;

export class Flusher {
  readonly #clock: Clock;
  readonly #failed: (subscriber: Subscriber, error: unknown) => void;
  readonly #dirty = new Set<Subscriber>();
  #done: Promise<void> | undefined;

  /** `failed`: told of a subscriber that could not be written to, in a way that was not foreseen. */
  constructor(clock: Clock, failed: (subscriber: Subscriber, error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  get busy(): boolean {
    return this.#done !== undefined;
  }

  /** Something was posted for it. What else is posted before the slices reach it leaves with it. */
  touch(subscriber: Subscriber): void {
    this.#dirty.add(subscriber);
    this.#done ??= this.#run();
  }

  /** Resolves when nothing is left to hand over. */
  async done(): Promise<void> {
    await this.#done;
  }

  async #run(): Promise<void> {
    do {
      await new Promise<void>((resolve) => { this.#clock.soon(resolve); });
      let left = SLICE;
      for (const subscriber of this.#dirty) {
        this.#dirty.delete(subscriber);
        try {
          subscriber.flush();
        } catch (error) {
          this.#failed(subscriber, error);
        }
        if (--left === 0) break;
      }
    } while (this.#dirty.size > 0);
    this.#done = undefined;
  }
}
