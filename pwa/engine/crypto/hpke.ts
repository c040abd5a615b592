/** HPKE base mode (RFC 9180), with ChaCha20-Poly1305. */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { chachaOpen, chachaSeal } from './aead.ts';
import { expand, extract, hashBytes, type HashName } from './hash.ts';
import { x25519, xwing, type Kem, type KemKeys } from './kem.ts';

const CHACHA20_POLY1305 = Uint8Array.of(0x00, 0x03);
const KDF_IDS: Record<HashName, Uint8Array> = { sha256: Uint8Array.of(0x00, 0x01), sha512: Uint8Array.of(0x00, 0x03) };
const BASE_MODE = 0x00;
const EMPTY = new Uint8Array(0);

export interface Sealed {
  /** The encapsulated key. */
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export class Hpke {
  readonly kem: Kem;
  readonly #hash: HashName;
  readonly #suite: Uint8Array;

  constructor(kem: Kem, hash: HashName) {
    this.kem = kem;
    this.#hash = hash;
    this.#suite = concat(utf8('HPKE'), kem.id, KDF_IDS[hash], CHACHA20_POLY1305);
  }

  /** SealBase (§6.1): to whoever holds the private half of `publicKey`. */
  seal(publicKey: Uint8Array, info: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Sealed {
    const { enc, secret } = this.kem.encapsulate(publicKey);
    const { key, nonce } = this.#schedule(secret, info);
    return { enc, ciphertext: chachaSeal(key, nonce, aad, plaintext) };
  }

  /** OpenBase. Throws CryptoError for what does not verify. */
  open(privateKey: Uint8Array, sealed: Sealed, info: Uint8Array, aad: Uint8Array): Uint8Array {
    const { key, nonce } = this.#schedule(this.kem.decapsulate(sealed.enc, privateKey), info);
    return chachaOpen(key, nonce, aad, sealed.ciphertext);
  }

  /** SendExportBase (§6.2). */
  sendExport(publicKey: Uint8Array, info: Uint8Array, context: Uint8Array, length: number): { readonly enc: Uint8Array; readonly secret: Uint8Array } {
    const { enc, secret } = this.kem.encapsulate(publicKey);
    return { enc, secret: this.#export(this.#schedule(secret, info).exporter, context, length) };
  }

  /** ReceiveExportBase (§6.2). */
  receiveExport(privateKey: Uint8Array, enc: Uint8Array, info: Uint8Array, context: Uint8Array, length: number): Uint8Array {
    return this.#export(this.#schedule(this.kem.decapsulate(enc, privateKey), info).exporter, context, length);
  }

  deriveKeys(ikm: Uint8Array): KemKeys {
    return this.kem.derive(ikm);
  }

  /** KeySchedule (§5.1) in base mode: no PSK. */
  #schedule(sharedSecret: Uint8Array, info: Uint8Array): { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly exporter: Uint8Array } {
    const context = concat(Uint8Array.of(BASE_MODE), this.#extract(EMPTY, 'psk_id_hash', EMPTY), this.#extract(EMPTY, 'info_hash', info));
    const secret = this.#extract(sharedSecret, 'secret', EMPTY);
    return {
      key: this.#expand(secret, 'key', context, 32),
      nonce: this.#expand(secret, 'base_nonce', context, 12),
      exporter: this.#expand(secret, 'exp', context, hashBytes(this.#hash)),
    };
  }

  #export(exporter: Uint8Array, context: Uint8Array, length: number): Uint8Array {
    return this.#expand(exporter, 'sec', context, length);
  }

  #extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
    return extract(this.#hash, salt, concat(utf8('HPKE-v1'), this.#suite, utf8(label), ikm));
  }

  #expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
    const header = concat(Uint8Array.of(length >> 8, length & 0xff), utf8('HPKE-v1'), this.#suite, utf8(label));
    return expand(this.#hash, prk, concat(header, info), length);
  }
}

/** The HPKE of MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519. */
export const xwingHpke = new Hpke(xwing, 'sha512');
/** The HPKE of MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519. */
export const x25519Hpke = new Hpke(x25519, 'sha256');
