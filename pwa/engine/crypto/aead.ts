/** Authenticated encryption. Opening throws {@link CryptoError} `bad-ciphertext` for all that does not verify. */
import { concat } from '../../../shared/bytes.ts';
import { CryptoError, randomBytes, sodium } from './sodium.ts';

/** ChaCha20-Poly1305 (RFC 8439): key 32, nonce 12 bytes, never repeated under one key. */
export const chachaSeal = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array =>
  sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key);

export const chachaOpen = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array =>
  opened(() => sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, ciphertext, aad, nonce, key));

const NONCE_BYTES = 24;

/** XChaCha20-Poly1305 under a random nonce, which is long enough to be chosen blindly: nonce ‖ ciphertext. */
export function seal(key: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  return concat(nonce, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key));
}

export function open(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < NONCE_BYTES) throw new CryptoError('bad-ciphertext');
  return opened(() =>
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed.subarray(NONCE_BYTES), aad, sealed.subarray(0, NONCE_BYTES), key),
  );
}

/** libsodium throws plain Errors and TypeErrors; outside they are one typed refusal. */
function opened(decrypt: () => Uint8Array): Uint8Array {
  try {
    return decrypt();
  } catch (cause) {
    throw new CryptoError('bad-ciphertext', { cause });
  }
}
