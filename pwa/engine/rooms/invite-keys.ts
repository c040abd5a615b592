/**
 * What an invite's secret yields. From the 32 bytes in the link, by HKDF-SHA-512 with the room as salt:
 * an Ed25519 pair (the relay's and the members' proof), a KEM pair of the room's suite (to which GroupInfo's
 * key is sealed), and the invite's id. Only public halves and the id stand in group state.
 */
import { utf8 } from '../../../shared/bytes.ts';
import type { InviteKey, RoomId } from '../../../shared/ids.ts';
import { expand, extract } from '../crypto/hash.ts';
import type { KemKeys } from '../crypto/kem.ts';
import { signingKeysFrom } from '../crypto/signature.ts';
import { suiteHpke, type Suite } from '../mls/index.ts';
import { INVITE_ID_BYTES } from './extensions.ts';

export const INVITE_SECRET_BYTES = 32;

export interface InviteKeys {
  readonly id: Uint8Array;
  readonly sign: { readonly publicKey: InviteKey; readonly secretKey: Uint8Array };
  /** Of the given suite: the joiner finds the suite in the sealed GroupInfo's header. */
  kem(suite: Suite): KemKeys;
}

export function inviteKeys(room: RoomId, secret: Uint8Array): InviteKeys {
  const prk = extract('sha512', room, secret);
  const sign = signingKeysFrom(expand('sha512', prk, utf8('sotto invite sign v1'), 32));
  return {
    id: expand('sha512', prk, utf8('sotto invite id v1'), INVITE_ID_BYTES),
    sign: { publicKey: sign.publicKey as InviteKey, secretKey: sign.secretKey },
    kem: (suite) => suiteHpke(suite).deriveKeys(expand('sha512', prk, utf8(`sotto invite kem v1 ${suite}`), 32)),
  };
}
