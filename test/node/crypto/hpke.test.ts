import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex, utf8 } from '../../../shared/bytes.ts';
import { x25519Hpke, xwingHpke } from '../../../pwa/engine/crypto/hpke.ts';
import { CryptoError, loadSodium } from '../../../pwa/engine/crypto/sodium.ts';

await loadSodium();

const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail('not hex');

// RFC 9180 A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode.
const A2 = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  ikmR: hex('1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df'),
  skR: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  pkR: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  enc: hex('1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a'),
  aad: hex('436f756e742d30'),
  plaintext: '4265617574792069732074727574682c20747275746820626561757479',
  ciphertext: hex('1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28'),
};

test('the key pair of RFC 9180 A.2.1 is derived', () => {
  const { privateKey, publicKey } = x25519Hpke.deriveKeys(A2.ikmR);
  assert.equal(toHex(privateKey), A2.skR);
  assert.equal(toHex(publicKey), A2.pkR);
});

test('the ciphertext of RFC 9180 A.2.1 is opened', () => {
  const plaintext = x25519Hpke.open(hex(A2.skR), { enc: A2.enc, ciphertext: A2.ciphertext }, A2.info, A2.aad);
  assert.equal(toHex(plaintext), A2.plaintext);
});

// A.2.1.2: exporter context and exported value, 32 bytes each.
for (const [context, value] of [
  ['', '4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e'],
  ['00', '8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69'],
  ['54657374436f6e74657874', '5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53'],
] as const) {
  test(`the secret of RFC 9180 A.2.1.2 is exported for context '${context}'`, () => {
    assert.equal(toHex(x25519Hpke.receiveExport(hex(A2.skR), A2.enc, A2.info, hex(context), 32)), value);
  });
}

for (const [name, hpke] of [['x25519', x25519Hpke], ['xwing', xwingHpke]] as const) {
  test(`${name}: what is sealed opens, for its recipient and context alone`, () => {
    const alice = hpke.kem.generate();
    const eve = hpke.kem.generate();
    const sealed = hpke.seal(alice.publicKey, utf8('info'), utf8('aad'), utf8('hello'));
    assert.deepEqual(hpke.open(alice.privateKey, sealed, utf8('info'), utf8('aad')), utf8('hello'));
    assert.throws(() => hpke.open(eve.privateKey, sealed, utf8('info'), utf8('aad')), CryptoError);
    assert.throws(() => hpke.open(alice.privateKey, sealed, utf8('other'), utf8('aad')), CryptoError);
    assert.throws(() => hpke.open(alice.privateKey, sealed, utf8('info'), utf8('other')), CryptoError);
    assert.throws(() => hpke.seal(alice.publicKey.subarray(1), utf8('info'), utf8('aad'), utf8('hello')), CryptoError);
  });

  test(`${name}: both ends export one secret`, () => {
    const { publicKey, privateKey } = hpke.kem.generate();
    const { enc, secret } = hpke.sendExport(publicKey, utf8('info'), utf8('context'), 48);
    assert.deepEqual(hpke.receiveExport(privateKey, enc, utf8('info'), utf8('context'), 48), secret);
  });
}
