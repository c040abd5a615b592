/** One step of a room's way from epoch to epoch, as it is kept in case the relay loses it. */
import * as v from 'valibot';
import {
  ENVELOPE_ID_BYTES, EPOCH_ID_BYTES, type AccessKey, type EnvelopeId, type EpochId, type InviteKey,
} from '../../../shared/ids.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';

const shape = v.object({
  v: v.literal(1),
  /** Number of the epoch that it ended, as MLS counts. */
  number: count,
  parent: bytes<EpochId>(EPOCH_ID_BYTES),
  /** Of the parent's access key: a credential towards the relay, which opens nothing of what it carries. */
  secretKey: bytes(64),
  /** Of the epoch that it began. */
  epoch: bytes<EpochId>(EPOCH_ID_BYTES),
  id: bytes<EnvelopeId>(ENVELOPE_ID_BYTES), access: bytes<AccessKey>(32), closing: v.boolean(),
  invites: v.array(v.object({ key: bytes<InviteKey>(32), uses: count, expires: count })),
  sealed: anyBytes,
});

export type TrailRecord = Omit<v.InferOutput<typeof shape>, 'v'>;

export const encodeTrail = (record: TrailRecord): Uint8Array => toCbor({ v: 1, ...record });
export const decodeTrail = (value: Uint8Array): TrailRecord | undefined => fromCbor(shape, value);
