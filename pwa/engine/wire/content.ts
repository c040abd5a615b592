/**
 * What is inside an MLS application message: one CBOR map
 *
 *   { v: 1, type, at, chain: [n, h] | null, authenticator, expires?, body }
 *
 * `expires`: seconds that the message stays once it was read, whatever its type. `at` is the sender's clock, Unix milliseconds. `chain` is the sender's last link of the log, null while
 * it has none. `authenticator` is the epoch authenticator (RFC 9420 §8.7). `body`: a map of the fields that
 * `bodies.ts` has for that type.
 *
 * A type or version that is not known is kept whole, and shown as such; so is a known one with fields that are not.
 */
import * as v from 'valibot';
import { DIGEST_BYTES, type Seq } from '../../../shared/ids.ts';
import { parseBody, stay, type Body } from './bodies.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from './cbor.ts';
import type { Link } from './chain.ts';

export interface Message {
  readonly at: number;
  readonly chain: Link | null;
  readonly authenticator: Uint8Array;
  readonly expires?: number;
  readonly body: Body;
}

export interface ReadMessage extends Message {
  /** The whole plaintext, where the body has fields that this version does not know; else null. */
  readonly newer: Uint8Array | null;
}

/** The frame around the body stays readable in later versions: they may only add keys. */
const frame = v.object({
  v: count,
  type: v.pipe(v.string(), v.maxLength(64)),
  at: count,
  chain: v.nullable(v.tuple([count, bytes(DIGEST_BYTES)])),
  authenticator: anyBytes,
  expires: v.exactOptional(stay),
  body: v.record(v.string(), v.unknown()),
});

export function encodeMessage({ at, chain, authenticator, expires, body }: Message): Uint8Array {
  if (body.kind === 'unknown') return body.raw;
  const { kind: type, ...fields } = body;
  return toCbor({ v: 1, type, at, chain: chain === null ? null : [chain.seq, chain.hash], authenticator, ...(expires === undefined ? {} : { expires }), body: fields });
}

/** Undefined where it is no such map, or a known type of a known version has a body that does not fit. */
export function decodeMessage(plaintext: Uint8Array): ReadMessage | undefined {
  const outer = fromCbor(frame, plaintext);
  if (outer === undefined) return undefined;
  const chain = outer.chain === null ? null : { seq: outer.chain[0] as Seq, hash: outer.chain[1] };
  const head = { at: outer.at, chain, authenticator: outer.authenticator, ...(outer.expires === undefined ? {} : { expires: outer.expires }) };
  const read = outer.v === 1 ? parseBody(outer.type, outer.body) : 'unknown';
  if (read === undefined) return undefined;
  if (read === 'unknown') return { ...head, body: { kind: 'unknown', type: outer.type, raw: plaintext }, newer: null };
  return { ...head, body: read.body, newer: read.hasMore ? plaintext : null };
}
