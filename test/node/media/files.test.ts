/** Files by their own bytes and names: what may be shown, what is taken out of films, what a name may be. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, utf8 } from '../../../shared/bytes.ts';
import { EngineError } from '../../../pwa/engine/api.ts';
import { cleaned } from '../../../pwa/engine/media/cleaning.ts';
import { fileName } from '../../../pwa/engine/media/file-name.ts';
import { linksIn } from '../../../pwa/engine/media/room-media.ts';
import { whatShows } from '../../../pwa/engine/media/what-shows.ts';
import { withoutBoxes } from '../../../pwa/engine/media/without-boxes.ts';
import { withoutMetadata } from '../../../pwa/engine/media/without-metadata.ts';

const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const box = (name: string, ...content: readonly Uint8Array[]): Uint8Array => concat(u32(8 + concat(...content).length), utf8(name), ...content);
/** With its length in 64 bits. */
const largeBox = (name: string, content: Uint8Array): Uint8Array => concat(u32(1), utf8(name), u32(0), u32(16 + content.length), content);
const SECRET = utf8('+47.2691+009.4009/');
const contains = (bytes: Uint8Array, part: Uint8Array): boolean => Buffer.from(bytes).includes(Buffer.from(part));
const unreadable = (error: unknown): boolean => error instanceof EngineError && error.problem.code === 'attachment-unreadable';
const ftyp = box('ftyp', utf8('isom\0\0\x02\0isomiso2avc1mp41'));
const whole = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part.slice());
  return concat(...parts);
};
async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a file is called', () => {
  for (const [given, shown] of [
    ['report.pdf', 'report.pdf'], ['../../etc/passwd', '_.._etc_passwd'], ['C:\\Windows\\system32', 'C__Windows_system32'], ['.bashrc', 'bashrc'], ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['a\0b\nc\u200B.txt', 'abc.txt'], ['con.txt', '_con.txt'], ['  spaced   out .txt', 'spaced out .txt'], ['\u2066\u2069', ''], ['名前.jpg', '名前.jpg'], ['x'.repeat(300) + '.jpeg', 'x'.repeat(115) + '.jpeg'],
    ['half\u2044way', 'half_way'], ['trailing. . ', 'trailing'],
  ] as const) {
    test(JSON.stringify(given), () => assert.equal(fileName(given), shown));
  }

  test('whatever it was called, it leads nowhere, and stays as it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
      const name = fileName(given);
      assert.ok(!/[/\\\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(name) && !name.startsWith('.') && Array.from(name).length <= 120);
      assert.equal(fileName(name), name);
    }), { numRuns: 500 });
  });
});

describe('only what is known by its bytes is shown', () => {
  const png = (width: number, height: number): Uint8Array => concat(Uint8Array.of(0x89), utf8('PNG\r\n\x1a\n'), u32(13), utf8('IHDR'), u32(width), u32(height), Uint8Array.of(8, 6, 0, 0, 0), u32(0));
  const jpeg = concat(Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 44, 1, 144, 3, 0, 0, 0), Uint8Array.of(0xff, 0xd9));
  const gif = concat(utf8('GIF89a'), Uint8Array.of(10, 0, 20, 0, 0, 0, 0));
  const webm = (codec: string): Uint8Array => concat(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84), utf8('webm'), new Uint8Array(200), utf8(codec));
  for (const [name, bytes, look, type, shows, problem] of [
    ['a PNG', png(640, 480), 'picture', 'image/png', 'picture', undefined], ['a JPEG', jpeg, 'picture', 'image/jpeg', 'picture', undefined], ['a GIF', gif, 'picture', 'image/gif', 'picture', undefined],
    ['a PNG that is called a file', png(640, 480), 'file', 'image/png', 'picture', undefined],
    ['an SVG with a script', utf8('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'picture', 'application/octet-stream', null, 'attachment-mistyped'],
    ['HTML', utf8('<!doctype html><script>alert(1)</script>'), 'picture', 'application/octet-stream', null, 'attachment-mistyped'],
    ['HTML that is called a film', utf8('<html>'), 'video', 'application/octet-stream', null, 'attachment-mistyped'],
    ['HTML that is called a file', utf8('<html>'), 'file', 'application/octet-stream', null, undefined],
    ['a PDF with a JPEG behind it', concat(utf8('%PDF-1.7\n'), jpeg), 'picture', 'application/octet-stream', null, 'attachment-mistyped'],
    // As pictures they are drawn, and nothing else: their type is the picture's.
    ['a GIF that is a script, too', concat(gif, utf8('/*'), utf8('*/=1;alert(1)')), 'picture', 'image/gif', 'picture', undefined],
    ['a JPEG with a PDF behind it', concat(jpeg, utf8('%PDF-1.7')), 'picture', 'image/jpeg', 'picture', undefined],
    ['a PNG that would fill the memory', png(30_000, 30_000), 'picture', 'application/octet-stream', null, 'attachment-too-many-pixels'],
    ['a PNG without a width', png(0, 480), 'picture', 'application/octet-stream', null, 'attachment-too-many-pixels'],
    ['a picture that is called a voice message', png(640, 480), 'voice', 'image/png', 'picture', 'attachment-mistyped'],
    ['an MP4', concat(ftyp, box('moov', box('hdlr', utf8('vide')))), 'video', 'video/mp4', 'video', undefined], ['an MP4 of sound', concat(ftyp, box('moov', box('hdlr', utf8('soun')))), 'voice', 'audio/mp4', 'audio', undefined],
    ['an M4A', box('ftyp', utf8('M4A \0\0\0\0')), 'voice', 'audio/mp4', 'audio', undefined], ['a HEIC', box('ftyp', utf8('heic\0\0\0\0')), 'picture', 'application/octet-stream', null, 'attachment-mistyped'],
    ['a WebM', webm('V_VP9'), 'video', 'video/webm', 'video', undefined], ['a WebM of sound', webm('A_OPUS'), 'voice', 'audio/webm', 'audio', undefined],
    ['a Matroska film', concat(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3), utf8('matroska')), 'video', 'application/octet-stream', null, 'attachment-mistyped'],
    ['Ogg', utf8('OggS\0\x02'), 'voice', 'audio/ogg', 'audio', undefined], ['WAV', utf8('RIFF....WAVEfmt '), 'voice', 'audio/wav', 'audio', undefined], ['MP3', Uint8Array.of(0xff, 0xfb, 0x90, 0x64), 'voice', 'audio/mpeg', 'audio', undefined],
    ['MP3 with a title', utf8('ID3\x04'), 'file', 'audio/mpeg', 'audio', undefined], ['nothing', new Uint8Array(), 'picture', 'application/octet-stream', null, 'attachment-mistyped'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x3c, 0), 'voice', 'application/octet-stream', null, 'attachment-mistyped'],
  ] as const) {
    test(name, () => {
      const seen = whatShows(bytes, look);
      assert.deepEqual([seen.type, seen.shows, seen.problem?.code], [type, shows, problem]);
    });
  }

  test('whatever comes, nothing is thrown, and nothing that could run has a type of its own', () => {
    const types = new Set(['application/octet-stream', 'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'video/mp4', 'video/webm', 'audio/mp4', 'audio/webm', 'audio/ogg', 'audio/wav', 'audio/flac', 'audio/mpeg']);
    fc.assert(fc.property(fc.constantFrom(new Uint8Array(), png(1, 1), jpeg, gif, ftyp, webm('')), fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 40 }), (head, junk, keep) => {
      assert.ok(types.has(whatShows(concat(head.subarray(0, keep), junk), 'picture').type));
    }), { numRuns: 2000 });
  });
});

describe('a film', () => {
  const time = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
  const mvhd = box('mvhd', u32(0), time, time, u32(1000), u32(5));
  const tkhd = box('tkhd', Uint8Array.of(1, 0, 0, 3), time, time, time, time, u32(1));
  const mdat = largeBox('mdat', concat(utf8('udta'), new Uint8Array(300).fill(7)));
  const film = concat(ftyp, box('moov', mvhd, box('udta', box('\xa9xyz', SECRET)), box('trak', tkhd, box('mdia', box('mdhd', u32(0), time, time), box('hdlr', utf8('vide'))), box('meta', SECRET))), mdat, box('uuid', SECRET), box('meta', SECRET));

  test('loses its place and its times, and keeps its length and its pictures, however it comes', async () => {
    const cleans = await Promise.all([film.length, 64, 7, 1].map((length) => whole(withoutBoxes(cut(film, length)))));
    for (const clean of cleans) {
      assert.deepEqual(clean, cleans[0]);
      assert.equal(clean.length, film.length);
      for (const gone of [SECRET, time, utf8('\xa9xyz')]) assert.ok(!contains(clean, gone));
      for (const kept of [mdat, ftyp, box('hdlr', utf8('vide'))]) assert.ok(contains(clean, kept));
    }
  });

  test('that is broken goes through as long as it was', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 400 }), fc.integer({ min: 1, max: 50 }), async (junk, keep, length) => {
      const broken = concat(film.subarray(0, keep), junk);
      assert.equal((await whole(withoutBoxes(cut(broken, length)))).length, broken.length);
    }), { numRuns: 300 });
  });

  test('and what is chosen is cleaned by its bytes, whatever it is called; a picture that cannot be is not taken', async () => {
    const clean = await cleaned(new Blob([film as Uint8Array<ArrayBuffer>]), 'file');
    assert.ok(!contains(await whole(clean.bytes), SECRET));
    const heic = new Blob([concat(box('ftyp', utf8('heic\0\0\0\0')), box('meta', utf8('what it is made of'))) as Uint8Array<ArrayBuffer>]);
    assert.ok(contains(await whole((await cleaned(heic, 'file')).bytes), utf8('what it is made of')));
    for (const [blob, look] of [[heic, 'picture'], [new Blob(['<svg/>']), 'picture'], [new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)]), 'file']] as const) await assert.rejects(cleaned(blob, look), unreadable);
  });
});

test('a GIF keeps its pictures, its times and how often it repeats; comments and what hangs behind it go', () => {
  const blocks = (...parts: readonly Uint8Array[]): Uint8Array => concat(...parts.map((part) => concat(Uint8Array.of(part.length), part)), Uint8Array.of(0));
  const head = concat(utf8('GIF89a'), Uint8Array.of(2, 0, 2, 0, 0x80, 0, 0), new Uint8Array(6).fill(9));
  const control = concat(Uint8Array.of(0x21, 0xf9), blocks(Uint8Array.of(0, 5, 0, 0)));
  const repeat = concat(Uint8Array.of(0x21, 0xff), blocks(utf8('NETSCAPE2.0'), Uint8Array.of(1, 0, 0)));
  const picture = concat(Uint8Array.of(0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2), blocks(Uint8Array.of(4, 5)));
  const comment = concat(Uint8Array.of(0x21, 0xfe), blocks(SECRET, SECRET));
  const xmp = concat(Uint8Array.of(0x21, 0xff), blocks(utf8('XMP DataXMP'), SECRET));
  const clean = withoutMetadata(concat(head, comment, repeat, control, picture, xmp, control, picture, Uint8Array.of(0x3b), SECRET)) ?? assert.fail();
  assert.deepEqual(clean, concat(head, repeat, control, picture, control, picture, Uint8Array.of(0x3b)));
  assert.deepEqual(withoutMetadata(clean), clean);
  for (let end = 0; end < clean.length; end++) assert.equal(withoutMetadata(clean.subarray(0, end)), undefined);
});

test('addresses are found without the punctuation of their sentence', () => {
  assert.deepEqual(linksIn('See https://a.example/x?y=1, (http://b.example/) and HTTPS://C.example. Not ftp://d or https://'), ['https://a.example/x?y=1', 'http://b.example/', 'HTTPS://C.example']);
});
