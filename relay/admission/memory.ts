/**
 * A ceiling over what all connections hold in memory: answers that are not read, frames that never end. Each has its own limit, but
 * thousands of them have none in sum; so when buffers in all are too many, those that hold most are closed, and can come back.
 */

/** What can be closed to make room. */
export interface Holder {
  /** Bytes. */
  readonly holding: number;
  /** Closes it for holding too much. */
  drop(): void;
}

/** Bytes that a connection may hold without being looked at: everyone has some. */
const SMALL = 64 * 1024;

/**
 * Closes those that hold most, until what they held makes up for the excess. What is shared among many is counted for each, so that closing
 * one may free less than it seems: the next look sees. Answers how many were closed.
 */
export function shed(holders: Iterable<Holder>, used: number, limit: number): number {
  let excess = used - limit;
  if (excess <= 0) return 0;
  const large = [...holders].filter(({ holding }) => holding > SMALL).sort((a, b) => b.holding - a.holding);
  let closed = 0;
  for (const holder of large) {
    if (excess <= 0) break;
    excess -= holder.holding;
    holder.drop();
    closed++;
  }
  return closed;
}
