/** The messages of all rooms from where the index stands, in the order in which they were sent: a merge of the rooms' timelines. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { Storage } from '../ports/storage.ts';
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import { kindsOf } from '../media/room-media.ts';
import { wordsOf } from '../messages/words.ts';
import { folded } from './folding.ts';
import { HAS, type Row } from './segment.ts';

/** Items that are read of one room at a time. */
const CHUNK = 128;

/** What was passed in a room, and the message that was found there, if it was one with words. */
interface Passed {
  readonly room: string;
  readonly position: number;
  readonly row: Row | null;
}

export class History {
  readonly #storage: Pick<Storage, 'range'>;
  readonly #ahead = new Map<string, Passed[]>();
  readonly #through: Map<string, number>;
  readonly #unread: Set<string>;

  /** `through` by room: the last position that is known already. */
  constructor(storage: Pick<Storage, 'range'>, rooms: Iterable<string>, through: ReadonlyMap<string, number>) {
    this.#storage = storage;
    this.#unread = new Set(rooms);
    this.#through = new Map(through);
  }

  /** The earliest next one; undefined at the end. Within a room always in the order of positions. */
  async next(): Promise<Passed | undefined> {
    for (const room of this.#unread) if ((this.#ahead.get(room)?.length ?? 0) === 0) await this.#read(room);
    let earliest: Passed[] | undefined;
    for (const waiting of this.#ahead.values()) if (earliest === undefined || timeOf(waiting) < timeOf(earliest)) earliest = waiting;
    const passed = earliest?.shift();
    if (passed !== undefined && earliest?.length === 0) this.#ahead.delete(passed.room);
    return passed;
  }

  async #read(room: string): Promise<void> {
    const after = this.#through.get(room);
    const records = await this.#storage.range('timeline', { prefix: [room], limit: CHUNK, ...(after === undefined ? {} : { after }) });
    if (records.length < CHUNK) this.#unread.delete(room);
    if (records.length === 0) return;
    const passed = records.map(({ key, value }) => ({ room, position: Number(key[1]), row: rowOf(room, value) }));
    this.#through.set(room, passed.at(-1)?.position ?? 0);
    this.#ahead.set(room, passed);
  }
}

/** What is no message goes with what comes before it. */
const timeOf = ([first]: readonly Passed[]): number => first?.row?.at ?? Number.NEGATIVE_INFINITY;

/** Null for what has no words. */
export function rowOf(room: string, value: Uint8Array): Row | null {
  const item = decodeItem(value);
  const words = item?.kind === 'message' ? wordsOf(item) : null;
  if (item?.kind !== 'message' || words === null) return null;
  return { room, person: toBase64Url(item.sender.person), position: item.position, at: item.at, text: folded(words), has: hasIn(item) };
}

/** Of {@link HAS}, a sum. */
export function hasIn(item: StoredMessage): number {
  const kinds = kindsOf(item);
  return (kinds.includes('media') ? HAS.media : 0) + (item.body?.kind === 'media' ? HAS.files : 0) + (kinds.includes('links') ? HAS.links : 0);
}
