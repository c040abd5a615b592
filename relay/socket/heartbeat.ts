/**
 * Asks connections for a sign of life, each once in a period, spread over it: one timer for all, and never thousands of
 * pings at once, even where all have come at once.
 */
export interface Beating {
  beat(): void;
}

const SLOTS = 50;

export class Heartbeat {
  readonly #slots: readonly Set<Beating>[] = Array.from({ length: SLOTS }, () => new Set<Beating>());
  readonly #timer: NodeJS.Timeout;
  #now = 0;
  #next = 0;

  /** `period`: milliseconds. */
  constructor(period: number) {
    this.#timer = setInterval(() => {
      this.#now = (this.#now + 1) % SLOTS;
      for (const one of this.#slots[this.#now] ?? []) one.beat();
    }, period / SLOTS);
    this.#timer.unref();
  }

  /** Answers how it is taken out again. It is first asked after no less than half a period. */
  add(one: Beating): Set<Beating> {
    this.#next = (this.#next + 1) % (SLOTS / 2);
    const slot = this.#slots[(this.#now + SLOTS / 2 + this.#next) % SLOTS] as Set<Beating>;
    slot.add(one);
    return slot;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
