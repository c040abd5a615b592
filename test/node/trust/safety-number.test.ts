/** Safety numbers against the same construction in OpenSSL, and against digits that were frozen; the code that is scanned. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromHex, utf8 } from '../../../shared/bytes.ts';
import { loadSodium, type IdentityKey } from '../../../pwa/engine/mls/index.ts';
import { compareCode, decodeSafetyCode, encodeSafetyCode } from '../../../pwa/engine/trust/safety-code.ts';
import { fingerprintOf, roomCodeOf, safetyNumberOf } from '../../../pwa/engine/trust/safety-number.ts';

await loadSodium();

const identity = (hex: string): IdentityKey => (fromHex(hex) ?? assert.fail('not hex')) as IdentityKey;
const ADA = identity('00'.repeat(32));
const BO = identity('0123456789abcdef'.repeat(4));
const MAL = identity('ff'.repeat(32));

function byOpenSsl(key: Uint8Array): string {
  let hash: Uint8Array = Buffer.concat([utf8('sotto safety v1'), key]);
  for (let round = 0; round < 5200; round++) hash = createHash('sha512').update(hash).update(key).digest();
  return Array.from({ length: 6 }, (_, group) => String(Buffer.from(hash).readUIntBE(group * 5, 5) % 100_000).padStart(5, '0')).join('');
}

test('a fingerprint is 5200 rounds of SHA-512, six groups of five digits', () => {
  for (const key of [ADA, BO, MAL]) assert.equal(fingerprintOf(key), byOpenSsl(key));
});

test('frozen digits: those of a published version never change', () => {
  assert.equal(safetyNumberOf(ADA, BO), '117931703218977623138648999139198192737318968876063971182861');
  assert.equal(roomCodeOf(new Uint8Array(64)), '583501190563826197843971034848');
});

test('the number is the same from both sides, has 60 digits, and another with anybody else', () => {
  const number = safetyNumberOf(ADA, BO);
  assert.match(number, /^\d{60}$/u);
  assert.equal(safetyNumberOf(BO, ADA), number);
  assert.notEqual(safetyNumberOf(ADA, MAL), number);
  assert.notEqual(safetyNumberOf(BO, MAL), number);
});

test('the code of a screen: verified where both keys are the ones that are known, all 32 bytes', () => {
  assert.equal(compareCode(ADA, BO, encodeSafetyCode({ shower: BO, other: ADA })), 'verified');
  assert.equal(compareCode(ADA, BO, `  ${encodeSafetyCode({ shower: BO, other: ADA })}\n`), 'verified');
  assert.equal(compareCode(ADA, BO, encodeSafetyCode({ shower: BO, other: MAL })), 'mismatch', 'Bo has another key for Ada');
  assert.equal(compareCode(ADA, MAL, encodeSafetyCode({ shower: BO, other: MAL })), 'mismatch', 'somebody in between both');
  assert.equal(compareCode(ADA, BO, encodeSafetyCode({ shower: MAL, other: ADA })), 'wrong-person');
  assert.equal(compareCode(ADA, BO, encodeSafetyCode({ shower: ADA, other: BO })), 'wrong-person', 'one’s own screen');
  fc.assert(fc.property(fc.nat(31), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, whose) => {
    const other = (whose ? BO : ADA).slice() as IdentityKey;
    other[at] = (other[at] ?? 0) ^ flip;
    const code = encodeSafetyCode(whose ? { shower: other, other: ADA } : { shower: BO, other });
    assert.notEqual(compareCode(ADA, BO, code), 'verified');
  }));
});

test('what is no code is said to be none', () => {
  const whole = encodeSafetyCode({ shower: ADA, other: BO });
  assert.deepEqual(decodeSafetyCode(whole), { shower: ADA, other: BO });
  for (let length = 0; length < whole.length; length++) assert.equal(decodeSafetyCode(whole.slice(0, length)), undefined);
  for (const text of ['', 'https://chat.example/#join/AAAA', `${whole}:AAAA`, whole.replace(':1:', ':2:'), `x${whole}`]) assert.equal(compareCode(ADA, BO, text), 'not-a-code', text);
  fc.assert(fc.property(fc.string(), (text) => {
    assert.equal(decodeSafetyCode(text), undefined);
  }));
});
