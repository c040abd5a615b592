/**
 * Reads what a client sends (RFC 6455 §5): frames out of chunks of bytes, messages out of frames. Unmasked in place, and
 * handed out without a copy where a message lies within one chunk. What it holds of one that has begun is bounded.
 */
import { isUtf8 } from 'node:buffer';

export interface FrameSink {
  /** A whole binary message. The bytes are the receiver's. */
  message(data: Buffer): void;
  /** Text began: nothing that is understood here. */
  text(): void;
  ping(data: Buffer): void;
  pong(): void;
  /** The peer says goodbye, with a code or without. Nothing is read after it. */
  goodbye(code: number | undefined): void;
  /** It broke the rules; `code` says how (RFC 6455 §7.4.1). Nothing is read after it. */
  broken(code: 1002 | 1007 | 1009): void;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const FINAL = 0x80;
const MASKED = 0x80;
/** The longest payload of a control frame. */
const CONTROL_BYTES = 125;
const LARGEST_HEADER = 14;

export class FrameReader {
  /** Bytes that a message may have. */
  most: number;
  readonly #mostPieces: number;
  /** The beginning of a frame that is not all here: the first `#held` bytes. */
  #begun: Buffer | undefined;
  #held = 0;
  /** The pieces of a message that is not all here. */
  #pieces: Buffer[] | undefined;
  #pieceBytes = 0;
  #over = false;

  constructor(most: number, mostPieces: number) {
    this.most = most;
    this.#mostPieces = mostPieces;
  }

  /** Bytes of what has begun to come. */
  get holding(): number {
    return this.#held + this.#pieceBytes;
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#over = true;
    this.#begun = undefined;
    this.#held = 0;
    this.#pieces = undefined;
    this.#pieceBytes = 0;
  }

  /** The chunk becomes the reader's. */
  read(chunk: Buffer, sink: FrameSink): void {
    let at = 0;
    while (at < chunk.length && !this.#over) {
      if (this.#begun !== undefined) {
        at += this.#goOn(this.#begun, chunk, at, sink);
        continue;
      }
      const length = frameLength(chunk, at, chunk.length);
      if (this.#unfit(chunk, at, chunk.length, length, sink)) return;
      if (length === undefined || chunk.length - at < length) return this.#hold(chunk, at, length ?? LARGEST_HEADER);
      this.#frame(chunk, at, length, sink);
      at += length;
    }
  }

  #hold(chunk: Buffer, at: number, room: number): void {
    this.#held = chunk.length - at;
    // Not all that the header promises: whoever only promises must not cost that much.
    this.#begun = Buffer.allocUnsafe(Math.min(room, 2 * this.#held + LARGEST_HEADER));
    chunk.copy(this.#begun, 0, at);
  }

  /** Takes what the frame that has begun still lacks, and answers how many bytes that were. */
  #goOn(begun: Buffer, chunk: Buffer, at: number, sink: FrameSink): number {
    const known = frameLength(begun, 0, this.#held);
    // The header first, byte by byte: it is short.
    const wanted = known === undefined ? 1 : known - this.#held;
    const taken = Math.min(wanted, chunk.length - at);
    let frame = begun;
    if (this.#held + taken > begun.length) {
      frame = Buffer.allocUnsafe(Math.max(this.#held + taken, Math.min(known ?? LARGEST_HEADER, 2 * begun.length)));
      begun.copy(frame, 0, 0, this.#held);
      this.#begun = frame;
    }
    chunk.copy(frame, this.#held, at, at + taken);
    this.#held += taken;
    const length = frameLength(frame, 0, this.#held);
    if (this.#unfit(frame, 0, this.#held, length, sink)) return taken;
    if (length === this.#held) {
      this.#begun = undefined;
      this.#held = 0;
      this.#frame(frame, 0, length, sink);
    }
    return taken;
  }

  /** Whether what is there of a frame breaks the rules already, or promises more than may come. */
  #unfit(bytes: Buffer, at: number, end: number, length: number | undefined, sink: FrameSink): boolean {
    const first = bytes[at] ?? 0;
    const second = at + 1 < end ? (bytes[at + 1] ?? 0) : MASKED;
    if (!isKnown(first) || (second & MASKED) === 0) return this.#break(1002, sink);
    const isControl = (first & 15) >= CLOSE;
    if (isControl && ((first & FINAL) === 0 || (second & 127) > CONTROL_BYTES)) return this.#break(1002, sink);
    if (length === undefined || isControl) return false;
    return length - headerLength(second) + this.#pieceBytes > this.most && this.#break(1009, sink);
  }

  #break(code: 1002 | 1007 | 1009, sink: FrameSink): true {
    this.stop();
    sink.broken(code);
    return true;
  }

  /** One whole frame. */
  #frame(bytes: Buffer, at: number, length: number, sink: FrameSink): void {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const payload = at + headerLength(second);
    const end = at + length;
    unmask(bytes, payload, end);
    const data = bytes.subarray(payload, end);
    const final = (first & FINAL) !== 0;
    const opcode = first & 15;
    if (opcode >= CLOSE) return this.#control(opcode, data, sink);
    if (opcode === TEXT) return sink.text();
    if ((opcode === CONTINUATION) !== (this.#pieces !== undefined)) return void this.#break(1002, sink);
    if (final && this.#pieces === undefined) return sink.message(data);
    this.#piece(data, final, sink);
  }

  #piece(data: Buffer, final: boolean, sink: FrameSink): void {
    const pieces = (this.#pieces ??= []);
    // A copy: a piece must not keep the whole chunk that it came in.
    pieces.push(final ? data : Buffer.from(data));
    this.#pieceBytes += data.length;
    if (pieces.length > this.#mostPieces) return void this.#break(1009, sink);
    if (!final) return;
    this.#pieces = undefined;
    this.#pieceBytes = 0;
    sink.message(Buffer.concat(pieces));
  }

  #control(opcode: number, data: Buffer, sink: FrameSink): void {
    switch (opcode) {
      case PING: return sink.ping(data);
      case PONG: return sink.pong();
      default: {
        if (data.length === 0) {
          this.stop();
          return sink.goodbye(undefined);
        }
        const code = data.length === 1 ? 0 : data.readUInt16BE(0);
        if (!mayBeSaid(code)) return void this.#break(1002, sink);
        if (!isUtf8(data.subarray(2))) return void this.#break(1007, sink);
        this.stop();
        sink.goodbye(code);
      }
    }
  }
}

/** No reserved bits, and an opcode that there is. */
const isKnown = (first: number): boolean => (first & 0x70) === 0 && ((first & 15) <= BINARY || ((first & 15) >= CLOSE && (first & 15) <= PONG));

/** Codes that an endpoint may put on the wire (RFC 6455 §7.4). */
const mayBeSaid = (code: number): boolean => (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999);

/** With the mask. */
function headerLength(second: number): number {
  const short = second & 127;
  return (short < 126 ? 2 : short === 126 ? 4 : 10) + 4;
}

/** Of a whole frame, its header counted; undefined while that cannot be told. */
function frameLength(bytes: Buffer, at: number, end: number): number | undefined {
  if (end - at < 2) return undefined;
  const second = bytes[at + 1] ?? 0;
  const short = second & 127;
  const header = headerLength(second);
  if (short < 126) return header + short;
  if (end - at < header - 4) return undefined;
  if (short === 126) return header + bytes.readUInt16BE(at + 2);
  return header + bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
}

/** The mask stands in the four bytes before the payload. */
function unmask(bytes: Buffer, from: number, end: number): void {
  const a = bytes[from - 4] ?? 0;
  const b = bytes[from - 3] ?? 0;
  const c = bytes[from - 2] ?? 0;
  const d = bytes[from - 1] ?? 0;
  let i = from;
  for (; i + 3 < end; i += 4) {
    bytes[i] = (bytes[i] as number) ^ a;
    bytes[i + 1] = (bytes[i + 1] as number) ^ b;
    bytes[i + 2] = (bytes[i + 2] as number) ^ c;
    bytes[i + 3] = (bytes[i + 3] as number) ^ d;
  }
  if (i < end) bytes[i] = (bytes[i] as number) ^ a;
  if (i + 1 < end) bytes[i + 1] = (bytes[i + 1] as number) ^ b;
  if (i + 2 < end) bytes[i + 2] = (bytes[i + 2] as number) ^ c;
}
