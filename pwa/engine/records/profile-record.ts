/** Who this is: the identity key pair and the chosen name. */
import * as v from 'valibot';
import type { Identity, IdentityKey } from '../mls/index.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';

export interface Profile extends Identity {
  readonly name: string;
}

export const PROFILE_KEY = ['profile'] as const;

const shape = v.object({ v: v.literal(1), name: v.string(), identityKey: bytes<IdentityKey>(32), identitySecret: bytes(64) });

export const encodeProfile = (profile: Profile): Uint8Array => toCbor({ v: 1, ...profile });
export const decodeProfile = (value: Uint8Array): Profile | undefined => fromCbor(shape, value);
