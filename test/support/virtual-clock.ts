/** Time that a test owns: nothing happens until it lets it. */
import type { Clock } from '../../pwa/engine/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + Math.ceil(Math.max(0, ms)), order: this.#order++, run: then };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs what is due next, in the order it was set, after everything under way has come to rest. False where nothing waits until `end`. */
  async step(end = Infinity): Promise<boolean> {
    await settled();
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    if (next === undefined || next.at > end) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    return true;
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (await this.step(end)) { /* until nothing is due any more */ }
    this.#now = end;
  }

  /** So much time is gone at once, as for a phone that slept: what was due in it is late. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass until something holds, at most `ms`. Throws where it never does. */
  async until(holds: () => boolean | Promise<boolean>, ms = 120_000, what = 'what was awaited'): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      if (await holds()) return;
      if (!(await this.step(end))) throw new Error(`${what} did not come about in ${ms} ms of virtual time`);
    }
  }

  /** Awaits a promise while time passes. */
  async over<T>(promise: Promise<T>, ms = 120_000): Promise<T> {
    let ended = false;
    const mark = (): void => { ended = true; };
    promise.then(mark, mark);
    await this.until(() => ended, ms);
    return promise;
  }
}

/** All promises that wait for nothing but each other have run: the engine and the relay's memory store use no others. */
export const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
