/**
 * A picture without what it says beside itself: place, time, camera, author, thumbnails of what was cropped away. The pixels are
 * not touched. Of EXIF the orientation alone stays, as the picture would lie on its side without it; and the colour profile.
 */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { ascii, jpegSegments, pictureFacts, view } from './image-facts.ts';

/** Undefined where it cannot be told apart: then the picture has to be drawn anew, or not sent. */
export function withoutMetadata(bytes: Uint8Array): Uint8Array | undefined {
  try {
    switch (pictureFacts(bytes)?.type) {
      case 'image/jpeg':
        return jpeg(bytes);
      case 'image/png':
        return png(bytes);
      case 'image/webp':
        return webp(bytes);
      case 'image/gif':
        return gif(bytes);
      case undefined:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends in the middle of something
    throw error;
  }
}

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COMMENT = 0xfe;
const END = [0xff, 0xd9] as const;

/** JFIF, the colour profile and Adobe's colour transform stay. */
function keepsJpegSegment(bytes: Uint8Array, marker: number, at: number): boolean {
  if (marker === APP0 || marker === APP14) return true;
  if (marker === APP2) return ascii(bytes, at + 4, 11) === 'ICC_PROFILE';
  return !(marker >= APP0 && marker <= APP15) && marker !== COMMENT;
}

function jpeg(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let orientation = 1;
  let scan = false;
  for (const { marker, at, end } of jpegSegments(bytes)) {
    if (end > bytes.length) return undefined;
    if (marker === APP1 && ascii(bytes, at + 4, 6) === 'Exif\0\0') orientation = orientationIn(bytes.subarray(at + 10, end)) ?? orientation;
    if (!keepsJpegSegment(bytes, marker, at)) continue;
    scan ||= marker === 0xda;
    parts.push(marker === 0xda ? upToEnd(bytes, at) : bytes.subarray(at, end));
  }
  if (!scan) return undefined;
  if (orientation !== 1) parts.splice(1, 0, orientationSegment(orientation));
  return concat(...parts);
}

/** The scans, without what was hung behind the picture: phones put videos there. */
function upToEnd(bytes: Uint8Array, scan: number): Uint8Array {
  for (let at = scan; at + 1 < bytes.length; at++) if (bytes[at] === END[0] && bytes[at + 1] === END[1]) return bytes.subarray(scan, at + 2);
  return bytes.subarray(scan);
}

const ORIENTATION = 0x0112;

/** TIFF 6.0, of which EXIF is one: the tag in the first directory. */
function orientationIn(tiff: Uint8Array): number | undefined {
  if (tiff.length < 14) return undefined;
  const little = ascii(tiff, 0, 2) === 'II';
  const data = view(tiff);
  const directory = data.getUint32(4, little);
  const entries = data.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    const value = data.getUint16(at + 8, little);
    if (data.getUint16(at, little) === ORIENTATION) return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** APP1 with a TIFF of one entry. */
const orientationSegment = (orientation: number): Uint8Array => concat(
  Uint8Array.of(0xff, APP1, 0, 34), utf8('Exif\0\0'), utf8('MM'), Uint8Array.of(0, 42, 0, 0, 0, 8, 0, 1, ORIENTATION >> 8, ORIENTATION & 0xff, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0),
);

/** Chunks that say how the pixels are meant (PNG 3rd edition, §11.3), and those of animations; all else goes. */
const PNG_KEPT: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'bKGD', 'hIST', 'pHYs', 'acTL', 'fcTL', 'fdAT']);

function png(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view(bytes).getUint32(at);
    const name = ascii(bytes, at + 4, 4);
    if (end > bytes.length) return undefined;
    if (PNG_KEPT.has(name)) parts.push(bytes.subarray(at, end));
    if (name === 'IEND') return concat(...parts);
    at = end;
  }
  return undefined;
}

/** RFC 9649 §2.7: chunks, padded to even lengths, and flags in the first that say which there are. */
function webp(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  const whole = Math.min(bytes.length, 8 + view(bytes).getUint32(4, true));
  for (let at = 12; at + 8 <= whole;) {
    const length = view(bytes).getUint32(at + 4, true);
    const end = at + 8 + length + (length & 1);
    const name = ascii(bytes, at, 4);
    if (end > whole + 1 || at + 8 + length > whole) return undefined;
    if (name === 'VP8X') parts.push(withoutFlags(bytes.slice(at, end)));
    else if (['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'].includes(name)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  if (parts.length === 0) return undefined;
  const body = concat(utf8('WEBP'), ...parts);
  const head = new Uint8Array(8);
  head.set(utf8('RIFF'));
  view(head).setUint32(4, body.length, true);
  return concat(head, body);
}

const EXIF_AND_XMP = 0b0000_1100;

function withoutFlags(chunk: Uint8Array): Uint8Array {
  chunk[8] = (chunk[8] ?? 0) & ~EXIF_AND_XMP;
  return chunk;
}

const GIF_EXTENSION = 0x21;
const GIF_IMAGE = 0x2c;
const GIF_END = 0x3b;
const GIF_CONTROL = 0xf9;
const GIF_APPLICATION = 0xff;

/** GIF89a §15–§27: comments, texts and what applications add go, but for how often it repeats; and what hangs behind its end. */
function gif(bytes: Uint8Array): Uint8Array | undefined {
  const table = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));
  let at = 13 + table(view(bytes).getUint8(10));
  const parts: Uint8Array[] = [bytes.subarray(0, at)];
  for (;;) {
    const start = at;
    const kind = view(bytes).getUint8(at);
    if (kind === GIF_END) return concat(...parts, Uint8Array.of(GIF_END));
    if (kind === GIF_EXTENSION) at = behindBlocks(bytes, at + 2);
    // The descriptor, its colours, and the size of the codes in front of the picture's own blocks.
    else if (kind === GIF_IMAGE) at = behindBlocks(bytes, at + 10 + table(view(bytes).getUint8(at + 9)) + 1);
    else return undefined;
    if (kind === GIF_IMAGE || bytes[start + 1] === GIF_CONTROL || (bytes[start + 1] === GIF_APPLICATION && /^(?:NETSCAPE2.0|ANIMEXTS1.0)$/.test(ascii(bytes, start + 3, 11)))) parts.push(bytes.subarray(start, at));
  }
}

/** Sub-blocks, each with its length in front, up to the empty one. Throws RangeError where there is none. */
function behindBlocks(bytes: Uint8Array, first: number): number {
  let at = first;
  for (let length = view(bytes).getUint8(at); length > 0; length = view(bytes).getUint8(at)) at += 1 + length;
  return at + 1;
}
