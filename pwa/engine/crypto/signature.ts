/** Ed25519 (RFC 8032). A secret key here is libsodium's: 32 bytes of seed, then the public key. */
import { sodium } from './sodium.ts';

export interface SigningKeys {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  readonly secretKey: Uint8Array;
}

export function newSigningKeys(): SigningKeys {
  const { publicKey, privateKey } = sodium.crypto_sign_keypair();
  return { publicKey, secretKey: privateKey };
}

/** `seed`: 32 bytes. */
export function signingKeysFrom(seed: Uint8Array): SigningKeys {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
}

export const sign = (message: Uint8Array, secretKey: Uint8Array): Uint8Array => sodium.crypto_sign_detached(message, secretKey);

/** False, never a throw, for signatures and keys of the wrong length. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}
