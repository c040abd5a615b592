/** Time, so that tests can own it. */
export interface Clock {
  /** Unix time in whole milliseconds. */
  now(): number;
  /** Calls back once after `ms`; the answer cancels it. */
  after(ms: number, then: () => void): () => void;
}
