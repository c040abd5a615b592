/** Bytes that come in whatever pieces they come, in pieces of one length. */
import { concat } from '../../../shared/bytes.ts';

/** All of exactly `length` bytes but the last, which has at least one; none of no bytes. A piece is its receiver's to keep. */
export async function* piecesOf(source: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let holding = 0;
  for await (const chunk of source) {
    held.push(chunk);
    holding += chunk.length;
    if (holding <= length) continue;
    let rest = concat(...held);
    // One whole piece may be the last: it is kept back until more comes.
    for (; rest.length > length; rest = rest.subarray(length)) yield rest.slice(0, length);
    held = [rest];
    holding = rest.length;
  }
  if (holding > 0) yield concat(...held);
}
