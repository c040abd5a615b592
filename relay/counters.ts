/**
 * What the relay counts about itself. On the hot path that is plain additions, once per turn or frame; names and
 * text come into being when someone asks (`http/metrics.ts`). Never per room, never per address.
 */
import { ERROR_CODES, type ErrorCode } from '../shared/codes.ts';

/** A distribution in fixed classes. `bounds` are the inclusive upper ends, ascending; one class more takes what is over the last. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** `times`: how often that value was seen. */
  observe(value: number, times = 1): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + times;
    this.sum += value * times;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

/** Milliseconds. */
const LATENCIES = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

export class Counters {
  /** Connections that were greeted, since the start. */
  connected = 0;
  /** Frames that clients sent. */
  received = 0;
  /** Messages and commits that became durable. */
  acked = 0;
  /** Envelopes handed to connections, live. */
  delivered = 0;
  /** Envelopes handed to connections that pulled them. */
  pulled = 0;
  /** Bytes of envelopes that became durable. */
  stored = 0;
  /** Envelopes that were let go of, being old or too many, and their bytes. */
  trimmed = 0;
  trimmedBytes = 0;
  /** Bytes of blobs that came, and that were fetched. */
  blobBytesIn = 0;
  blobBytesOut = 0;
  /** Blobs that were let go of, being old or left unfinished. */
  blobsExpired = 0;
  /** Posts to push services. */
  pushesBegun = 0;
  /** Wake-ups that a push service took; that waited for one on its way; that are tried again; that failed for good, or found no place. */
  pushesSent = 0;
  pushesCoalesced = 0;
  pushesDeferred = 0;
  pushesFailed = 0;
  pushesDropped = 0;
  /** Subscriptions that a push service knows no more. */
  pushesGone = 0;
  /** Connections that were closed since all of them together held too much memory. */
  shed = 0;
  /** Connections that were told to pull since they read too slowly, or an envelope lay beyond what they read. */
  behind = 0;
  /** Transactions that failed. */
  failed = 0;
  readonly refused: Record<ErrorCode, number> = Object.fromEntries(Object.keys(ERROR_CODES).map((code) => [code, 0])) as Record<ErrorCode, number>;
  /** Milliseconds from the arrival of the oldest envelope of a turn to the acks of all of it: for each of them, at most so much. */
  readonly ackLatency = new Histogram(LATENCIES);
  /** Milliseconds of a transaction, fsync included. */
  readonly commitTime = new Histogram(LATENCIES);
  /** Writes of a transaction. */
  readonly batchSize = new Histogram(SIZES);
}
