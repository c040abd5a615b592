/**
 * A bucket that fills with time, for rates. On the way of every frame: whole numbers, and no allocation.
 * One that gives a thousandth per millisecond and unit of rate needs no division until it refuses.
 */
export class Allowance {
  /** Per second, and so thousandths per millisecond. */
  readonly #rate: number;
  /** In thousandths, as is what is left. */
  readonly #most: number;
  #left: number;
  #at: number;

  /** `most`: what a full bucket holds. `now`: whole milliseconds of a clock that does not run backwards. */
  constructor(perSecond: number, most: number, now: number) {
    this.#rate = perSecond;
    this.#most = Math.max(1, most) * 1000;
    this.#left = this.#most;
    this.#at = now;
  }

  /** Takes an amount, and answers 0; or takes nothing, and answers how many milliseconds to wait. What is more than the whole bucket needs a full one. */
  take(amount: number, now: number): number {
    if (now > this.#at) {
      this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#rate);
      this.#at = now;
    }
    const wanted = amount * 1000;
    const needed = Math.min(wanted, this.#most);
    if (needed > this.#left) return Math.ceil((needed - this.#left) / this.#rate);
    this.#left -= wanted;
    return 0;
  }

  /** Whether nothing was taken of late: it may be forgotten. */
  isFull(now: number): boolean {
    return this.#left + (now - this.#at) * this.#rate >= this.#most;
  }
}
