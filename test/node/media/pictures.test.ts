/** Pictures by their own bytes: what they are, how large, and without what they say beside themselves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, utf8 } from '../../../shared/bytes.ts';
import { isShowable, pictureFacts } from '../../../pwa/engine/media/image-facts.ts';
import { withoutMetadata } from '../../../pwa/engine/media/without-metadata.ts';

const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const segment = (marker: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(0xff, marker), u16(body.length + 2), body);
const chunk = (name: string, body: Uint8Array): Uint8Array => concat(u32(body.length), utf8(name), body, u32(0));
const riff = (name: string, body: Uint8Array): Uint8Array => concat(utf8(name), u32(body.length).reverse(), body, new Uint8Array(body.length & 1));

const SECRET = utf8('GPS 47.5 N 8.7 E');
const exif = (orientation: number): Uint8Array =>
  segment(0xe1, concat(utf8('Exif\0\0MM'), Uint8Array.of(0, 42, 0, 0, 0, 8, 0, 2, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 0), SECRET));
const frame = segment(0xc2, concat(Uint8Array.of(8), u16(300), u16(400), Uint8Array.of(3)));
const scan = concat(segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)), Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd9));
const icc = segment(0xe2, utf8('ICC_PROFILE\0\x01\x01colours'));
const jpeg = (...segments: readonly Uint8Array[]): Uint8Array => concat(Uint8Array.of(0xff, 0xd8), segment(0xe0, utf8('JFIF\0\x01\x02')), ...segments, frame, scan);
const png = (...chunks: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(0x89), utf8('PNG\r\n\x1a\n'), chunk('IHDR', concat(u32(640), u32(480), Uint8Array.of(8, 6, 0, 0, 0))), ...chunks, chunk('IDAT', Uint8Array.of(9, 9)), chunk('IEND', new Uint8Array()));
const webp = (...chunks: readonly Uint8Array[]): Uint8Array => riff('RIFF', concat(utf8('WEBP'), ...chunks));
const vp8x = (flags: number): Uint8Array => riff('VP8X', Uint8Array.of(flags, 0, 0, 0, 0x7f, 0x02, 0, 0xdf, 0x01, 0));
const lossless = riff('VP8L', concat(Uint8Array.of(0x2f), u32(639 | (479 << 14)).reverse(), Uint8Array.of(1, 2, 3)));
const contains = (bytes: Uint8Array, part: Uint8Array): boolean => Buffer.from(bytes).includes(Buffer.from(part));

describe('a picture is known by its bytes', () => {
  for (const [name, bytes, facts] of [
    ['JPEG', jpeg(exif(6)), { type: 'image/jpeg', width: 400, height: 300 }], ['PNG', png(), { type: 'image/png', width: 640, height: 480 }],
    ['WebP, extended', webp(vp8x(0), lossless), { type: 'image/webp', width: 640, height: 480 }], ['WebP, lossless', webp(lossless), { type: 'image/webp', width: 640, height: 480 }],
    ['WebP, lossy', webp(riff('VP8 ', Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0xe0, 1))), { type: 'image/webp', width: 640, height: 480 }],
    ['GIF', concat(utf8('GIF89a'), Uint8Array.of(10, 0, 20, 0)), { type: 'image/gif', width: 10, height: 20 }],
    ['SVG', utf8('<svg onload="alert(1)">'), undefined], ['HTML', utf8('<!doctype html><script>'), undefined], ['nothing', new Uint8Array(), undefined],
  ] as const) {
    test(name, () => assert.deepEqual(pictureFacts(bytes), facts));
  }

  test('and one that would fill the memory is not shown', () => {
    assert.ok(isShowable({ type: 'image/png', width: 8000, height: 6000 }));
    for (const [width, height] of [[30_000, 30_000], [100_000, 1], [0, 5]] as const) assert.ok(!isShowable({ type: 'image/png', width, height }));
  });

  test('whatever bytes come, nothing is thrown', () => {
    const heads = [jpeg(exif(6), icc), png(chunk('tEXt', SECRET)), webp(vp8x(8), lossless, riff('EXIF', SECRET)), utf8('GIF89a')];
    fc.assert(fc.property(fc.constantFrom(...heads), fc.nat(), fc.uint8Array({ maxLength: 60 }), (head, at, junk) => {
      const mangled = head.slice();
      mangled.set(junk.subarray(0, Math.max(0, mangled.length - (at % mangled.length))), at % mangled.length);
      for (const bytes of [mangled, mangled.subarray(0, at % (mangled.length + 1)), concat(mangled.subarray(0, 8), junk)]) {
        pictureFacts(bytes);
        withoutMetadata(bytes);
      }
    }), { numRuns: 3000 });
  });
});

describe('without metadata', () => {
  test('a JPEG keeps its pixels, its colours and how it is turned; place, author, notes and what hangs behind it go', () => {
    const note = segment(0xfe, SECRET);
    const xmp = segment(0xe1, concat(utf8('http://ns.adobe.com/xap/1.0/\0'), SECRET));
    const other = segment(0xed, SECRET);
    const clean = withoutMetadata(concat(jpeg(exif(6), icc, note, xmp, other), SECRET)) ?? assert.fail();
    assert.ok(!contains(clean, SECRET));
    for (const part of [icc, frame, scan]) assert.ok(contains(clean, part));
    assert.deepEqual(pictureFacts(clean), { type: 'image/jpeg', width: 400, height: 300 });
    const turned = Buffer.from(clean).indexOf(utf8('Exif\0\0'));
    assert.equal(clean[turned + 6 + 8 + 2 + 9], 6);
    assert.ok(!contains(withoutMetadata(jpeg(exif(1))) ?? assert.fail(), utf8('Exif')));
    assert.deepEqual(withoutMetadata(clean), clean);
  });

  test('a PNG keeps what says how it is meant to look', () => {
    const [colours, text, time] = [chunk('iCCP', utf8('profile')), chunk('iTXt', SECRET), chunk('eXIf', SECRET)];
    const clean = withoutMetadata(concat(png(text, colours, time), SECRET)) ?? assert.fail();
    assert.ok(!contains(clean, SECRET));
    assert.deepEqual(clean, png(colours));
    assert.equal(withoutMetadata(png().subarray(0, 50)), undefined);
  });

  test('a WebP loses its EXIF and XMP, and the flags that announce them', () => {
    const [colours, odd] = [riff('ICCP', utf8('odd')), riff('XMP ', SECRET)];
    const clean = withoutMetadata(webp(vp8x(0b0010_1100), colours, lossless, riff('EXIF', SECRET), odd)) ?? assert.fail();
    assert.deepEqual(clean, webp(vp8x(0b0010_0000), colours, lossless));
  });

  test('what cannot be told apart is not passed off as clean', () => {
    for (const bytes of [concat(utf8('GIF89a'), Uint8Array.of(1, 0, 1, 0)), utf8('%PDF-1.7'), jpeg().subarray(0, 20)]) assert.equal(withoutMetadata(bytes), undefined);
  });
});
