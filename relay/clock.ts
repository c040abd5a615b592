/** Time, so that tests and simulations can bring their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Whole milliseconds since whenever, which never run backwards: for rates, which must not hang on what the time is said to be. */
  ticks(): number;
  /** Runs once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** Runs when all that has arrived by now was received: the end of this turn of the event loop. */
  soon(run: () => void): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => Math.floor(performance.now()),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (run) => void setImmediate(run),
};

/** Before this, no clock is right: one that was never set, on a small board without a battery, begins in 1970. Unix milliseconds. */
export const EARLIEST = Date.UTC(2023, 0, 1);
