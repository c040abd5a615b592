/**
 * The hot frame: an envelope, the same bytes from sender to relay and from relay to every receiver,
 * but for the seq, which the relay writes in place. Offsets are fixed so that it is routed unparsed.
 *
 *   0        type      0x01
 *   1        kind      1 message · 2 commit · 3 signal · 4 knock; of a message, bit 7 says that it wakes nobody
 *   2..34    room
 *   34..50   epoch     the epoch it was sealed in; for a commit, the epoch that it ends
 *   50..66   id        the sender's choice, kept across retries
 *   66..74   seq       big-endian; 0 from a sender and in signals
 *   74..     payload   opaque; of a commit, see `commit.ts`
 */
import { readU64, writeU64 } from './bytes.ts';
import type { EnvelopeId, EpochId, RoomId, Seq } from './ids.ts';

export const KINDS = { message: 1, commit: 2, signal: 3, knock: 4 } as const;
export type Kind = keyof typeof KINDS;

/** In the byte of the kind, of messages alone: see {@link Envelope.quiet}. */
export const QUIET = 0x80;

export const ENVELOPE_TYPE = 0x01;
export const ENVELOPE_HEADER_BYTES = 74;
/** Where the parts begin; a relay routes by them without decoding. */
export const KIND_AT = 1;
export const ROOM_AT = 2;
export const EPOCH_AT = 34;
export const ID_AT = 50;
export const SEQ_AT = 66;

export interface Envelope {
  readonly kind: Kind;
  /** A message for which no sleeping device need be woken, such as a receipt. */
  readonly quiet?: true;
  readonly room: RoomId;
  readonly epoch: EpochId;
  readonly id: EnvelopeId;
  /** 0 while the relay has not placed it, and for signals always. */
  readonly seq: Seq;
  readonly payload: Uint8Array;
}

const KIND_NAMES: readonly (Kind | undefined)[] = [undefined, 'message', 'commit', 'signal', 'knock'];

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const frame = new Uint8Array(ENVELOPE_HEADER_BYTES + envelope.payload.length);
  frame[0] = ENVELOPE_TYPE;
  frame[KIND_AT] = KINDS[envelope.kind] | (envelope.quiet === true ? QUIET : 0);
  frame.set(envelope.room, ROOM_AT);
  frame.set(envelope.epoch, EPOCH_AT);
  frame.set(envelope.id, ID_AT);
  writeU64(frame, SEQ_AT, envelope.seq);
  frame.set(envelope.payload, ENVELOPE_HEADER_BYTES);
  return frame;
}

/**
 * Reads an envelope without copying: its parts are views on the frame. Undefined where it is shorter
 * than a header, of an unknown kind, not an envelope, or its seq is not a safe integer.
 */
export function decodeEnvelope(frame: Uint8Array): Envelope | undefined {
  if (frame.length < ENVELOPE_HEADER_BYTES || frame[0] !== ENVELOPE_TYPE) return undefined;
  const quiet = frame[KIND_AT] === (KINDS.message | QUIET);
  const kind = quiet ? 'message' : KIND_NAMES[frame[KIND_AT] ?? 0];
  const seq = readU64(frame, SEQ_AT);
  if (kind === undefined || seq === undefined) return undefined;
  return {
    kind,
    ...(quiet ? { quiet } : {}),
    room: frame.subarray(ROOM_AT, EPOCH_AT) as RoomId,
    epoch: frame.subarray(EPOCH_AT, ID_AT) as EpochId,
    id: frame.subarray(ID_AT, SEQ_AT) as EnvelopeId,
    seq: seq as Seq,
    payload: frame.subarray(ENVELOPE_HEADER_BYTES),
  };
}

/** Of an envelope's frame. */
export const isKnock = (frame: Uint8Array): boolean => frame[KIND_AT] === KINDS.knock;

/** Of an envelope's frame: a message, quiet or not. */
export const isMessage = (frame: Uint8Array): boolean => ((frame[KIND_AT] ?? 0) & ~QUIET) === KINDS.message;

/** The relay's only change to an envelope. */
export function placeAt(frame: Uint8Array, seq: Seq): void {
  writeU64(frame, SEQ_AT, seq);
}
