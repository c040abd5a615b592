/**
 * "I leave": Ed25519 by a leaf's identity key over the CBOR array ["sotto leave v1", group id, the leaf's signature key]. It holds in
 * every epoch, so whoever has it may complete it, whenever that is. A commit that does carries it in its authenticated data:
 *
 *   CBOR { v: 1, leaves: [[signature key, sig]…] }
 */
import * as v from 'valibot';
import { equalBytes } from '../../../shared/bytes.ts';
import { SIGNATURE_BYTES } from '../../../shared/ids.ts';
import { sign, verify } from '../crypto/signature.ts';
import type { Identity, IdentityKey } from '../mls/index.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';

export interface LeaveStatement {
  /** The leaf's signature key. */
  readonly device: Uint8Array;
  readonly sig: Uint8Array;
}

const shape = v.object({ v: v.literal(1), leaves: v.pipe(v.array(v.tuple([bytes(32), bytes(SIGNATURE_BYTES)])), v.maxLength(1024)) });

const statement = (groupId: Uint8Array, device: Uint8Array): Uint8Array => toCbor(['sotto leave v1', groupId, device]);

export const leaveStatement = (groupId: Uint8Array, device: Uint8Array, identity: Identity): LeaveStatement => ({
  device, sig: sign(statement(groupId, device), identity.identitySecret),
});

export const holdsLeave = ({ device, sig }: LeaveStatement, groupId: Uint8Array, identity: IdentityKey): boolean => verify(sig, statement(groupId, device), identity);

/** The authenticated data of a commit that completes these; none for none. */
export const leavesData = (leaves: readonly LeaveStatement[]): Uint8Array =>
  leaves.length === 0 ? new Uint8Array(0) : toCbor({ v: 1, leaves: leaves.map(({ device, sig }) => [device, sig]) });

/** Undefined where the data are something else. */
export function leavesIn(data: Uint8Array): readonly LeaveStatement[] | undefined {
  if (data.length === 0) return [];
  return fromCbor(shape, data)?.leaves.map(([device, sig]) => ({ device, sig }));
}

/** Whether this very leaf said that it leaves. */
export const hasLeft = (leaves: readonly LeaveStatement[], groupId: Uint8Array, leaf: { readonly identityKey: IdentityKey; readonly deviceKey: Uint8Array }): boolean =>
  leaves.some((one) => equalBytes(one.device, leaf.deviceKey) && holdsLeave(one, groupId, leaf.identityKey));
