/**
 * Proof that a joiner holds an invite: the authenticated data of its external commit,
 * CBOR { v: 1, invite: id, sig } with an Ed25519 signature by the invite's key over the CBOR array
 * ["sotto join v1", group id, epoch, confirmed transcript hash, the new leaf's signature key].
 * So it is of no use in another group, another epoch, or to another leaf.
 */
import * as v from 'valibot';
import { SIGNATURE_BYTES } from '../../../shared/ids.ts';
import { sign, verify } from '../crypto/signature.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_ID_BYTES } from './extensions.ts';
import type { InviteKeys } from './invite-keys.ts';

export interface JoinedState {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly transcriptHash: Uint8Array;
}

const shape = v.object({ v: v.literal(1), invite: bytes(INVITE_ID_BYTES), sig: bytes(SIGNATURE_BYTES) });

const statement = (state: JoinedState, deviceKey: Uint8Array): Uint8Array =>
  toCbor(['sotto join v1', state.groupId, state.epoch, state.transcriptHash, deviceKey]);

export const joinProof = (keys: InviteKeys, state: JoinedState, deviceKey: Uint8Array): Uint8Array =>
  toCbor({ v: 1, invite: keys.id, sig: sign(statement(state, deviceKey), keys.sign.secretKey) });

/** The id of the invite that the proof names; whether it holds is {@link verifyJoinProof}'s to say. */
export const inviteNamedIn = (proof: Uint8Array): Uint8Array | undefined => fromCbor(shape, proof)?.invite;

export function verifyJoinProof(proof: Uint8Array, inviteKey: Uint8Array, state: JoinedState, deviceKey: Uint8Array): boolean {
  const parsed = fromCbor(shape, proof);
  return parsed !== undefined && verify(parsed.sig, statement(state, deviceKey), inviteKey);
}
