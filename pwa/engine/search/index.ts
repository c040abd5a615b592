/**
 * Search over everything on this device. Messages stand in segments of {@link SEGMENT_ROWS}, sealed like every
 * record; of each a signature is kept in memory, by which a query opens only those that may hold its terms. The latest
 * messages, not yet a segment's worth, are read from the timeline. The index is made of the timeline alone: what
 * it says is checked against it, and where it is lost it is built again.
 */
import * as v from 'valibot';
import type { Change, Storage } from '../ports/storage.ts';
import { wordsOf } from '../messages/words.ts';
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import { decodeDirectory, encodeDirectory, type Directory, type SegmentEntry } from './directory.ts';
import { folded } from './folding.ts';
import { hasIn, History, rowOf } from './history.ts';
import { holdsAll, placesOf, termsOf, type Place, type Term } from './query.ts';
import { fromCbor, toCbor } from '../wire/cbor.ts';
import { encodeSegment, HAS, isWithin, Segment, SEGMENT_ROWS, type Narrowing, type Row } from './segment.ts';
import { emptySignature, mayHold, sign } from './signature.ts';

const DIRECTORY = ['directory'] as const;
const RENEW = 'renew';
/** UTF-16 units of opened segments that are kept: 100,000 messages of talk. */
const KEPT = 8 << 20;

export interface Query extends Narrowing {
  readonly text: string;
  readonly limit: number;
  /** Where an earlier answer stopped. */
  readonly before?: Cursor;
}

/** A place in the index, from the latest backwards. `segment` null: among the latest messages. */
export interface Cursor {
  readonly segment: number | null;
  readonly row: number;
}

export interface Hit {
  readonly room: string;
  readonly message: StoredMessage;
  readonly places: readonly Place[];
}

export interface Answer {
  /** The latest first. */
  readonly hits: readonly Hit[];
  /** Null at the end. */
  readonly next: Cursor | null;
}

export interface SearchHost {
  readonly storage: Pick<Storage, 'get' | 'range'>;
  write(changes: readonly Change[]): Promise<void>;
  rooms(): Iterable<string>;
}

/**
 * Belongs into the step that changes a message's words, or takes it, or all of a room (no position), from the timeline: however
 * that ends, the index follows. `at`: when the message was sent, which says where in the index it may stand.
 */
export const renewing = (room: string, position?: number, at?: number): Change =>
  ({ kind: 'put', store: 'search', key: position === undefined ? [RENEW, room] : [RENEW, room, position], value: at === undefined ? new Uint8Array() : toCbor(at) });

/** A segment that should be there cannot be read. What to do: build the index again. */
class DamagedIndex extends Error {
  readonly code = 'damaged-index';
  constructor() {
    super('A segment of the search index cannot be read.');
    this.name = 'DamagedIndex';
  }
}

export class SearchIndex {
  readonly #host: SearchHost;
  readonly #signatures = new Map<number, Uint8Array>();
  readonly #opened = new Map<number, Segment>();
  #directory: Directory | undefined;
  /** Read, and not in a segment yet. */
  #latest: Row[] = [];
  /** By room, `#latest` included. */
  #through = new Map<string, number>();
  readonly #touched = new Set<string>();
  #history: History | undefined;
  #kept = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: SearchHost) {
    this.#host = host;
  }

  /** Something is new in a room's timeline. */
  touch(room: string): void {
    this.#touched.add(room);
  }

  /**
   * Follows what {@link renewing} has marked, so that what was taken away is gone from what is stored too; then takes in one segment's worth
   * of what is not indexed yet. False once there is no more.
   */
  build(): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#open();
      await this.#renew();
      return this.#absorb();
    });
  }

  async search(query: Query): Promise<Answer> {
    const terms = termsOf(query.text);
    if (terms.length === 0 && query.has === undefined) return { hits: [], next: null };
    return this.#inTurn(async () => {
      await this.#open();
      await this.#renew();
      while (await this.#absorb());
      return this.#find(terms, query);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work).catch(async (cause: unknown) => {
      if (!(cause instanceof DamagedIndex)) throw cause;
      await this.#startAnew();
      return work();
    });
    this.#turn = done.catch(() => undefined); // whoever asked is told; the next one goes on
    return done;
  }

  async #open(): Promise<Directory> {
    if (this.#directory !== undefined) return this.#directory;
    const stored = await this.#host.storage.get('search', DIRECTORY);
    const directory = (stored && decodeDirectory(stored)) ?? { segments: [], through: new Map<string, number>() };
    for (const { key, value } of await this.#host.storage.range('search', { prefix: ['signature'] })) this.#signatures.set(Number(key[1]), value);
    this.#through = new Map(directory.through);
    for (const room of this.#host.rooms()) this.#touched.add(room);
    this.#directory = directory;
    return directory;
  }

  /** It is derived: what is damaged is made again. */
  async #startAnew(): Promise<void> {
    await this.#host.write([{ kind: 'clear', store: 'search', prefix: [] }]);
    for (const n of [...this.#opened.keys()]) this.#drop(n);
    this.#signatures.clear();
    this.#latest = [];
    this.#history = undefined;
    this.#directory = undefined;
  }

  async #absorb(): Promise<boolean> {
    await this.#open();
    while (this.#latest.length < SEGMENT_ROWS) {
      if (this.#history === undefined && this.#touched.size === 0) return false;
      const passed = await this.#ahead().next();
      if (passed === undefined) this.#history = undefined;
      else {
        this.#through.set(passed.room, passed.position);
        if (passed.row !== null) this.#latest.push(passed.row);
      }
    }
    await this.#seal();
    return true;
  }

  /** One reading of all rooms goes on from segment to segment: each would else look into every room anew. */
  #ahead(): History {
    if (this.#history !== undefined) return this.#history;
    this.#history = new History(this.#host.storage, this.#touched, this.#through);
    this.#touched.clear();
    return this.#history;
  }

  /** What it has read ahead may be otherwise by now. */
  #readAnew(): void {
    this.#history = undefined;
    for (const room of this.#host.rooms()) this.#touched.add(room);
  }

  /** The latest messages become a segment. */
  async #seal(): Promise<void> {
    const { segments } = await this.#open();
    const rows = this.#latest;
    const n = (segments.at(-1)?.n ?? 0) + 1;
    await this.#replace(n, rows, [...segments, entryOf(n, rows)], this.#through);
    this.#latest = [];
  }

  /** One step: the segment, its signature, and what the directory says of it. */
  async #replace(n: number, rows: readonly Row[], segments: readonly SegmentEntry[], through: ReadonlyMap<string, number>): Promise<void> {
    const signature = signatureOf(rows);
    const directory = { segments, through: new Map(through) };
    await this.#host.write([
      rows.length === 0 ? { kind: 'delete', store: 'search', key: ['segment', n] } : { kind: 'put', store: 'search', key: ['segment', n], value: encodeSegment(rows) },
      rows.length === 0 ? { kind: 'delete', store: 'search', key: ['signature', n] } : { kind: 'put', store: 'search', key: ['signature', n], value: signature },
      { kind: 'put', store: 'search', key: DIRECTORY, value: encodeDirectory(directory) },
    ]);
    this.#drop(n);
    if (rows.length === 0) this.#signatures.delete(n);
    else this.#signatures.set(n, signature);
    this.#directory = directory;
  }

  /** All that is marked in one pass: a segment is written once, however much of it goes. */
  async #renew(): Promise<void> {
    const marks = await this.#host.storage.range('search', { prefix: [RENEW] });
    if (marks.length === 0) return;
    if (this.#history !== undefined) this.#readAnew();
    const forgotten = new Set<string>();
    const now = new Map<string, Row | null>();
    const times: { readonly room: string; readonly at: number | undefined }[] = [];
    for (const { key, value } of marks) {
      const [, room, position] = [String(key[0]), String(key[1]), key[2]];
      times.push({ room, at: value.length === 0 ? undefined : fromCbor(v.number(), value) });
      const stored = position === undefined ? undefined : await this.#host.storage.get('timeline', [room, position]);
      if (position === undefined) forgotten.add(room);
      else now.set(`${room} ${position}`, stored === undefined ? null : rowOf(room, stored));
    }
    const renewed = (rows: readonly Row[]): readonly Row[] => rows.flatMap((row) => {
      if (forgotten.has(row.room)) return [];
      const other = now.get(`${row.room} ${row.position}`);
      return other === undefined ? row : (other ?? []);
    });
    this.#latest = [...renewed(this.#latest)];
    for (const { n, rooms, from, to } of (await this.#open()).segments) {
      if (times.some(({ room, at }) => rooms.includes(room) && (at === undefined || (at >= from && at <= to)))) await this.#rewrite(n, renewed);
    }
    for (const room of forgotten) this.#through.delete(room);
    const { segments, through } = await this.#open();
    const directory = { segments, through: new Map([...through].filter(([room]) => !forgotten.has(room))) };
    await this.#host.write([...marks.map(({ key }): Change => ({ kind: 'delete', store: 'search', key })), { kind: 'put', store: 'search', key: DIRECTORY, value: encodeDirectory(directory) }]);
    this.#directory = directory;
  }

  async #rewrite(n: number, renewed: (rows: readonly Row[]) => readonly Row[]): Promise<void> {
    const before = (await this.#segment(n)).rows();
    const now = renewed(before);
    if (now.length === before.length && now.every((row, i) => row === before[i])) return;
    const { segments, through } = await this.#open();
    await this.#replace(n, now, segments.flatMap((other) => (other.n !== n ? other : now.length === 0 ? [] : entryOf(n, now))), through);
  }

  async #find(terms: readonly Term[], query: Query): Promise<Answer> {
    const hits: Hit[] = [];
    const { before } = query;
    if (before === undefined || before.segment === null) {
      for (let row = (before?.row ?? this.#latest.length) - 1; row >= 0; row--) {
        const found = this.#latest[row];
        if (found === undefined || !isWithin(found, query) || !holdsAll(found.text, terms)) continue;
        if (!(await this.#take(hits, found, terms, query))) return { hits, next: { segment: null, row: row + 1 } };
      }
    }
    const { segments } = await this.#open();
    for (const entry of [...segments].reverse()) {
      if (before !== undefined && before.segment !== null && entry.n > before.segment) continue;
      if (!this.#isWorthOpening(entry, terms, query)) continue;
      const segment = await this.#segment(entry.n);
      let row = before?.segment === entry.n ? before.row : segment.count;
      while ((row = segment.findLast(terms, query, row)) !== -1) {
        if (!(await this.#take(hits, segment.row(row), terms, query))) return { hits, next: { segment: entry.n, row: row + 1 } };
      }
    }
    return { hits, next: null };
  }

  #isWorthOpening({ n, rooms, from, to, has: held }: SegmentEntry, terms: readonly Term[], { room, since, until, has }: Narrowing): boolean {
    if (room !== undefined && !rooms.includes(room)) return false;
    if ((since !== undefined && to < since) || (until !== undefined && from >= until)) return false;
    if (has !== undefined && (held & HAS[has]) === 0) return false;
    const signature = this.#signatures.get(n);
    return signature === undefined || terms.every((term) => mayHold(signature, term));
  }

  /** False where the answer is full already. What the timeline no longer says so is passed over. */
  async #take(hits: Hit[], { room, position }: Row, terms: readonly Term[], { limit, has }: Query): Promise<boolean> {
    if (hits.length === limit) return false;
    const value = await this.#host.storage.get('timeline', [room, position]);
    const message = value && decodeItem(value);
    const words = message?.kind === 'message' ? wordsOf(message) : null;
    if (message?.kind !== 'message' || words === null || !holdsAll(folded(words), terms) || (has !== undefined && (hasIn(message) & HAS[has]) === 0)) return true;
    hits.push({ room, message, places: placesOf(words, terms) });
    return true;
  }

  async #segment(n: number): Promise<Segment> {
    const known = this.#opened.get(n);
    if (known !== undefined) {
      // The last one used is the last to go.
      this.#opened.delete(n);
      this.#opened.set(n, known);
      return known;
    }
    const stored = await this.#host.storage.get('search', ['segment', n]);
    const segment = stored && Segment.decode(stored);
    if (segment === undefined) throw new DamagedIndex();
    this.#opened.set(n, segment);
    this.#kept += segment.size;
    for (const oldest of this.#opened.keys()) {
      if (this.#kept <= KEPT || oldest === n) break;
      this.#drop(oldest);
    }
    return segment;
  }

  #drop(n: number): void {
    this.#kept -= this.#opened.get(n)?.size ?? 0;
    this.#opened.delete(n);
  }
}

function entryOf(n: number, rows: readonly Row[]): SegmentEntry {
  const times = rows.map(({ at }) => at);
  return { n, rooms: [...new Set(rows.map(({ room }) => room))], from: Math.min(...times), to: Math.max(...times), has: rows.reduce((all, { has }) => all | has, 0) };
}

function signatureOf(rows: readonly Row[]): Uint8Array {
  const signature = emptySignature();
  for (const { text } of rows) sign(signature, text);
  return signature;
}
