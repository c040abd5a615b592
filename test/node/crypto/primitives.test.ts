/** libsodium through our modules against OpenSSL through Node's. */
import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromHex } from '../../../shared/bytes.ts';
import { chachaOpen, chachaSeal, open, seal } from '../../../pwa/engine/crypto/aead.ts';
import { digest, expand, extract, hashBytes, hmac } from '../../../pwa/engine/crypto/hash.ts';
import { sign, signingKeysFrom, verify } from '../../../pwa/engine/crypto/signature.ts';
import { CryptoError, loadSodium, randomBytes, wipe } from '../../../pwa/engine/crypto/sodium.ts';

await loadSodium();

const bytes = (max = 300) => fc.uint8Array({ maxLength: max });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail('not hex');

for (const name of ['sha256', 'sha512'] as const) {
  test(`${name}, HMAC and HKDF agree with OpenSSL`, () => {
    fc.assert(
      fc.property(bytes(), bytes(), bytes(), fc.integer({ min: 1, max: 255 * hashBytes(name) }), (key, data, salt, length) => {
        assert.deepEqual(digest(name, data), new Uint8Array(createHash(name).update(data).digest()));
        assert.deepEqual(hmac(name, key, data), new Uint8Array(createHmac(name, key).update(data).digest()));
        assert.deepEqual(expand(name, extract(name, salt, key), data, length), new Uint8Array(hkdfSync(name, key, salt, data, length)));
      }),
      { numRuns: 60 },
    );
  });
}

test('Ed25519 agrees with OpenSSL, and refuses what was changed', () => {
  fc.assert(
    fc.property(exactly(32), bytes(), fc.nat(), (seed, message, at) => {
      const { publicKey, secretKey } = signingKeysFrom(seed);
      const key = createPrivateKey({ key: Buffer.from(concat(hex('302e020100300506032b657004220420'), seed)), format: 'der', type: 'pkcs8' });
      const signature = sign(message, secretKey);
      assert.deepEqual(signature, new Uint8Array(nodeSign(null, message, key)));
      assert.ok(nodeVerify(null, message, createPublicKey(key), signature));
      assert.ok(verify(signature, message, publicKey));
      const forged = signature.slice();
      forged[at % 64] = (forged[at % 64] ?? 0) ^ 1;
      assert.ok(!verify(forged, message, publicKey));
    }),
    { numRuns: 50 },
  );
});

test('signatures and keys of the wrong length are false, not thrown', () => {
  const { publicKey, secretKey } = signingKeysFrom(randomBytes(32));
  const signature = sign(publicKey, secretKey);
  assert.equal(verify(signature.subarray(1), publicKey, publicKey), false);
  assert.equal(verify(signature, publicKey, publicKey.subarray(1)), false);
  assert.equal(verify(new Uint8Array(0), publicKey, new Uint8Array(0)), false);
});

test('what is sealed opens, and not with one bit changed, cut, or under other data', () => {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  fc.assert(
    fc.property(bytes(), bytes(40), fc.nat(), (plaintext, aad, at) => {
      const sealed = seal(key, aad, plaintext);
      const bare = chachaSeal(key, nonce, aad, plaintext);
      assert.deepEqual(open(key, aad, sealed), plaintext);
      assert.deepEqual(chachaOpen(key, nonce, aad, bare), plaintext);
      const changed = sealed.slice();
      changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << (at % 8));
      assert.throws(() => open(key, aad, changed), CryptoError);
      assert.throws(() => open(key, aad, sealed.subarray(0, at % sealed.length)), CryptoError);
      assert.throws(() => open(key, concat(aad, Uint8Array.of(0)), sealed), CryptoError);
      assert.throws(() => chachaOpen(key, nonce, concat(aad, Uint8Array.of(0)), bare), CryptoError);
    }),
    { numRuns: 60 },
  );
});

test('wiped secrets are zeros', () => {
  const secrets = [randomBytes(32), randomBytes(64)];
  wipe(secrets);
  assert.ok(secrets.every((secret) => secret.every((byte) => byte === 0)));
});
