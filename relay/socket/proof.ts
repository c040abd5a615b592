/** Ed25519 signatures as the relay checks them, by OpenSSL. */
import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';

/** Whether a signature over a statement is the key's. Never rejects. */
export type Verify = (publicKey: Uint8Array, statement: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** Bytes before the key's 32 in its SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI_PREFIX = 12;

/** An epoch's key opens its room again and again, for every member. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** As a JWK (RFC 8037 §2), which OpenSSL takes in a tenth of the time that the same key as DER takes. */
function keyObject(publicKey: Uint8Array): KeyObject {
  const known = keyObjects.get(publicKey);
  if (known !== undefined) return known;
  const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('base64url');
  const made = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  keyObjects.set(publicKey, made);
  return made;
}

/** On the thread pool, so that a crowd of openings stalls no fan-out. */
export const verifyOnThreadPool: Verify = (publicKey, statement, signature) =>
  new Promise((resolve) => {
    try {
      verify(null, statement, keyObject(publicKey), signature, (error, holds) => resolve(error === null && holds));
    } catch {
      resolve(false); // not a public key: the same answer as for a wrong signature
    }
  });

/** At once, about 0.1 ms: for simulations, which must run the same way each time. */
export const verifyAtOnce: Verify = async (publicKey, statement, signature) => {
  try {
    return verify(null, statement, keyObject(publicKey), signature);
  } catch {
    return false;
  }
};

/** Checked against where there is no key to check against, so that an unknown room takes as long as a wrong key. */
export const DECOY_KEY: Uint8Array = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX);
