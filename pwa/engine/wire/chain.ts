/**
 * The hash chain over a room's log, by which members notice that a relay forks, trims, reorders or
 * replays it.
 *
 *   h(n) = SHA-256(h(previous) ‖ u64be(n) ‖ SHA-256(frame))
 *
 * `n` is the envelope's seq and `frame` all its bytes, the seq in them. Only envelopes of the epoch
 * that a client is in are chained: others lie on dead branches. The creator begins with
 * h(0) = SHA-256("sotto chain v1" ‖ room); a joiner, who cannot know it, adopts the first claim made by a
 * member after its join and checks everything that came since against it.
 */
import { concat, equalBytes, utf8, writeU64 } from '../../../shared/bytes.ts';
import { START, type RoomId, type Seq } from '../../../shared/ids.ts';
import { sha256 } from '../crypto/hash.ts';

export interface Link {
  readonly seq: Seq;
  readonly hash: Uint8Array;
}

/**
 * `anchored`: the hash is known, `since` the first position at which it is. `adrift`: a joiner's, before
 * the first claim: `since` is its join, and `frames` the hashes of the frames that came after.
 */
export type Chain =
  | { readonly kind: 'anchored'; readonly since: Seq; readonly last: Link }
  | { readonly kind: 'adrift'; readonly since: Seq; readonly frames: readonly Link[] };

/** A joiner who hears no claim for so long forgets the oldest frames; it then adopts a later claim. */
const MOST_ADRIFT = 1024;

export const firstLink = (room: RoomId): Link => ({ seq: START, hash: sha256(concat(utf8('sotto chain v1'), room)) });

export const begun = (room: RoomId): Chain => ({ kind: 'anchored', since: START, last: firstLink(room) });

export const adrift = (since: Seq): Chain => ({ kind: 'adrift', since, frames: [] });

/** Seq of the last envelope on it, or before it. */
export const lastChained = (chain: Chain): Seq => (chain.kind === 'anchored' ? chain.last.seq : (chain.frames.at(-1)?.seq ?? chain.since));

function nextHash(previous: Uint8Array, seq: Seq, frameHash: Uint8Array): Uint8Array {
  const position = new Uint8Array(8);
  writeU64(position, 0, seq);
  return sha256(concat(previous, position, frameHash));
}

/** The chain with one more envelope on it; the same where the envelope lies before what is chained. */
export function extended(chain: Chain, seq: Seq, frame: Uint8Array): Chain {
  if (chain.kind === 'adrift' && seq <= chain.since) return chain;
  const frameHash = sha256(frame);
  if (chain.kind === 'anchored') return { ...chain, last: { seq, hash: nextHash(chain.last.hash, seq, frameHash) } };
  const frames = [...chain.frames, { seq, hash: frameHash }];
  const forgotten = frames.length > MOST_ADRIFT ? frames.shift() : undefined;
  return { kind: 'adrift', since: forgotten?.seq ?? chain.since, frames };
}

/**
 * A joiner takes a member's claim for the truth. The links from there to now; undefined where the claim
 * names a position that this client did not get, or got before it joined.
 */
export function adopted(chain: Extract<Chain, { kind: 'adrift' }>, claim: Link): readonly Link[] | undefined {
  const after = chain.frames.filter(({ seq }) => seq > claim.seq);
  // One who learned late that its join was taken does not know where in the log it stands.
  const beforeAll = chain.since === START && claim.seq < (chain.frames[0]?.seq ?? Infinity);
  const known = beforeAll || claim.seq === chain.since || chain.frames.some(({ seq }) => seq === claim.seq);
  if (!known) return undefined;
  const links: Link[] = [claim];
  let { hash } = claim;
  for (const frame of after) {
    hash = nextHash(hash, frame.seq, frame.hash);
    links.push({ seq: frame.seq, hash });
  }
  return links;
}

export const sameLink = (a: Link, b: Link): boolean => a.seq === b.seq && equalBytes(a.hash, b.hash);
