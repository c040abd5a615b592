/** A key out of what a person can remember: Argon2id (RFC 9106), by libsodium. */
import { CryptoError, randomBytes, sodium } from './sodium.ts';

export interface PassphraseCost {
  /** Passes over the memory. */
  readonly ops: number;
  /** Bytes. */
  readonly memory: number;
}

/** 64 MiB and 3 passes, RFC 9106's second choice: a good part of a second on a phone, and as much for each guess. */
export const PASSPHRASE_COST: PassphraseCost = { ops: 3, memory: 64 * 1024 * 1024 };
export const SALT_BYTES = 16;

export const newSalt = (): Uint8Array => randomBytes(SALT_BYTES);

/** 32 bytes. Composed characters, so that it does not matter on which keyboard it was typed (RFC 8265 §4.2). Throws CryptoError where the device has not that much memory. */
export function keyFromPassphrase(passphrase: string, salt: Uint8Array, { ops, memory }: PassphraseCost): Uint8Array {
  try {
    return sodium.crypto_pwhash(32, passphrase.normalize('NFC'), salt, ops, memory, sodium.crypto_pwhash_ALG_ARGON2ID13);
  } catch (cause) {
    throw new CryptoError('bad-key', { cause });
  }
}
