/** What the bench asks of a server process, and what comes back: `servers/observe.ts`. */
export type Question = 'begin' | 'delay' | 'memory';

export interface Answer {
  /** Milliseconds between two turns of the event loop, since `begin`. */
  readonly p99?: number;
  readonly most?: number;
  /** Resident bytes, after the garbage was collected. */
  readonly resident?: number;
}
