/**
 * Frames for many receivers, framed for WebSocket once: every receiver's socket gets the very same buffer
 * in one write. With permessage-deflate off, what a server sends carries no per-connection state and no mask
 * (RFC 6455 §5.1), so the bytes may be shared.
 */
import { ACK_BYTES, ACK_TYPE } from '../../shared/ack.ts';
import { ENVELOPE_HEADER_BYTES, EPOCH_AT, ID_AT, ROOM_AT } from '../../shared/envelope.ts';

const BINARY_FINAL = 0x82;

export class Batch {
  readonly #frames: readonly Uint8Array[];
  #wire: Buffer | undefined;

  constructor(frames: readonly Uint8Array[]) {
    this.#frames = frames;
  }

  get frames(): readonly Uint8Array[] {
    return this.#frames;
  }

  /** All frames as WebSocket binary messages; built at the first call. */
  get wire(): Buffer {
    this.#wire ??= this.build();
    return this.#wire;
  }

  protected build(): Buffer {
    return toWire(this.#frames);
  }
}

/** The acks of envelopes that were placed: written straight from those, for there is one for each that is sent. */
export class AckBatch extends Batch {
  readonly #placed: readonly Uint8Array[];

  constructor(placed: readonly Uint8Array[]) {
    super([]);
    this.#placed = placed;
  }

  override get frames(): readonly Uint8Array[] {
    return this.#placed.map((envelope) => {
      const frame = new Uint8Array(ACK_BYTES);
      writeAck(frame, 0, envelope);
      return frame;
    });
  }

  protected override build(): Buffer {
    const wire = Buffer.allocUnsafe(this.#placed.length * (headerBytes(ACK_BYTES) + ACK_BYTES));
    let at = 0;
    for (const envelope of this.#placed) at = writeAck(wire, writeHeader(wire, at, ACK_BYTES), envelope);
    return wire;
  }
}

/** An ack is its type, the envelope's room, and its id and seq, which stand side by side in both. Answers where it ends. */
function writeAck(target: Uint8Array, from: number, envelope: Uint8Array): number {
  let at = from;
  target[at++] = ACK_TYPE;
  for (let i = ROOM_AT; i < EPOCH_AT; i++) target[at++] = envelope[i] as number;
  for (let i = ID_AT; i < ENVELOPE_HEADER_BYTES; i++) target[at++] = envelope[i] as number;
  return at;
}

/** Each frame as one unmasked, final binary WebSocket frame (RFC 6455 §5.2), in one buffer. */
export function toWire(frames: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const frame of frames) size += wireBytes(frame);
  const wire = Buffer.allocUnsafe(size);
  let at = 0;
  for (const frame of frames) at = writeWire(wire, at, frame);
  return wire;
}

/** How long a frame is on the wire. */
export const wireBytes = (frame: Uint8Array): number => headerBytes(frame.length) + frame.length;

/** Puts a frame as it is on the wire; answers where it ends. */
export function writeWire(wire: Buffer, from: number, frame: Uint8Array): number {
  const at = writeHeader(wire, from, frame.length);
  wire.set(frame, at);
  return at + frame.length;
}

const headerBytes = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeHeader(wire: Buffer, at: number, length: number): number {
  wire[at] = BINARY_FINAL;
  if (length < 126) {
    wire[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    wire[at + 1] = 126;
    return wire.writeUInt16BE(length, at + 2);
  }
  wire[at + 1] = 127;
  wire.writeUInt32BE(0, at + 2);
  return wire.writeUInt32BE(length, at + 6);
}
