/** Looks at each of many once a period, counted from when it came: one timer for all, since whoever came first is due first. */
import type { Clock } from '../clock.ts';

export class IdleWatch<T> {
  readonly #clock: Clock;
  readonly #period: number;
  readonly #look: (one: T) => boolean;
  /** When each is due, the first due first. */
  readonly #due = new Map<T, number>();
  #armed = false;

  /** `period`: milliseconds. `look`: whether it is to be looked at again. */
  constructor(clock: Clock, period: number, look: (one: T) => boolean) {
    this.#clock = clock;
    this.#period = period;
    this.#look = look;
  }

  add(one: T): void {
    this.#due.set(one, this.#clock.ticks() + this.#period);
    if (!this.#armed) this.#arm(this.#period);
  }

  delete(one: T): void {
    this.#due.delete(one);
  }

  #arm(wait: number): void {
    this.#armed = true;
    this.#clock.after(wait, () => {
      const now = this.#clock.ticks();
      for (const [one, due] of this.#due) {
        if (due > now) return this.#arm(due - now);
        this.#due.delete(one);
        if (this.#look(one)) this.add(one);
      }
      this.#armed = false;
    });
  }
}
