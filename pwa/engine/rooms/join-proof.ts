/**
 * Proof that whoever comes in may: the authenticated data of their external commit. Either
 *
 *   CBOR { v: 1, invite: id, sig }             by an invite's key
 *   CBOR { v: 1, return: return key, sig }     by a member's return key
 *
 * with an Ed25519 signature over the CBOR array [label, group id, epoch, confirmed transcript hash, the new leaf's signature
 * key], the label being "sotto join v1" or "sotto return v1". So it is of no use in another group, another epoch, or to another leaf.
 */
import * as v from 'valibot';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type InviteKey } from '../../../shared/ids.ts';
import { sign, verify } from '../crypto/signature.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_ID_BYTES } from './extensions.ts';
import type { InviteKeys } from './invite-keys.ts';
import type { ReturnKeys } from './return-keys.ts';

export interface JoinedState {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly transcriptHash: Uint8Array;
}

/** What a proof claims; whether it holds is {@link verifyJoinProof}'s to say. */
export type EntryClaim =
  | { readonly kind: 'invite'; readonly invite: Uint8Array; readonly sig: Uint8Array }
  | { readonly kind: 'return'; readonly key: InviteKey; readonly sig: Uint8Array };

const sig = bytes(SIGNATURE_BYTES);
const shape = v.union([
  v.object({ v: v.literal(1), invite: bytes(INVITE_ID_BYTES), sig }), v.object({ v: v.literal(1), return: bytes<InviteKey>(PUBLIC_KEY_BYTES), sig }),
]);

const LABELS = { invite: 'sotto join v1', return: 'sotto return v1' } as const;

const statement = (kind: EntryClaim['kind'], state: JoinedState, deviceKey: Uint8Array): Uint8Array =>
  toCbor([LABELS[kind], state.groupId, state.epoch, state.transcriptHash, deviceKey]);

export const joinProof = (keys: InviteKeys, state: JoinedState, deviceKey: Uint8Array): Uint8Array =>
  toCbor({ v: 1, invite: keys.id, sig: sign(statement('invite', state, deviceKey), keys.sign.secretKey) });

export const returnProof = (keys: ReturnKeys, state: JoinedState, deviceKey: Uint8Array): Uint8Array =>
  toCbor({ v: 1, return: keys.sign.publicKey, sig: sign(statement('return', state, deviceKey), keys.sign.secretKey) });

export function entryClaimIn(proof: Uint8Array): EntryClaim | undefined {
  const parsed = fromCbor(shape, proof);
  if (parsed === undefined) return undefined;
  return 'invite' in parsed ? { kind: 'invite', invite: parsed.invite, sig: parsed.sig } : { kind: 'return', key: parsed.return, sig: parsed.sig };
}

export const verifyJoinProof = (claim: EntryClaim, key: Uint8Array, state: JoinedState, deviceKey: Uint8Array): boolean =>
  verify(claim.sig, statement(claim.kind, state, deviceKey), key);
