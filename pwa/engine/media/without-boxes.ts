/**
 * A film or sound in the ISO base media format (ISO/IEC 14496-12: MP4, MOV, M4A) without what it says beside itself: place, author, camera, times of making.
 * Boxes that hold such become `free` ones of the same length, filled with zeros, so that nothing else moves: no offset in it changes, and it goes through as a stream.
 *
 * What stands in tracks of their own (a GPS trace that a camera records along), or in the pictures themselves, stays.
 */
import { concat, utf8 } from '../../../shared/bytes.ts';
import { ascii, view } from './image-facts.ts';

const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'edts', 'moof', 'traf']);
/** User data, metadata in Apple's or the standard's manner, and extensions, of which XMP is one. */
const DROPPED: ReadonlySet<string> = new Set(['udta', 'meta', 'uuid']);
/** Their first fields behind version and flags are times of making and of change. */
const TIMED: ReadonlySet<string> = new Set(['mvhd', 'tkhd', 'mdhd']);
/** Pictures (HEIF, AVIF) keep in `meta` what they are made of. */
const PICTURES = /^(?:mif1|msf1|hei[cxms]|hev[cxms]|avi[fs])$/u;

/** By the first 12 bytes. */
export const isFilm = (head: Uint8Array): boolean => ascii(head, 4, 4) === 'ftyp' && !PICTURES.test(ascii(head, 8, 4));

/** As long as what comes in, whatever that is: where it is not well-formed, the rest goes through as it is. */
export async function* withoutBoxes(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walker = new Walker();
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of source) {
    const bytes = concat(held, chunk);
    const done = walker.clean(bytes);
    if (done > 0) yield bytes.subarray(0, done);
    held = bytes.slice(done);
  }
  if (held.length > 0) yield held;
}

const HEADER = 8;
const LARGE_HEADER = 16;

class Walker {
  /** Bytes of the box's content that are still to come. */
  #left = 0;
  /** The next of them, from the content's beginning. */
  #at = 0;
  /** Those that become zeros. */
  #zeros: readonly [from: number, to: number] = [0, 0];

  /** In place. Answers how many bytes are done: a header that is not whole yet is to come again. */
  clean(bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length;) {
      const next = this.#left > 0 ? this.#content(bytes, i) : this.#box(bytes, i);
      if (next === i) return i;
      i = next;
    }
    return bytes.length;
  }

  #content(bytes: Uint8Array, i: number): number {
    const end = Math.min(bytes.length, i + this.#left);
    const [from, to] = this.#zeros;
    bytes.fill(0, Math.max(i, i + from - this.#at), Math.max(i, Math.min(end, i + to - this.#at)));
    this.#at += end - i;
    this.#left -= end - i;
    return end;
  }

  #box(bytes: Uint8Array, i: number): number {
    const here = view(bytes.subarray(i));
    if (here.byteLength < HEADER) return i;
    const size = here.getUint32(0);
    const header = size === 1 ? LARGE_HEADER : HEADER;
    const name = ascii(bytes, i + 4, 4);
    if (here.byteLength < header + (TIMED.has(name) ? 1 : 0)) return i;
    const length = (size === 1 ? Number(here.getBigUint64(HEADER)) : size) - header;
    this.#at = 0;
    this.#zeros = [0, 0];
    // Zero: up to the end. Less than its own header: this is no box, and nothing behind it can be told.
    this.#left = size === 0 || length < 0 ? Infinity : length;
    if (length < 0 && size !== 0) return i + header;
    if (CONTAINERS.has(name)) this.#left = 0;
    else if (TIMED.has(name)) this.#zeros = [4, bytes[i + header] === 1 ? 20 : 12];
    else if (DROPPED.has(name)) {
      bytes.set(utf8('free'), i + 4);
      this.#zeros = [0, Infinity];
    }
    return i + header;
  }
}
