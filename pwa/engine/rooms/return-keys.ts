/**
 * How somebody comes back whose state is lost, with nothing kept but their identity: keys that follow from it and the room.
 *
 *   prk = HKDF-Extract-SHA512(salt: room id, seed of the identity key)
 *   sign: Ed25519 of the seed Expand("sotto return sign v1", 32)     the relay's and the members' proof
 *   kem:  DHKEM(X25519) DeriveKeyPair(Expand("sotto return kem v1", 32))   to which GroupInfo's key is sealed, in every suite
 *
 * Their public halves are in the leaf. X25519 alone is enough, as GroupInfo holds names, not messages.
 */
import { utf8 } from '../../../shared/bytes.ts';
import type { InviteKey, RoomId } from '../../../shared/ids.ts';
import { expand, extract, sha256 } from '../crypto/hash.ts';
import type { KemKeys } from '../crypto/kem.ts';
import { signingKeysFrom } from '../crypto/signature.ts';
import { suiteHpke, type Identity } from '../mls/index.ts';
import { INVITE_ID_BYTES, type ReturnKey } from './extensions.ts';

export interface ReturnKeys {
  readonly sign: { readonly publicKey: InviteKey; readonly secretKey: Uint8Array };
  readonly kem: KemKeys;
  /** What stands in the leaf. */
  readonly public: ReturnKey;
}

export const returnHpke = suiteHpke('x25519');

export function returnKeys(room: RoomId, { identitySecret }: Identity): ReturnKeys {
  const prk = extract('sha512', room, identitySecret.subarray(0, 32));
  const sign = signingKeysFrom(expand('sha512', prk, utf8('sotto return sign v1'), 32));
  const kem = returnHpke.deriveKeys(expand('sha512', prk, utf8('sotto return kem v1'), 32));
  const publicKey = sign.publicKey as InviteKey;
  return { sign: { publicKey, secretKey: sign.secretKey }, kem, public: { kem: kem.publicKey, sign: publicKey } };
}

/** Under which a sealed GroupInfo lists the key for whoever holds it. */
export const returnIdOf = (sign: Uint8Array): Uint8Array => sha256(sign).slice(0, INVITE_ID_BYTES);
