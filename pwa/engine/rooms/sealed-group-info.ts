/**
 * GroupInfo as the relay keeps it for joiners: sealed once under a fresh key, and that key to each
 * standing invite, so that ten invites cost little more than one.
 *
 *   CBOR { v: 1, suite, body: nonce 24 ‖ XChaCha20-Poly1305(key, padded GroupInfo), keys: [[invite id, enc, ciphertext]…] }
 *
 * with "sotto group info v1" ‖ room as associated data throughout. No bytes at all where no invite stands.
 */
import * as v from 'valibot';
import { concat, equalBytes, utf8 } from '../../../shared/bytes.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { open, seal } from '../crypto/aead.ts';
import { pad, unpad } from '../crypto/padding.ts';
import { CryptoError, randomBytes } from '../crypto/sodium.ts';
import { suiteHpke, type Suite } from '../mls/index.ts';
import { anyBytes, bytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_ID_BYTES, type StandingInvite } from './extensions.ts';
import type { InviteKeys } from './invite-keys.ts';

const LABEL = utf8('sotto group info v1');
const EMPTY = new Uint8Array(0);

const shape = v.object({
  v: v.literal(1), suite: v.picklist(['xwing', 'x25519']), body: anyBytes,
  keys: v.pipe(v.array(v.tuple([bytes(INVITE_ID_BYTES), anyBytes, anyBytes])), v.maxLength(LIMITS.invites)),
});

export function sealGroupInfo(room: RoomId, suite: Suite, groupInfo: Uint8Array, invites: readonly StandingInvite[]): Uint8Array {
  if (invites.length === 0) return EMPTY;
  const key = randomBytes(32);
  const hpke = suiteHpke(suite);
  const aad = concat(LABEL, room);
  const keys = invites.flatMap(({ id, kem }) => {
    try {
      const { enc, ciphertext } = hpke.seal(kem, LABEL, aad, key);
      return [[id, enc, ciphertext]];
    } catch (cause) {
      if (cause instanceof CryptoError) return []; // no such key: its maker's own invite is useless, nobody else's
      throw cause;
    }
  });
  return toCbor({ v: 1, suite, body: seal(key, aad, pad(groupInfo)), keys });
}

/** Undefined where it is not sealed to this invite, or is not what the above makes. */
export function openGroupInfo(room: RoomId, sealed: Uint8Array, invite: InviteKeys): Uint8Array | undefined {
  const parsed = fromCbor(shape, sealed);
  const mine = parsed?.keys.find(([id]) => equalBytes(id, invite.id));
  if (parsed === undefined || mine === undefined) return undefined;
  const aad = concat(LABEL, room);
  try {
    const key = suiteHpke(parsed.suite).open(invite.kem(parsed.suite).privateKey, { enc: mine[1], ciphertext: mine[2] }, LABEL, aad);
    return unpad(open(key, aad, parsed.body));
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined;
    throw cause;
  }
}
