/** What is stored beside a sealed attachment's pieces. */
import * as v from 'valibot';
import { count, fromCbor, toCbor } from '../wire/cbor.ts';
import { attachmentShape, type WireAttachment } from '../wire/bodies.ts';

const staged = v.variant('state', [
  /** Its pieces are being written: left behind by an engine that ended, it is swept. */
  v.object({ v: v.literal(1), state: v.literal('sealing') }),
  /** `order` rises within a room. `listed`: it stands in the room's draft; a copy that is about to be sent does not. */
  v.object({ v: v.literal(1), state: v.literal('whole'), order: count, listed: v.boolean(), attachment: attachmentShape }),
]);

export interface StagedRecord {
  readonly order: number;
  readonly listed: boolean;
  readonly attachment: WireAttachment;
}

export const SEALING: Uint8Array = toCbor({ v: 1, state: 'sealing' });
export const encodeStaged = (record: StagedRecord): Uint8Array => toCbor({ v: 1, state: 'whole', ...record });
/** Undefined for one that is not whole. */
export function decodeStaged(value: Uint8Array): StagedRecord | undefined {
  const read = fromCbor(staged, value);
  return read?.state === 'whole' ? read : undefined;
}

const held = v.object({ v: v.literal(1), length: count, held: count, paused: v.boolean() });

/** Of a blob: bytes that it has, and from its beginning on those that are here. `paused`: by the person, in either direction. */
export interface HeldRecord {
  readonly length: number;
  readonly held: number;
  readonly paused: boolean;
}

export const encodeHeld = ({ length, held: here, paused }: HeldRecord): Uint8Array => toCbor({ v: 1, length, held: here, paused });
export const decodeHeld = (value: Uint8Array): HeldRecord | undefined => fromCbor(held, value);
