/**
 * libsodium, loaded once. The sumo build: HMAC and the streaming hashes are in no other.
 * Every module here may be called only after {@link loadSodium} has resolved.
 */
import sodium, { ready } from 'libsodium-wrappers-sumo';

export const loadSodium = (): Promise<void> => ready;

export { sodium };

/** An input that no honest sender produces: wrong length, wrong tag, wrong padding. What to do: drop what it came in. */
export class CryptoError extends Error {
  readonly code: 'bad-key' | 'bad-ciphertext' | 'bad-padding';
  constructor(code: CryptoError['code'], options?: ErrorOptions) {
    super(`cryptography refused its input: ${code}`, options);
    this.name = 'CryptoError';
    this.code = code;
  }
}

/** Overwrites secrets that are no longer needed. */
export function wipe(secrets: Iterable<Uint8Array>): void {
  for (const secret of secrets) secret.fill(0);
}

/** Cryptographically strong random bytes: from where libsodium takes its own, which it does four at a time, at twenty times the cost. */
export const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
