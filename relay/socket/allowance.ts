/** A bucket that fills with time, for rates. */
export class Allowance {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond * burstSeconds);
    this.#left = this.#most;
    this.#at = now;
  }

  /** Takes an amount, and answers 0; or takes nothing, and answers how many milliseconds to wait. What is more than the whole bucket needs a full one. */
  take(amount: number, now: number): number {
    this.#left = Math.min(this.#most, this.#left + (Math.max(0, now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    const needed = Math.min(amount, this.#most);
    if (needed > this.#left) return Math.ceil(((needed - this.#left) * 1000) / this.#perSecond);
    this.#left -= amount;
    return 0;
  }
}
