import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { pad, padme, unpad } from '../../../pwa/engine/crypto/padding.ts';
import { CryptoError } from '../../../pwa/engine/crypto/sodium.ts';

test('what is padded comes back', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (content) => assert.deepEqual(unpad(pad(content)), content)));
});

test('Padmé costs at most 12 % above its floor, never shrinks, and is a fixed point', () => {
  for (let length = 0; length < 70_000; length += 7) {
    const padded = padme(length);
    assert.ok(padded >= length && padded >= 256);
    if (length > 256) assert.ok(padded <= length * 1.12, `${length} became ${padded}`);
    assert.equal(padme(padded), padded);
  }
});

test('lengths fall into few classes', () => {
  const classes = new Set(Array.from({ length: 65_536 }, (_, length) => padme(length)));
  assert.ok(classes.size < 130, `${classes.size} classes`);
  // Every short text, whatever it says, is one size.
  assert.equal(new Set(Array.from({ length: 252 }, (_, length) => pad(new Uint8Array(length)).length)).size, 1);
});

test('what was not padded here is refused, whatever it is', () => {
  const padded = pad(Uint8Array.of(1, 2, 3));
  assert.throws(() => unpad(padded.subarray(0, padded.length - 1)), CryptoError);
  assert.throws(() => unpad(new Uint8Array(3)), CryptoError);
  const dirty = padded.slice();
  dirty[200] = 1;
  assert.throws(() => unpad(dirty), CryptoError);
  const long = padded.slice();
  new DataView(long.buffer).setUint32(0, 0xffff_ffff);
  assert.throws(() => unpad(long), CryptoError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (anything) => {
      try {
        assert.deepEqual(pad(unpad(anything)), anything);
      } catch (error) {
        assert.ok(error instanceof CryptoError);
      }
    }),
  );
});
