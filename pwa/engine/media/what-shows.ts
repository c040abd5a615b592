/**
 * What may be drawn or played in the app, judged by a file's own first bytes and nothing else: whatever it is called, whoever sent it. What is none of these is
 * octets: a browser that is given them to show saves them.
 */
import type { AttachmentLook, Opened, Problem } from '../api.ts';
import { ascii, isShowable, pictureFacts } from './image-facts.ts';

/** Bytes in which it has to say what it is. */
export const HEAD = 256 * 1024;
export const OCTETS = 'application/octet-stream';

export interface Seen {
  readonly type: string;
  readonly shows: Opened['shows'];
  readonly problem?: Problem;
}

/** `head`: the first {@link HEAD} bytes, or all. */
export function whatShows(head: Uint8Array, look: AttachmentLook): Seen {
  const picture = pictureFacts(head);
  if (picture !== undefined) {
    const seen = isShowable(picture) ? ({ type: picture.type, shows: 'picture' } as const)
      : ({ type: OCTETS, shows: null, problem: { code: 'attachment-too-many-pixels', detail: `${picture.width} by ${picture.height} pixels` } } as const);
    return look === 'picture' || look === 'file' || seen.shows === null ? seen : { ...seen, problem: mistyped(look) };
  }
  const played = playedType(head);
  const shows = played === undefined ? null : played.startsWith('video/') ? ('video' as const) : ('audio' as const);
  const isAsSaid = look === 'file' || (look === 'video' && shows === 'video') || (look === 'voice' && shows === 'audio');
  return { type: played ?? OCTETS, shows, ...(isAsSaid ? {} : { problem: mistyped(look) }) };
}

const mistyped = (look: AttachmentLook): Problem => ({ code: 'attachment-mistyped', detail: `It is called a ${look}, and is none.` });

/** ISO/IEC 14496-12 §4.3: the brands of films and sounds; pictures (HEIF, AVIF) have the same box in front, and are not shown. */
const FILMS = /^(?:isom|iso[2-9]|mp4[12]|avc1|M4V[ HP]|MSNV|dash|qt {2}|3gp[4-7]|3g2[abc])$/u;
const SOUNDS = /^(?:M4A |M4B )$/u;

function playedType(head: Uint8Array): string | undefined {
  if (ascii(head, 4, 4) === 'ftyp') {
    const brand = ascii(head, 8, 4);
    if (SOUNDS.test(brand)) return 'audio/mp4';
    if (!FILMS.test(brand)) return undefined;
    return holds(head, 'soun') && !holds(head, 'vide') ? 'audio/mp4' : 'video/mp4';
  }
  // EBML (RFC 8794), with the document type of WebM.
  if (ascii(head, 0, 4) === '\x1aE\xdf\xa3') {
    if (!holds(head.subarray(0, 64), 'webm')) return undefined;
    return holds(head, 'V_VP') || holds(head, 'V_AV1') ? 'video/webm' : 'audio/webm';
  }
  if (ascii(head, 0, 4) === 'OggS') return 'audio/ogg';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WAVE') return 'audio/wav';
  if (ascii(head, 0, 4) === 'fLaC') return 'audio/flac';
  if (ascii(head, 0, 3) === 'ID3' || isMp3Frame(head)) return 'audio/mpeg';
  return undefined;
}

/** ISO/IEC 11172-3 §2.4.1.3: the sync word, layer III, and neither a bit rate nor a sampling rate that is forbidden. */
const isMp3Frame = ([a = 0, b = 0, c = 0]: Uint8Array): boolean => a === 0xff && (b & 0xe6) === 0xe2 && (b & 0x18) !== 0x08 && (c & 0xf0) !== 0xf0 && (c & 0x0c) !== 0x0c;

function holds(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) if (ascii(bytes, at, text.length) === text) return true;
  return false;
}
