/** Ed25519 signatures as the relay checks them, by OpenSSL. */
import { generateKeyPairSync, verify } from 'node:crypto';
import { concat } from '../../shared/bytes.ts';

/** Whether a signature over a statement is the key's. Never rejects. */
export type Verify = (publicKey: Uint8Array, statement: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 §4), up to the key's 32 bytes. */
const SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

const spkiOf = (publicKey: Uint8Array) => ({ key: Buffer.from(concat(SPKI, publicKey)), format: 'der', type: 'spki' }) as const;

/** On the thread pool, so that a crowd of openings stalls no fan-out. */
export const verifyOnThreadPool: Verify = (publicKey, statement, signature) =>
  new Promise((resolve) => {
    try {
      verify(null, statement, spkiOf(publicKey), signature, (error, holds) => resolve(error === null && holds));
    } catch {
      resolve(false); // not a public key: the same answer as for a wrong signature
    }
  });

/** At once, about 0.1 ms: for simulations, which must run the same way each time. */
export const verifyAtOnce: Verify = async (publicKey, statement, signature) => {
  try {
    return verify(null, statement, spkiOf(publicKey), signature);
  } catch {
    return false;
  }
};

/** Checked against where there is no key to check against, so that an unknown room takes as long as a wrong key. */
export const DECOY_KEY: Uint8Array = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
