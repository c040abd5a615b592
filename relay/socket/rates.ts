/** How fast one connection may do what: its own allowances, and for some those that it shares with its address. */
import type { AddressUse } from '../admission/addresses.ts';
import type { Clock } from '../clock.ts';
import type { RelayLimits } from '../limits.ts';
import { Allowance } from './allowance.ts';

/** What is seldom done, but for frames and bytes. */
export type Seldom = 'commits' | 'signals' | 'proofs' | 'pings' | 'grants' | 'subscriptions' | 'refusals';
const MINUTE = 60;

/** Per second, and at once. */
function termsOf(what: Seldom, limits: RelayLimits): readonly [perSecond: number, most: number] {
  const bursting = (perSecond: number): readonly [number, number] => [perSecond, perSecond * limits.burstSeconds];
  switch (what) {
    case 'commits': return bursting(limits.commitsPerSecond);
    case 'signals': return bursting(limits.signalsPerSecond);
    case 'pings': return bursting(limits.pingsPerSecond);
    case 'proofs': return [limits.proofsPerSecond, Math.max(limits.rooms, limits.proofsPerSecond)];
    case 'grants': return [limits.grantsPerConnection / MINUTE, limits.grantsPerConnection];
    case 'subscriptions': return [limits.subscriptionsPerConnection / MINUTE, limits.subscriptionsPerConnection];
    // Of answers that no honest client often gets.
    case 'refusals': return [limits.overRate / MINUTE, limits.overRate];
  }
}

export class Rates {
  readonly #limits: RelayLimits;
  readonly #clock: Clock;
  /** What all connections of the same address share; undefined where it is not counted. */
  readonly #from: AddressUse | undefined;
  readonly #frames: Allowance;
  readonly #bytes: Allowance;
  /** Made when they are first needed: most connections are idle, and there may be thousands. */
  #seldom: Partial<Record<Seldom, Allowance>> | undefined;

  constructor(limits: RelayLimits, clock: Clock, from: AddressUse | undefined) {
    this.#limits = limits;
    this.#clock = clock;
    this.#from = from;
    const now = clock.ticks();
    this.#frames = new Allowance(limits.framesPerSecond, limits.framesPerSecond * limits.burstSeconds, now);
    this.#bytes = new Allowance(limits.bytesPerSecond, limits.bytesPerSecond * limits.burstSeconds, now);
  }

  /** Milliseconds to wait before a frame of so many bytes may come, by what this connection may and by what its address may; 0 where it may. */
  frame(bytes: number): number {
    const now = this.#clock.ticks();
    const from = this.#from;
    const own = this.#frames.take(1, now) || this.#bytes.take(bytes, now);
    if (own > 0 || from === undefined) return own;
    return from.frames.take(1, now) || from.bytes.take(bytes, now);
  }

  /** Milliseconds to wait before it may be done once more; 0 where it may. */
  take(what: Seldom): number {
    const now = this.#clock.ticks();
    this.#seldom ??= {};
    const own = (this.#seldom[what] ??= new Allowance(...termsOf(what, this.#limits), now)).take(1, now);
    return own > 0 || what !== 'proofs' || this.#from === undefined ? own : this.#from.proofs.take(1, now);
  }
}
