/**
 * A run of messages as the index keeps it: columns, and all their folded texts in one string, so that a term is
 * looked for in hundreds of messages by a single scan.
 */
import * as v from 'valibot';
import { anyBytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { findLastTerm, findTerm, type Term } from './query.ts';

/** Messages in a full segment. */
export const SEGMENT_ROWS = 512;

/** One message. `text` is folded; `person` as in the interface; `at` in Unix milliseconds, by the sender's clock. */
export interface Row {
  readonly room: string;
  readonly person: string;
  readonly position: number;
  readonly at: number;
  readonly text: string;
  /** Of {@link HAS}, what is in it: a sum. */
  readonly has: number;
}

/** What a message may have in it; one that has media has files. */
export const HAS = { media: 1, files: 2, links: 4 } as const;

/** What a message must be, besides its text. Times are Unix milliseconds, `since` inclusive, `until` not. */
export interface Narrowing {
  readonly room?: string;
  readonly from?: string;
  readonly since?: number;
  readonly until?: number;
  readonly has?: keyof typeof HAS;
}

export const isWithin = ({ room, person, at, has }: Omit<Row, 'text' | 'position'>, narrowing: Narrowing): boolean =>
  (narrowing.room === undefined || room === narrowing.room) && (narrowing.from === undefined || person === narrowing.from) &&
  (narrowing.since === undefined || at >= narrowing.since) && (narrowing.until === undefined || at < narrowing.until) &&
  (narrowing.has === undefined || (has & HAS[narrowing.has]) !== 0);

const shape = v.object({
  v: v.literal(1), rooms: v.array(v.string()), people: v.array(v.string()), room: anyBytes, person: anyBytes, position: anyBytes, at: anyBytes, has: anyBytes, ends: anyBytes, text: v.string(),
});

export class Segment {
  readonly count: number;
  readonly #rooms: readonly string[];
  readonly #people: readonly string[];
  readonly #room: Uint16Array;
  readonly #person: Uint16Array;
  readonly #position: Float64Array;
  readonly #at: Float64Array;
  readonly #has: Uint8Array;
  /** Offset in `#text` behind each message and the line feed that closes it. */
  readonly #ends: Uint32Array;
  readonly #text: string;

  private constructor({ rooms, people, room, person, position, at, has, ends, text }: v.InferOutput<typeof shape>) {
    this.#rooms = rooms;
    this.#people = people;
    this.#room = new Uint16Array(aligned(room));
    this.#person = new Uint16Array(aligned(person));
    this.#position = new Float64Array(aligned(position));
    this.#at = new Float64Array(aligned(at));
    this.#has = has;
    this.#ends = new Uint32Array(aligned(ends));
    this.#text = text;
    this.count = this.#room.length;
  }

  /** UTF-16 units that it holds in memory. */
  get size(): number {
    return this.#text.length;
  }

  static decode(bytes: Uint8Array): Segment | undefined {
    const columns = fromCbor(shape, bytes);
    return columns === undefined ? undefined : new Segment(columns);
  }

  row(i: number): Row {
    return {
      room: this.#rooms[this.#room[i] ?? -1] ?? '', person: this.#people[this.#person[i] ?? -1] ?? '', position: this.#position[i] ?? 0, at: this.#at[i] ?? 0,
      text: this.#text.slice(this.#start(i), this.#end(i)), has: this.#has[i] ?? 0,
    };
  }

  rows(): readonly Row[] {
    return Array.from({ length: this.count }, (_, i) => this.row(i));
  }

  /** The last row before `before` that has every term and lies within; -1 where there is none. */
  findLast(terms: readonly Term[], narrowing: Narrowing, before: number): number {
    const [first, ...others] = terms;
    for (let i = before - 1; i >= 0; i--) {
      if (first !== undefined) {
        const at = findLastTerm(this.#text, first, this.#end(i));
        if (at === -1) return -1;
        i = this.#rowAt(at, i);
      }
      if (this.#isWithin(i, narrowing) && others.every((term) => findTerm(this.#text, term, this.#start(i), this.#end(i)) !== -1)) return i;
    }
    return -1;
  }

  #isWithin(i: number, narrowing: Narrowing): boolean {
    return isWithin({ room: this.#rooms[this.#room[i] ?? -1] ?? '', person: this.#people[this.#person[i] ?? -1] ?? '', at: this.#at[i] ?? 0, has: this.#has[i] ?? 0 }, narrowing);
  }

  #start(i: number): number {
    return i === 0 ? 0 : (this.#ends[i - 1] ?? 0);
  }

  /** Without the line feed. */
  #end(i: number): number {
    return (this.#ends[i] ?? 1) - 1;
  }

  /** The row that holds an offset, which is none after `last`. */
  #rowAt(offset: number, last: number): number {
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Columns are little-endian, as is every machine that a browser runs on. */
export function encodeSegment(rows: readonly Row[]): Uint8Array {
  const rooms = [...new Set(rows.map(({ room }) => room))];
  const people = [...new Set(rows.map(({ person }) => person))];
  const roomAt = new Map(rooms.map((room, i) => [room, i]));
  const personAt = new Map(people.map((person, i) => [person, i]));
  let end = 0;
  const ends = Uint32Array.from(rows, ({ text }) => (end += text.length + 1));
  return toCbor({
    v: 1, rooms, people,
    room: bytesOf(Uint16Array.from(rows, ({ room }) => roomAt.get(room) ?? 0)), person: bytesOf(Uint16Array.from(rows, ({ person }) => personAt.get(person) ?? 0)),
    position: bytesOf(Float64Array.from(rows, ({ position }) => position)), at: bytesOf(Float64Array.from(rows, ({ at }) => at)), has: Uint8Array.from(rows, ({ has }) => has), ends: bytesOf(ends),
    text: rows.map(({ text }) => `${text}\n`).join(''),
  } satisfies v.InferInput<typeof shape>);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
/** A copy of its own, from which a column of any width can be read. */
const aligned = (column: Uint8Array): ArrayBuffer => column.slice().buffer;
