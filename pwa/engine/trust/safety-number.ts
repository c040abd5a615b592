/**
 * Safety numbers: what two people compare, by voice or by eye, to know that nobody stands between them.
 *
 * Each has a fingerprint of 30 digits, made as Signal's numeric fingerprints are (libsignal,
 * NumericFingerprintGenerator): 5200 rounds of SHA-512, so that to search for a key whose digits are alike costs
 * as many times more.
 *
 *   h(0) = "sotto safety v1" ‖ identity key
 *   h(n) = SHA-512(h(n − 1) ‖ identity key)
 *
 * Keys are public: nothing here needs to take the same time for all of them. Of h(5200) the first 30 bytes, five at a time, as unsigned big-endian integers modulo 100000: six groups of five digits. The
 * number of two people is both fingerprints, the smaller first, so that both see the same.
 */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { sha512 } from '../crypto/hash.ts';
import type { IdentityKey } from '../mls/index.ts';

const ROUNDS = 5200;
const GROUPS = 6;
const GROUP_BYTES = 5;
const GROUP_DIGITS = 5;
const VERSION = utf8('sotto safety v1');

/** 30 decimal digits. */
export function fingerprintOf(identity: IdentityKey): string {
  let hash: Uint8Array = concat(VERSION, identity);
  for (let round = 0; round < ROUNDS; round++) hash = sha512(concat(hash, identity));
  return digitsOf(hash, GROUPS);
}

/** 60 decimal digits, the same whichever of the two asks. */
export const safetyNumberOf = (one: IdentityKey, other: IdentityKey): string => [fingerprintOf(one), fingerprintOf(other)].sort().join('');

/** Digits of a room's epoch: members whose codes are alike agree on who is in the room and on all that led there. 30 decimal digits. */
export const roomCodeOf = (epochAuthenticator: Uint8Array): string => digitsOf(sha512(concat(utf8('sotto room code v1'), epochAuthenticator)), GROUPS);

function digitsOf(hash: Uint8Array, groups: number): string {
  let digits = '';
  for (let group = 0; group < groups; group++) {
    const value = hash.subarray(group * GROUP_BYTES, (group + 1) * GROUP_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
    digits += String(value % 10 ** GROUP_DIGITS).padStart(GROUP_DIGITS, '0');
  }
  return digits;
}
