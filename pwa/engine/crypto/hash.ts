/** SHA-2, HMAC (RFC 2104) and HKDF (RFC 5869), for the two hashes that our suites use. */
import { concat } from '../../../shared/bytes.ts';
import { sodium } from './sodium.ts';

export const sha256 = (data: Uint8Array): Uint8Array => sodium.crypto_hash_sha256(data);
export const sha512 = (data: Uint8Array): Uint8Array => sodium.crypto_hash_sha512(data);

export type HashName = 'sha256' | 'sha512';

export const hashBytes = (name: HashName): number => (name === 'sha256' ? 32 : 64);

export const digest = (name: HashName, data: Uint8Array): Uint8Array => (name === 'sha256' ? sha256(data) : sha512(data));

/** Keys of any length: libsodium's one-shot HMAC takes 32 bytes only, the streaming one takes all. */
export function hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array {
  if (name === 'sha256') {
    const state = sodium.crypto_auth_hmacsha256_init(key);
    sodium.crypto_auth_hmacsha256_update(state, data);
    return sodium.crypto_auth_hmacsha256_final(state);
  }
  const state = sodium.crypto_auth_hmacsha512_init(key);
  sodium.crypto_auth_hmacsha512_update(state, data);
  return sodium.crypto_auth_hmacsha512_final(state);
}

/** HKDF-Extract. An empty salt is a hash's length of zeros, which HMAC pads an empty key to. */
export const extract = (name: HashName, salt: Uint8Array, ikm: Uint8Array): Uint8Array => hmac(name, salt, ikm);

/** HKDF-Expand to `length` bytes, at most 255 blocks. */
export function expand(name: HashName, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let last: Uint8Array = new Uint8Array(0);
  for (let n = 1; n <= Math.ceil(length / hashBytes(name)); n++) {
    last = hmac(name, prk, concat(last, info, Uint8Array.of(n)));
    blocks.push(last);
  }
  return concat(...blocks).slice(0, length);
}

/** SHA-256 of what comes in pieces. */
export class Sha256 {
  readonly #state = sodium.crypto_hash_sha256_init();

  update(data: Uint8Array): void {
    sodium.crypto_hash_sha256_update(this.#state, data);
  }

  /** Once. */
  digest(): Uint8Array {
    return sodium.crypto_hash_sha256_final(this.#state);
  }
}
