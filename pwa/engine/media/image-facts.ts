/**
 * What a file is by its own first bytes, whatever it is called: the types that a browser may show inline, and how large a
 * picture says it is, so that none is decoded that would fill the memory. Anything else is a download.
 */
export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif';

export interface PictureFacts {
  readonly type: PictureType;
  /** As stored: before any turning by its orientation. */
  readonly width: number;
  readonly height: number;
}

/** Pixels of a picture that is decoded: 50 million are 200 MB in memory. */
export const MOST_PIXELS = 50_000_000;
const MOST_SIDE = 16_384;

export const isShowable = ({ width, height }: PictureFacts): boolean => width > 0 && height > 0 && width <= MOST_SIDE && height <= MOST_SIDE && width * height <= MOST_PIXELS;

export const ascii = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
export const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Undefined for what is none of these, or says too little of itself. */
export function pictureFacts(bytes: Uint8Array): PictureFacts | undefined {
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegFacts(bytes);
    if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return pngFacts(bytes);
    if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return webpFacts(bytes);
    if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return { type: 'image/gif', width: view(bytes).getUint16(6, true), height: view(bytes).getUint16(8, true) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined; // also where it ends in the middle of its header
}

function pngFacts(bytes: Uint8Array): PictureFacts | undefined {
  return ascii(bytes, 12, 4) === 'IHDR' ? { type: 'image/png', width: view(bytes).getUint32(16), height: view(bytes).getUint32(20) } : undefined;
}

/** The frame header, SOF0 to SOF15 but for the three codes between that are other segments (ITU T.81, table B.1). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpegFacts(bytes: Uint8Array): PictureFacts | undefined {
  for (const { marker, at } of jpegSegments(bytes)) {
    if (isFrame(marker)) return { type: 'image/jpeg', height: view(bytes).getUint16(at + 5), width: view(bytes).getUint16(at + 7) };
  }
  return undefined;
}

export interface JpegSegment {
  readonly marker: number;
  /** Of the 0xff in front. */
  readonly at: number;
  /** Of the next segment; of the file's end for the scan, with which all that can be told apart ends. */
  readonly end: number;
}

/** Throws RangeError where it ends in the middle of one. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  const SCAN = 0xda;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const end = at + 2 + view(bytes).getUint16(at + 2);
    yield { marker, at, end: marker === SCAN ? bytes.length : end };
    if (marker === SCAN) return;
    at = end;
  }
}

/** RFC 9649 §2: lossy, lossless, and extended files. */
function webpFacts(bytes: Uint8Array): PictureFacts | undefined {
  const data = view(bytes);
  switch (ascii(bytes, 12, 4)) {
    case 'VP8X':
      return { type: 'image/webp', width: 1 + (data.getUint32(24, true) & 0xff_ffff), height: 1 + (data.getUint32(26, true) >>> 8) };
    case 'VP8 ':
      return { type: 'image/webp', width: data.getUint16(26, true) & 0x3fff, height: data.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = data.getUint32(21, true);
      return { type: 'image/webp', width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    default:
      return undefined;
  }
}
