/**
 * The relay's promise that an envelope is durable, and where it stands. Relay to sender only.
 *
 *   0        type      0x03
 *   1..33    room
 *   33..49   id        of the envelope
 *   49..57   seq       big-endian, from 1
 */
import { readU64, writeU64 } from './bytes.ts';
import type { EnvelopeId, RoomId, Seq } from './ids.ts';

export const ACK_TYPE = 0x03;
export const ACK_BYTES = 57;

export interface Ack {
  readonly room: RoomId;
  readonly id: EnvelopeId;
  readonly seq: Seq;
}

export function encodeAck(ack: Ack): Uint8Array {
  const frame = new Uint8Array(ACK_BYTES);
  frame[0] = ACK_TYPE;
  frame.set(ack.room, 1);
  frame.set(ack.id, 33);
  writeU64(frame, 49, ack.seq);
  return frame;
}

/** Undefined for what is not exactly one ack with a seq of at least 1. */
export function decodeAck(frame: Uint8Array): Ack | undefined {
  if (frame.length !== ACK_BYTES || frame[0] !== ACK_TYPE) return undefined;
  const seq = readU64(frame, 49);
  if (seq === undefined || seq === 0) return undefined;
  return { room: frame.subarray(1, 33) as RoomId, id: frame.subarray(33, 49) as EnvelopeId, seq: seq as Seq };
}
