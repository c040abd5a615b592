/**
 * The outer layer: what the relay carries is never a bare MLS message, whose header shows group, epoch
 * and content type. The payload of a message, and the sealed part of a commit, is
 *
 *   1 ‖ nonce 24 ‖ XChaCha20-Poly1305(outer key of the envelope's epoch, padded MLSMessage)
 *   2 ‖ HPKE enc ‖ ciphertext   (external commits: sealed to the join key of the epoch that they end)
 *
 * with the associated data kind byte ‖ room ‖ epoch ‖ id in both, so that the relay can move neither; of a commit also what is
 * registered with it (`shared/commit.ts`, its head), so that a relay that registers something else makes it garbage, and
 * nobody's fault but its own.
 */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { KINDS, type Envelope } from '../../../shared/envelope.ts';
import { open, seal } from '../crypto/aead.ts';
import type { Hpke } from '../crypto/hpke.ts';
import { pad, unpad } from '../crypto/padding.ts';
import { CryptoError } from '../crypto/sodium.ts';

const SYMMETRIC = 1;
const TO_JOIN_KEY = 2;
const INFO = utf8('sotto outer v1');

/** What identifies the envelope: everything in its header but the seq; and the head of a commit. */
export type Addressed = Pick<Envelope, 'kind' | 'room' | 'epoch' | 'id'> & { readonly head?: Uint8Array };

export interface OuterKeys {
  /** 32 bytes. */
  readonly outer: Uint8Array;
  readonly join: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly hpke: Hpke;
}

const associated = ({ kind, room, epoch, id, head = new Uint8Array(0) }: Addressed): Uint8Array => concat(Uint8Array.of(KINDS[kind]), room, epoch, id, head);

export const sealOuter = (outerKey: Uint8Array, at: Addressed, message: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(SYMMETRIC), seal(outerKey, associated(at), pad(message)));

export function sealToJoinKey(hpke: Hpke, joinKey: Uint8Array, at: Addressed, message: Uint8Array): Uint8Array {
  const { enc, ciphertext } = hpke.seal(joinKey, INFO, associated(at), pad(message));
  return concat(Uint8Array.of(TO_JOIN_KEY), enc, ciphertext);
}

export interface Opened {
  readonly message: Uint8Array;
  /** Sealed to the join key, which is what one does who is not a member yet. */
  readonly fromOutside: boolean;
}

/** Throws CryptoError for everything that the two above did not make for this very envelope. */
export function openOuter(keys: OuterKeys, at: Addressed, sealed: Uint8Array): Opened {
  const body = sealed.subarray(1);
  switch (sealed[0]) {
    case SYMMETRIC:
      return { message: unpad(open(keys.outer, associated(at), body)), fromOutside: false };
    case TO_JOIN_KEY: {
      const { encapsulationBytes } = keys.hpke.kem;
      if (body.length < encapsulationBytes) throw new CryptoError('bad-ciphertext');
      const parts = { enc: body.slice(0, encapsulationBytes), ciphertext: body.slice(encapsulationBytes) };
      return { message: unpad(keys.hpke.open(keys.join.privateKey, parts, INFO, associated(at))), fromOutside: true };
    }
    default:
      throw new CryptoError('bad-ciphertext');
  }
}
