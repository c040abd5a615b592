/**
 * The controls of whoever comes back, of which a relay sees thousands at once: read and written without the CBOR library, byte for byte
 * what that makes. What a reader here does not know in its one form it leaves to the library, so these decide nothing.
 */
import { concat, readU64, standsAt, utf8, writeU64 } from './bytes.ts';
import type { RelayControl } from './control.ts';
import { EPOCH_ID_BYTES, ROOM_ID_BYTES, TICKET_PROOF_BYTES, type EpochId, type RoomId, type Seq, type TicketProof } from './ids.ts';
import { LIMITS } from './limits.ts';

const CONTROL_TYPE = 0x02;
const MAP = 0xa0;
const FALSE = 0xf4;
const TRUE = 0xf5;

/** At most 23 bytes (RFC 8949 §3.1). */
const text = (word: string): Uint8Array => concat(Uint8Array.of(0x60 + word.length), utf8(word));
/** A key, and the head of the byte string behind it. */
const key = (word: string, bytes: number): Uint8Array => concat(text(word), bytes < 24 ? Uint8Array.of(0x40 + bytes) : Uint8Array.of(0x58, bytes));
const begin = (name: string, fields: number): Uint8Array => concat(Uint8Array.of(CONTROL_TYPE, MAP + fields), text('t'), text(name), text('ref'));

const REOPEN = begin('reopen', 5);
const PULL = begin('pull', 5);
const ROOM = key('room', ROOM_ID_BYTES);
const EPOCH = key('epoch', EPOCH_ID_BYTES);
const PROOF = key('proof', TICKET_PROOF_BYTES);
const AFTER = text('after');
const LIMIT = text('limit');

/** Goes over a frame; once something else stands there than what was expected, `at` is NaN, and nothing more is read. */
class Reader {
  readonly #frame: Uint8Array;
  at = 0;

  constructor(frame: Uint8Array) {
    this.#frame = frame;
  }

  expect(bytes: Uint8Array): void {
    this.at = standsAt(this.#frame, this.at, bytes) ? this.at + bytes.length : Number.NaN;
  }

  bytes(length: number): Uint8Array {
    const taken = this.#frame.subarray(this.at, this.at + length);
    this.at = taken.length === length ? this.at + length : Number.NaN;
    return taken;
  }

  /** In the shortest form alone. */
  uint(): number {
    const head = this.#frame[this.at++] ?? Number.NaN;
    if (head < 24) return head;
    const bytes = 1 << (head - 24);
    if (!(head <= 27) || this.at + bytes > this.#frame.length) return this.#lost();
    let value: number | undefined = 0;
    if (bytes === 8) value = readU64(this.#frame, this.at);
    else for (let i = 0; i < bytes; i++) value = value * 256 + (this.#frame[this.at + i] as number);
    this.at += bytes;
    return value === undefined || value < (bytes === 1 ? 24 : 2 ** (bytes * 4)) ? this.#lost() : value;
  }

  #lost(): number {
    return (this.at = Number.NaN);
  }
}

export function readReopen(frame: Uint8Array) {
  if (frame[5] !== REOPEN[5]) return undefined; // the length of the name: nearly all that is something else
  const reader = new Reader(frame);
  reader.expect(REOPEN);
  const ref = reader.uint();
  reader.expect(ROOM);
  const room = reader.bytes(ROOM_ID_BYTES) as RoomId;
  reader.expect(EPOCH);
  const epoch = reader.bytes(EPOCH_ID_BYTES) as EpochId;
  reader.expect(PROOF);
  const proof = reader.bytes(TICKET_PROOF_BYTES) as TicketProof;
  return reader.at === frame.length && ref <= 0xffff_ffff ? { t: 'reopen' as const, ref, room, epoch, proof } : undefined;
}

export function readPull(frame: Uint8Array) {
  if (frame[5] !== PULL[5]) return undefined;
  const reader = new Reader(frame);
  reader.expect(PULL);
  const ref = reader.uint();
  reader.expect(ROOM);
  const room = reader.bytes(ROOM_ID_BYTES) as RoomId;
  reader.expect(AFTER);
  const after = reader.uint() as Seq;
  reader.expect(LIMIT);
  const limit = reader.uint();
  const fits = reader.at === frame.length && ref <= 0xffff_ffff && limit >= 1 && limit <= LIMITS.pull;
  return fits ? { t: 'pull' as const, ref, room, after, limit } : undefined;
}

const OPENED = begin('opened', 8);
const OPENED_WITH_TICKET = begin('opened', 9);
const PULLED = begin('pulled', 6);
const HEAD = text('head');
const BEGAN = text('began');
const FLOOR = text('floor');
const COMPLETE = text('complete');
const LIVE = text('live');
const THROUGH = text('through');
const TICKET = key('ticket', 32);
const INCARNATION = key('incarnation', 16);
/** Bytes of the longest. */
const MOST = 256;
/** Frames share their memory, as they are short and soon gone: to ask for it costs more than to fill it. */
const SHARED = 8192;
let shared = new Uint8Array(SHARED);
let used = 0;

class Writer {
  readonly #frame: Uint8Array;
  readonly #from: number;
  #at: number;

  constructor() {
    if (used + MOST > SHARED) {
      shared = new Uint8Array(SHARED);
      used = 0;
    }
    this.#frame = shared;
    this.#from = this.#at = used;
  }

  put(bytes: Uint8Array): this {
    this.#frame.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  byte(value: number): this {
    this.#frame[this.#at++] = value;
    return this;
  }

  uint(value: number): this {
    if (value < 24) return this.byte(value);
    if (value < 0x100) return this.byte(0x18).byte(value);
    if (value < 0x1_0000) return this.byte(0x19).byte(value >>> 8).byte(value & 255);
    if (value <= 0xffff_ffff) return this.byte(0x1a).byte(value >>> 24).byte((value >>> 16) & 255).byte((value >>> 8) & 255).byte(value & 255);
    this.byte(0x1b);
    writeU64(this.#frame, this.#at, value);
    this.#at += 8;
    return this;
  }

  get frame(): Uint8Array {
    used = this.#at;
    return this.#frame.subarray(this.#from, this.#at);
  }
}

export function writeOpened({ ref, head, room, began, floor, ticket, complete, incarnation }: Extract<RelayControl, { t: 'opened' }>): Uint8Array {
  const writer = new Writer().put(ticket === undefined ? OPENED : OPENED_WITH_TICKET).uint(ref).put(HEAD).uint(head).put(ROOM).put(room).put(BEGAN).uint(began).put(FLOOR).uint(floor);
  if (ticket !== undefined) writer.put(TICKET).put(ticket);
  return writer.put(COMPLETE).uint(complete).put(INCARNATION).put(incarnation).frame;
}

export const writePulled = ({ ref, head, live, room, through }: Extract<RelayControl, { t: 'pulled' }>): Uint8Array =>
  new Writer().put(PULLED).uint(ref).put(HEAD).uint(head).put(LIVE).byte(live ? TRUE : FALSE).put(ROOM).put(room).put(THROUGH).uint(through).frame;
