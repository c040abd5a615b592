/**
 * Signals: what is true for a moment and kept by nobody, inside an envelope of kind `signal`. The outer layer's content is
 *
 *   CBOR { v: 1, type, at, device, body, sig }
 *
 * `at`: the sender's clock, Unix milliseconds. `device`: the signature key of the sender's leaf. `sig`: Ed25519 by it over the CBOR array
 * ["sotto signal v1", room, epoch id, envelope id, type, at, device, body]. No MLS message: no ratchet moves for it.
 */
import * as v from 'valibot';
import type { Envelope } from '../../../shared/envelope.ts';
import { SIGNATURE_BYTES } from '../../../shared/ids.ts';
import { verify } from '../crypto/signature.ts';
import { bytes, count, fromCbor, toCbor } from './cbor.ts';

const BODIES = {
  /** The sender is writing, or is not any more. */
  typing: v.object({ on: v.boolean() }),
  /** The sender has the app before them. */
  presence: v.object({}),
} as const;

type Type = keyof typeof BODIES;
export type SignalBody = { readonly [T in Type]: { readonly kind: T } & Readonly<v.InferOutput<(typeof BODIES)[T]>> }[Type];

export interface Signal {
  readonly at: number;
  readonly device: Uint8Array;
  readonly body: SignalBody;
}

/** What of an envelope is signed with it. */
export type SignalAt = Pick<Envelope, 'room' | 'epoch' | 'id'>;

const frame = v.object({ v: v.literal(1), type: v.string(), at: count, device: bytes(32), body: v.record(v.string(), v.unknown()), sig: bytes(SIGNATURE_BYTES) });

const statement = ({ room, epoch, id }: SignalAt, type: string, at: number, device: Uint8Array, body: object): Uint8Array =>
  toCbor(['sotto signal v1', room, epoch, id, type, at, device, body]);

/** `sign`: by the key whose public half is `device`. */
export function encodeSignal(place: SignalAt, { at, device, body: { kind, ...body } }: Signal, sign: (statement: Uint8Array) => Uint8Array): Uint8Array {
  return toCbor({ v: 1, type: kind, at, device, body, sig: sign(statement(place, kind, at, device, body)) });
}

/** Undefined for a type that is not known, and for all that this very device did not sign for this very envelope. */
export function decodeSignal(place: SignalAt, content: Uint8Array): Signal | undefined {
  const read = fromCbor(frame, content);
  if (read === undefined || !Object.hasOwn(BODIES, read.type)) return undefined;
  const { at, device, sig } = read;
  const kind = read.type as Type;
  const body = v.safeParse(BODIES[kind], read.body);
  if (!body.success || !verify(sig, statement(place, kind, at, device, read.body), device)) return undefined;
  return { at, device, body: { kind, ...body.output } as SignalBody };
}
