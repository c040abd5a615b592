/** A commit, or a join, that was made and not yet taken: the bytes that go to the relay, and what they lead to. */
import * as v from 'valibot';
import { ENVELOPE_ID_BYTES, EPOCH_ID_BYTES, type EnvelopeId, type EpochId } from '../../../shared/ids.ts';
import { anyBytes, bytes, fromCbor, toCbor } from '../wire/cbor.ts';

const shape = v.object({
  v: v.literal(1), id: bytes<EnvelopeId>(ENVELOPE_ID_BYTES), parent: bytes<EpochId>(EPOCH_ID_BYTES), epoch: bytes<EpochId>(EPOCH_ID_BYTES),
  /** The whole control frame: sent again byte for byte. */
  bundle: anyBytes,
  /** The sealed commit within it, by which its echo is known. */
  sealed: anyBytes,
  /** Ids of the intents that it fulfils. */
  fulfils: v.array(v.string()),
  /** Its authenticated data: who of those that it removes had left. */
  leaves: anyBytes,
});

export interface PendingRecord {
  readonly id: EnvelopeId;
  readonly parent: EpochId;
  readonly epoch: EpochId;
  readonly bundle: Uint8Array;
  readonly sealed: Uint8Array;
  readonly fulfils: readonly string[];
  readonly leaves: Uint8Array;
}

export const encodePending = (record: PendingRecord): Uint8Array => toCbor({ v: 1, ...record });
export const decodePending = (value: Uint8Array): PendingRecord | undefined => fromCbor(shape, value);
