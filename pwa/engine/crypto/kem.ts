/** The two key encapsulation mechanisms of our suites, as HPKE (RFC 9180 §4) wants them. */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { expand, extract } from './hash.ts';
import { CryptoError, randomBytes, sodium } from './sodium.ts';

export interface KemKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export interface Kem {
  /** IANA's HPKE KEM id, two bytes. */
  readonly id: Uint8Array;
  readonly publicKeyBytes: number;
  readonly privateKeyBytes: number;
  readonly encapsulationBytes: number;
  generate(): KemKeys;
  /** RFC 9180 §7.1.3: the same input yields the same pair. */
  derive(ikm: Uint8Array): KemKeys;
  encapsulate(publicKey: Uint8Array): { readonly enc: Uint8Array; readonly secret: Uint8Array };
  decapsulate(enc: Uint8Array, privateKey: Uint8Array): Uint8Array;
}

/** draft-connolly-cfrg-xwing-kem: the private key is the 32-byte seed; DeriveKeyPair takes SHAKE256(ikm, 32) for it. */
export const xwing: Kem = {
  id: Uint8Array.of(0x64, 0x7a),
  publicKeyBytes: 1216,
  privateKeyBytes: 32,
  encapsulationBytes: 1120,
  generate: () => xwingFrom(randomBytes(32)),
  derive: (ikm) => xwingFrom(sodium.crypto_xof_shake256(32, ikm)),
  encapsulate(publicKey) {
    const { ciphertext, sharedSecret } = checked(() => sodium.crypto_kem_xwing_enc(publicKey));
    return { enc: ciphertext, secret: sharedSecret };
  },
  decapsulate: (enc, privateKey) => checked(() => sodium.crypto_kem_xwing_dec(enc, privateKey)),
};

function xwingFrom(seed: Uint8Array): KemKeys {
  const { publicKey, privateKey } = checked(() => sodium.crypto_kem_xwing_seed_keypair(seed));
  return { publicKey, privateKey };
}

const X25519_ID = Uint8Array.of(0x00, 0x20);
const X25519_SUITE = concat(utf8('KEM'), X25519_ID);

/** DHKEM(X25519, HKDF-SHA256), RFC 9180 §4.1. */
export const x25519: Kem = {
  id: X25519_ID,
  publicKeyBytes: 32,
  privateKeyBytes: 32,
  encapsulationBytes: 32,
  generate: () => x25519From(randomBytes(32)),
  derive(ikm) {
    const prk = labeledExtract(X25519_SUITE, new Uint8Array(0), 'dkp_prk', ikm);
    return x25519From(labeledExpand(X25519_SUITE, prk, 'sk', new Uint8Array(0), 32));
  },
  encapsulate(publicKey) {
    const ephemeral = x25519.generate();
    return { enc: ephemeral.publicKey, secret: sharedSecret(diffieHellman(ephemeral.privateKey, publicKey), ephemeral.publicKey, publicKey) };
  },
  decapsulate(enc, privateKey) {
    return sharedSecret(diffieHellman(privateKey, enc), enc, sodium.crypto_scalarmult_base(privateKey));
  },
};

const x25519From = (privateKey: Uint8Array): KemKeys => ({ privateKey, publicKey: checked(() => sodium.crypto_scalarmult_base(privateKey)) });

const diffieHellman = (privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array => checked(() => sodium.crypto_scalarmult(privateKey, publicKey));

function sharedSecret(dh: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(X25519_SUITE, new Uint8Array(0), 'eae_prk', dh);
  return labeledExpand(X25519_SUITE, prk, 'shared_secret', concat(enc, recipient), 32);
}

/** RFC 9180 §4, with HKDF-SHA256, which DHKEM uses whatever the suite's own KDF is. */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract('sha256', salt, concat(utf8('HPKE-v1'), suite, utf8(label), ikm));
}

function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return expand('sha256', prk, concat(Uint8Array.of(length >> 8, length & 0xff), utf8('HPKE-v1'), suite, utf8(label), info), length);
}

/** libsodium throws plain errors for keys of the wrong length and for points of small order (RFC 9180 §7.1.4). */
function checked<T>(operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    throw new CryptoError('bad-key', { cause });
  }
}
