/**
 * What is inside an MLS application message: one CBOR map
 *
 *   { v: 1, type, at, chain: [n, h] | null, authenticator, body }
 *
 * `at` is the sender's clock, Unix milliseconds. `chain` is the sender's last link of the log, null while
 * it has none. `authenticator` is the epoch authenticator (RFC 9420 §8.7). `body` by type:
 *
 *   text        { text }        at most 32 KiB of UTF-8
 *   delivered   { through }     the seq up to which the sender's device holds all messages
 *
 * A type or version that is not known is kept whole, and shown as such.
 */
import * as v from 'valibot';
import { utf8 } from '../../../shared/bytes.ts';
import { DIGEST_BYTES, type Seq } from '../../../shared/ids.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from './cbor.ts';
import type { Link } from './chain.ts';

export const MOST_TEXT_BYTES = 32 * 1024;

export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'delivered'; readonly through: Seq }
  /** `raw` is the whole plaintext. */
  | { readonly kind: 'unknown'; readonly type: string; readonly raw: Uint8Array };

export interface Message {
  readonly at: number;
  readonly chain: Link | null;
  readonly authenticator: Uint8Array;
  readonly body: Body;
}

/** The frame around the body stays readable in later versions: they may only add keys. */
const frame = v.object({
  v: count,
  type: v.pipe(v.string(), v.maxLength(64)),
  at: count,
  chain: v.nullable(v.tuple([count, bytes(DIGEST_BYTES)])),
  authenticator: anyBytes,
  body: v.record(v.string(), v.unknown()),
});

const text = v.object({ text: v.string() });
const delivered = v.object({ through: count });

export const isTextTooLong = (words: string): boolean => utf8(words).length > MOST_TEXT_BYTES;

export function encodeMessage({ at, chain, authenticator, body }: Message): Uint8Array {
  const head = { v: 1, at, chain: chain === null ? null : [chain.seq, chain.hash], authenticator };
  switch (body.kind) {
    case 'text':
      return toCbor({ ...head, type: 'text', body: { text: body.text } });
    case 'delivered':
      return toCbor({ ...head, type: 'delivered', body: { through: body.through } });
    case 'unknown':
      return body.raw;
  }
}

/** Undefined where it is no such map, or a known type of a known version has a body that does not fit. */
export function decodeMessage(plaintext: Uint8Array): Message | undefined {
  const outer = fromCbor(frame, plaintext);
  if (outer === undefined) return undefined;
  const body = bodyOf(outer, plaintext);
  if (body === undefined) return undefined;
  const chain = outer.chain === null ? null : { seq: outer.chain[0] as Seq, hash: outer.chain[1] };
  return { at: outer.at, chain, authenticator: outer.authenticator, body };
}

function bodyOf(outer: v.InferOutput<typeof frame>, plaintext: Uint8Array): Body | undefined {
  if (outer.v === 1 && outer.type === 'text') {
    const result = v.safeParse(text, outer.body);
    return result.success && !isTextTooLong(result.output.text) ? { kind: 'text', text: result.output.text } : undefined;
  }
  if (outer.v === 1 && outer.type === 'delivered') {
    const result = v.safeParse(delivered, outer.body);
    return result.success ? { kind: 'delivered', through: result.output.through as Seq } : undefined;
  }
  return { kind: 'unknown', type: outer.type, raw: plaintext };
}
