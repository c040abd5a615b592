/**
 * A knock: "let me in", by one who holds an invite of a room that requires approval. It names fresh keys, under which an admin may
 * then make an invite for that person alone. CBOR
 *
 *   { v: 1, invite: id, identity, name, at, as: { id, kem, sign }, by: sig, sig }
 *
 * `at`: Unix milliseconds. Both signatures are Ed25519 over the CBOR array ["sotto knock v1", room, epoch id, invite id, identity, name, at,
 * as.id, as.kem, as.sign]: `by` by the invite's key, `sig` by the identity. So it says who knocks, and that they may, here and in this epoch.
 */
import * as v from 'valibot';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type EpochId, type InviteKey, type RoomId } from '../../../shared/ids.ts';
import { sign, verify } from '../crypto/signature.ts';
import type { Identity, IdentityKey, Suite } from '../mls/index.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_ID_BYTES } from './extensions.ts';
import type { InviteKeys } from './invite-keys.ts';
import { lengthOf, MOST_NAME_CHARACTERS } from './names.ts';

const id = bytes(INVITE_ID_BYTES);
const sig = bytes(SIGNATURE_BYTES);
const shape = v.object({
  v: v.literal(1), invite: id, identity: bytes<IdentityKey>(PUBLIC_KEY_BYTES), name: v.pipe(v.string(), v.check((name) => lengthOf(name) <= MOST_NAME_CHARACTERS)), at: count,
  as: v.object({ id, kem: v.pipe(anyBytes, v.check((key) => key.length <= 2048)), sign: bytes<InviteKey>(PUBLIC_KEY_BYTES) }), by: sig, sig,
});

export type Knock = v.InferOutput<typeof shape>;

interface Door {
  readonly room: RoomId;
  readonly epoch: EpochId;
}

type Said = Pick<Knock, 'invite' | 'identity' | 'name' | 'at' | 'as'>;

const statement = ({ room, epoch }: Door, { invite, identity, name, at, as }: Said): Uint8Array =>
  toCbor(['sotto knock v1', room, epoch, invite, identity, name, at, as.id, as.kem, as.sign]);

export function makeKnock(door: Door, invite: InviteKeys, as: InviteKeys, suite: Suite, who: Identity & { readonly name: string }, at: number): Uint8Array {
  const said: Said = { invite: invite.id, identity: who.identityKey, name: who.name, at, as: { id: as.id, kem: as.kem(suite).publicKey, sign: as.sign.publicKey } };
  const signed = statement(door, said);
  return toCbor({ v: 1, ...said, by: sign(signed, invite.sign.secretKey), sig: sign(signed, who.identitySecret) });
}

export const readKnock = (content: Uint8Array): Knock | undefined => fromCbor(shape, content);

export function holdsKnock(door: Door, knock: Knock, inviteKey: Uint8Array): boolean {
  const signed = statement(door, knock);
  return verify(knock.by, signed, inviteKey) && verify(knock.sig, signed, knock.identity);
}
