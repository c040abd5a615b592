/** What one connection may do. Sizes in bytes, times in milliseconds. */
import { LIMITS } from '../../shared/limits.ts';

export interface RelayLimits {
  readonly payload: number;
  readonly frame: number;
  /** Rooms that one connection may hold open. */
  readonly rooms: number;
  readonly pull: number;
  /** Frames and bytes that a connection may send a second, on average, and how many seconds' worth at once. */
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly burstSeconds: number;
  readonly connections: number;
  /** How long a connection may stay without opening a room. */
  readonly idle: number;
  /** Seconds between heartbeats. */
  readonly heartbeat: number;
  /** Candidates that one connection may offer for a step that has some already. */
  readonly candidatesPerConnection: number;
}

export const DEFAULT_LIMITS: RelayLimits = {
  payload: LIMITS.payload, frame: LIMITS.frame, rooms: 1000, pull: LIMITS.pull, framesPerSecond: 500, bytesPerSecond: 4 * 1024 * 1024, burstSeconds: 10,
  connections: 10_000, idle: 30_000, heartbeat: 30, candidatesPerConnection: 4,
};

/** A bucket that fills with time: `take` answers 0, or how many milliseconds until it may be asked again. */
export class Allowance {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = perSecond * burstSeconds;
    this.#left = this.#most;
    this.#at = now;
  }

  take(amount: number, now: number): number {
    this.#left = Math.min(this.#most, this.#left + (Math.max(0, now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    if (amount > this.#left && this.#left < this.#most) return Math.ceil(((amount - this.#left) * 1000) / this.#perSecond);
    this.#left -= amount;
    return 0;
  }
}
