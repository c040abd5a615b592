/**
 * GroupInfo as the relay keeps it for those who come in, or come back: sealed once under a fresh key, and that key to each
 * standing invite and to each member's return key, so that many cost little more than one.
 *
 *   CBOR { v: 1, suite, body: nonce 24 ‖ XChaCha20-Poly1305(key, padded GroupInfo), keys: [[id, enc, ciphertext]…] }
 *
 * with "sotto group info v1" ‖ room as associated data throughout. `id` is an invite's id, or what `returnIdOf` says.
 */
import * as v from 'valibot';
import { concat, equalBytes, utf8 } from '../../../shared/bytes.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { open, seal } from '../crypto/aead.ts';
import type { Hpke } from '../crypto/hpke.ts';
import { pad, unpad } from '../crypto/padding.ts';
import { CryptoError, randomBytes } from '../crypto/sodium.ts';
import { suiteHpke, type Suite } from '../mls/index.ts';
import { anyBytes, bytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_ID_BYTES } from './extensions.ts';
import type { InviteKeys } from './invite-keys.ts';
import type { Recipients } from './registrations.ts';
import { returnHpke, returnIdOf, type ReturnKeys } from './return-keys.ts';

const LABEL = utf8('sotto group info v1');

const shape = v.object({
  v: v.literal(1), suite: v.picklist(['xwing', 'x25519']), body: anyBytes,
  keys: v.pipe(v.array(v.tuple([bytes(INVITE_ID_BYTES), anyBytes, anyBytes])), v.maxLength(LIMITS.registrations)),
});

export function sealGroupInfo(room: RoomId, suite: Suite, groupInfo: Uint8Array, { invites, returnKeys }: Recipients): Uint8Array {
  const key = randomBytes(32);
  const aad = concat(LABEL, room);
  const sealedTo = (hpke: Hpke, id: Uint8Array, kem: Uint8Array): readonly (readonly Uint8Array[])[] => {
    try {
      const { enc, ciphertext } = hpke.seal(kem, LABEL, aad, key);
      return [[id, enc, ciphertext]];
    } catch (cause) {
      if (cause instanceof CryptoError) return []; // no such key: of no use to its maker, and nobody else's concern
      throw cause;
    }
  };
  const keys = [
    ...invites.flatMap(({ id, kem }) => sealedTo(suiteHpke(suite), id, kem)),
    ...returnKeys.flatMap(({ sign, kem }) => sealedTo(returnHpke, returnIdOf(sign), kem)),
  ];
  return toCbor({ v: 1, suite, body: seal(key, aad, pad(groupInfo)), keys });
}

/** Undefined where it is not sealed to these keys, or is not what the above makes. */
export const openGroupInfo = (room: RoomId, sealed: Uint8Array, invite: InviteKeys): Uint8Array | undefined =>
  opened(room, sealed, invite.id, (suite) => ({ hpke: suiteHpke(suite), privateKey: invite.kem(suite).privateKey }));

export const openGroupInfoToReturn = (room: RoomId, sealed: Uint8Array, keys: ReturnKeys): Uint8Array | undefined =>
  opened(room, sealed, returnIdOf(keys.sign.publicKey), () => ({ hpke: returnHpke, privateKey: keys.kem.privateKey }));

function opened(room: RoomId, sealed: Uint8Array, id: Uint8Array, by: (suite: Suite) => { readonly hpke: Hpke; readonly privateKey: Uint8Array }): Uint8Array | undefined {
  const parsed = fromCbor(shape, sealed);
  const mine = parsed?.keys.find(([listed]) => equalBytes(listed, id));
  if (parsed === undefined || mine === undefined) return undefined;
  const aad = concat(LABEL, room);
  try {
    const { hpke, privateKey } = by(parsed.suite);
    return unpad(open(hpke.open(privateKey, { enc: mine[1], ciphertext: mine[2] }, LABEL, aad), aad, parsed.body));
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined;
    throw cause;
  }
}
