/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
 * 2019): lengths are rounded up so that they leak O(log log L) bits, for at most 12 % more.
 * Here on top of a floor, as most messages are short: u32 length ‖ content ‖ zeros.
 */
import { CryptoError } from './sodium.ts';

const LENGTH_BYTES = 4;
const FLOOR = 256;

/** The padded length of `length` bytes. */
export function padme(length: number): number {
  if (length <= FLOOR) return FLOOR;
  const exponent = Math.floor(Math.log2(length));
  const keep = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - keep);
  return Math.ceil(length / step) * step;
}

export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(padme(LENGTH_BYTES + content.length));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, LENGTH_BYTES);
  return padded;
}

/** Throws CryptoError `bad-padding` for all that {@link pad} could not have made. */
export function unpad(padded: Uint8Array): Uint8Array {
  if (padded.length < LENGTH_BYTES) throw new CryptoError('bad-padding');
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const end = LENGTH_BYTES + length;
  if (padded.length !== padme(end) || padded.subarray(end).some((byte) => byte !== 0)) throw new CryptoError('bad-padding');
  return padded.slice(LENGTH_BYTES, end);
}
