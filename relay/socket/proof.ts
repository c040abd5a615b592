/** Signatures and hashes as the relay checks them: OpenSSL's Ed25519 and SHA-256. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { toBase64Url } from '../../shared/bytes.ts';

export const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());

/** False, never a throw, for keys that are no point of the curve. About 0.1 ms. */
export function proves(publicKey: Uint8Array, statement: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(publicKey) }, format: 'jwk' });
    return verify(null, statement, key, signature);
  } catch {
    return false; // not a public key: the same answer as for a wrong signature
  }
}
