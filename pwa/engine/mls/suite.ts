/** The two suites, wholly on libsodium: ts-mls' CryptoProvider over pwa/engine/crypto/. */
import type { CiphersuiteImpl, CiphersuiteName, CryptoProvider, Hpke as LibraryHpke, PrivateKey, PublicKey } from 'ts-mls';
import { chachaOpen, chachaSeal } from '../crypto/aead.ts';
import { digest, expand, extract, hashBytes, hmac, type HashName } from '../crypto/hash.ts';
import { x25519Hpke, xwingHpke, type Hpke } from '../crypto/hpke.ts';
import { newSigningKeys, sign, verify } from '../crypto/signature.ts';
import { CryptoError, randomBytes, sodium } from '../crypto/sodium.ts';

export type Suite = 'xwing' | 'x25519';

const NAMES: Record<Suite, CiphersuiteName> = {
  xwing: 'MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519',
  x25519: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
};

export const suiteHpke = (suite: Suite): Hpke => (suite === 'xwing' ? xwingHpke : x25519Hpke);

export const suiteOf = (name: string): Suite | undefined => (['xwing', 'x25519'] as const).find((suite) => NAMES[suite] === name);

const EMPTY = new Uint8Array(0);

function implementation(suite: Suite): CiphersuiteImpl {
  const hash: HashName = suite === 'xwing' ? 'sha512' : 'sha256';
  return {
    name: NAMES[suite],
    hash: {
      digest: async (data) => digest(hash, data),
      mac: async (key, data) => hmac(hash, key, data),
      verifyMac: async (key, mac, data) => {
        const expected = hmac(hash, key, data);
        return expected.length === mac.length && sodium.memcmp(expected, mac);
      },
    },
    kdf: {
      extract: async (salt, ikm) => extract(hash, salt, ikm),
      expand: async (prk, info, length) => expand(hash, prk, info, length),
      size: hashBytes(hash),
    },
    signature: {
      sign: async (key, message) => sign(message, key),
      verify: async (key, message, signature) => verify(signature, message, key),
      keygen: async () => {
        const { publicKey, secretKey } = newSigningKeys();
        return { publicKey, signKey: secretKey };
      },
    },
    rng: { randomBytes },
    hpke: libraryHpke(suiteHpke(suite)),
  };
}

/**
 * ts-mls passes keys through without looking inside, but types them as WebCrypto's. Ours are the raw
 * bytes of each half.
 */
const asPublic = (bytes: Uint8Array): PublicKey => bytes as unknown as PublicKey;
const asPrivate = (bytes: Uint8Array): PrivateKey => bytes as unknown as PrivateKey;
const raw = (key: PublicKey | PrivateKey): Uint8Array => key as unknown as Uint8Array;

function libraryHpke(hpke: Hpke): LibraryHpke {
  const pair = (keys: { publicKey: Uint8Array; privateKey: Uint8Array }) => ({ publicKey: asPublic(keys.publicKey), privateKey: asPrivate(keys.privateKey) });
  return {
    seal: async (key, plaintext, info, aad) => {
      const { enc, ciphertext } = hpke.seal(raw(key), info, aad ?? EMPTY, plaintext);
      return { enc, ct: ciphertext };
    },
    open: async (key, enc, ciphertext, info, aad) => hpke.open(raw(key), { enc, ciphertext }, info, aad ?? EMPTY),
    exportSecret: async (key, context, length, info) => hpke.sendExport(raw(key), info, context, length),
    importSecret: async (key, context, enc, length, info) => hpke.receiveExport(raw(key), enc, info, context, length),
    importPublicKey: async (bytes) => asPublic(sized(bytes, hpke.kem.publicKeyBytes)),
    importPrivateKey: async (bytes) => asPrivate(sized(bytes, hpke.kem.privateKeyBytes)),
    exportPublicKey: async (key) => raw(key),
    exportPrivateKey: async (key) => raw(key),
    deriveKeyPair: async (ikm) => pair(hpke.deriveKeys(ikm)),
    generateKeyPair: async () => pair(hpke.kem.generate()),
    encryptAead: async (key, nonce, aad, plaintext) => chachaSeal(key, nonce, aad ?? EMPTY, plaintext),
    decryptAead: async (key, nonce, aad, ciphertext) => chachaOpen(key, nonce, aad ?? EMPTY, ciphertext),
    keyLength: 32,
    nonceLength: 12,
  };
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new CryptoError('bad-key');
  return bytes;
}

const implementations: Partial<Record<Suite, CiphersuiteImpl>> = {};

/** After `loadSodium`. */
export const suiteImplementation = (suite: Suite): CiphersuiteImpl => (implementations[suite] ??= implementation(suite));

/** The same as a provider, for tests that run the library's own functions over it. */
export const sodiumProvider: CryptoProvider = {
  async getCiphersuiteImpl({ name }) {
    const suite = suiteOf(name);
    if (suite === undefined) throw new CryptoError('bad-key');
    return suiteImplementation(suite);
  },
};
