import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { XWing } from '@noble/post-quantum/hybrid.js';
import { fromHex, toHex } from '../../../shared/bytes.ts';
import { xwing } from '../../../pwa/engine/crypto/kem.ts';
import { CryptoError, loadSodium, randomBytes, sodium } from '../../../pwa/engine/crypto/sodium.ts';

await loadSodium();

const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail('not hex');

// draft-connolly-cfrg-xwing-kem-10, Appendix C: seed, encapsulation seed, shared secret.
const VECTORS = [
  [
    '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  ],
  [
    'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
    '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
    'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
  ],
  [
    'ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9',
    '22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b',
    '953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f',
  ],
] as const;

for (const [seed, encapsulationSeed, secret] of VECTORS) {
  test(`the draft's vector of seed ${seed.slice(0, 8)}…`, () => {
    const { publicKey } = sodium.crypto_kem_xwing_seed_keypair(hex(seed));
    const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(publicKey, hex(encapsulationSeed));
    assert.equal(toHex(sharedSecret), secret);
    // The private key in HPKE is the seed.
    assert.equal(toHex(xwing.decapsulate(ciphertext, hex(seed))), secret);
  });
}

test("DeriveKeyPair is the draft's: SHAKE256 of the input is the seed", () => {
  const ikm = randomBytes(64);
  const { publicKey, privateKey } = xwing.derive(ikm);
  assert.deepEqual(privateKey, new Uint8Array(createHash('shake256', { outputLength: 32 }).update(ikm).digest()));
  assert.deepEqual(publicKey, XWing.keygen(privateKey).publicKey);
});

test('another implementation opens what is sealed here, and the other way', () => {
  const ours = xwing.generate();
  const sent = XWing.encapsulate(ours.publicKey);
  assert.deepEqual(xwing.decapsulate(sent.cipherText, ours.privateKey), sent.sharedSecret);
  const theirs = XWing.keygen();
  const { enc, secret } = xwing.encapsulate(theirs.publicKey);
  assert.deepEqual(XWing.decapsulate(enc, theirs.secretKey), secret);
});

test('keys of the wrong length are refused, not read past their end', () => {
  const { publicKey, privateKey } = xwing.generate();
  const { enc } = xwing.encapsulate(publicKey);
  assert.throws(() => xwing.encapsulate(publicKey.subarray(1)), CryptoError);
  assert.throws(() => xwing.decapsulate(enc.subarray(1), privateKey), CryptoError);
  assert.throws(() => xwing.decapsulate(enc, privateKey.subarray(1)), CryptoError);
});
