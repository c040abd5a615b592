/** A person whose safety number this device's person compared. */
import * as v from 'valibot';
import type { IdentityKey } from '../mls/index.ts';
import type { StorageKey } from '../ports/storage.ts';
import { bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import { toBase64Url } from '../../../shared/bytes.ts';

export interface VerifiedPerson {
  readonly person: IdentityKey;
  /** How they were called then. */
  readonly name: string;
  /** Unix milliseconds. */
  readonly at: number;
}

const VERIFIED = 'verified';

export const VERIFIED_PREFIX: StorageKey = [VERIFIED];
export const verifiedKey = (person: IdentityKey): StorageKey => [VERIFIED, toBase64Url(person)];

const shape = v.object({ v: v.literal(1), person: bytes<IdentityKey>(32), name: v.string(), at: count });

export const encodeVerified = (record: VerifiedPerson): Uint8Array => toCbor({ v: 1, ...record });
export const decodeVerified = (value: Uint8Array): VerifiedPerson | undefined => fromCbor(shape, value);
