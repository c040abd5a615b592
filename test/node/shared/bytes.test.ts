/** The small operations that everything else rests on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, equalBytes, fromBase64Url, fromHex, fromUtf8, readU64, toBase64Url, toHex, utf8, writeU64 } from '../../../shared/bytes.ts';

test('hex and base64url are read as they were written, and only so', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.deepEqual(fromHex(toHex(bytes)), bytes);
    assert.equal(toHex(bytes), Buffer.from(bytes).toString('hex'));
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
    assert.equal(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    const bytes = fromBase64Url(text);
    if (bytes !== undefined) assert.equal(toBase64Url(bytes), text);
    const hex = fromHex(text);
    if (hex !== undefined) assert.equal(toHex(hex), text);
  }));
  assert.equal(fromBase64Url('AB'), undefined, 'stray bits');
  assert.equal(fromHex('AB'), undefined, 'upper case');
});

test('integers keep their value up to the largest safe one, and no further', () => {
  fc.assert(fc.property(fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER)), (value) => {
    const bytes = new Uint8Array(10);
    writeU64(bytes, 1, value);
    assert.equal(readU64(bytes, 1), value);
    assert.equal(new DataView(bytes.buffer).getBigUint64(1), BigInt(value));
  }));
  assert.equal(readU64(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0), 0), undefined);
});

test('byte strings are joined and compared', () => {
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
    assert.deepEqual(concat(a, b), new Uint8Array([...a, ...b]));
    assert.equal(equalBytes(a, b), Buffer.compare(a, b) === 0);
  }));
});

test('text that is not UTF-8 is refused, not mended', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(fromUtf8(utf8(text)), text)));
  assert.throws(() => fromUtf8(Uint8Array.of(0xff)), TypeError);
});
