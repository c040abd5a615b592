/** What the bench asks of a server process, and what comes back: `servers/observe.ts`. */
export type Question = 'begin' | 'delay' | 'memory' | 'thread';

export interface Answer {
  /** Milliseconds between two turns of the event loop, since `begin`. */
  readonly p99?: number;
  readonly most?: number;
  /** Processor time of the main thread so far, µs (Linux). */
  readonly thread?: number;
  /** Resident bytes, after the garbage was collected. */
  readonly resident?: number;
}
