/**
 * Runs in the browser, at the app's origin, while the app is closed: writes a history into the profile that the app has made,
 * through the engine's own records, sealing and index. Nothing of it is a copy of a format.
 */
import { toBase64Url } from '../../../shared/bytes.ts';
import { ENVELOPE_ID_BYTES, type EnvelopeId } from '../../../shared/ids.ts';
import type { IdentityKey } from '../../../pwa/engine/mls/index.ts';
import type { Change, Storage, Writer } from '../../../pwa/engine/ports/storage.ts';
import { encodeItem, encodeSeen, type StoredMessage } from '../../../pwa/engine/records/message-records.ts';
import { decodeRooms, latestChange, roomChanges, type RoomRecord } from '../../../pwa/engine/records/room-record.ts';
import { sealedStorage } from '../../../pwa/engine/records/sealed-storage.ts';
import { SearchIndex } from '../../../pwa/engine/search/index.ts';
import { loadSodium } from '../../../pwa/engine/mls/index.ts';
import { KeyVault } from '../../../pwa/platform/key-vault.ts';
import { IndexedDbStorage } from '../../../pwa/platform/indexeddb.ts';
import { dice, history, PEOPLE } from './history.ts';

/** Records in one transaction. */
const BATCH = 4000;
const SMALL = 24;

export interface Seeding {
  /** The room that is vast, and how many messages it gets; of these, so many are not read yet. */
  readonly room: string;
  readonly messages: number;
  readonly unread: number;
}

export interface Seeded {
  readonly rooms: number;
  readonly messages: number;
  /** Unread messages of others, as the app counts them. */
  readonly unread: number;
}

export async function seed({ room, messages, unread }: Seeding): Promise<Seeded> {
  await loadSodium();
  const key = await new KeyVault('sotto-keys-default').openKey();
  if (key === null) throw new Error('the profile is locked');
  const storage = sealedStorage(await IndexedDbStorage.open('sotto-default'), key);
  const writer = await storage.claim();
  const rooms = decodeRooms(await storage.range('rooms', { prefix: [] }));
  const until = Date.now() - 60_000;
  const all = new Batches(storage, writer);
  const told = { rooms: rooms.length, messages: 0, unread: 0 };
  for (const [at, { record }] of rooms.entries()) {
    if (record === undefined) throw new Error('A room cannot be read.');
    const key = toBase64Url(record.room);
    const count = key === room ? messages : SMALL;
    const notRead = key === room ? unread : at % 9 === 0 ? 3 : 0;
    const left = await fill(all, key, record, count, notRead, until - at * 3_600_000, at + 1);
    told.messages += count;
    if (key === room) told.unread = left;
  }
  await all.flush();
  const index = new SearchIndex({ storage, write: (changes) => storage.write(writer, changes), rooms: () => rooms.map(({ key }) => String(key[0])) });
  while (await index.build());
  storage.close();
  return told;
}

/** The history of an earlier stay: the log goes on behind it. */
async function fill(all: Batches, key: string, record: RoomRecord, count: number, notRead: number, until: number, seed: number): Promise<number> {
  const roll = dice(seed * 7919);
  const [me] = record.members;
  if (me === undefined) throw new Error('A room has nobody in it.');
  const people = PEOPLE.slice(0, count > SMALL ? PEOPLE.length : 2 + (seed % 5)).map((name, at) => (at === 0 ? { person: me.person, name } : { person: keyOf(at), name }));
  const ids: EnvelopeId[] = [];
  let position = record.shift + record.cursor;
  const from = position;
  let left = 0;
  let last: StoredMessage | null = null;
  for (const { by, at, text, answers } of history(count, until, people.length, seed * 104_729)) {
    position += 1;
    const id = Uint8Array.from({ length: ENVELOPE_ID_BYTES }, () => Math.floor(roll() * 256)) as EnvelopeId;
    const reply = answers === 0 ? undefined : ids.at(-answers);
    ids.push(id);
    if (ids.length > 64) ids.shift();
    const mine = by === 0;
    if (position - from > count - notRead && !mine) left += 1;
    const item: StoredMessage = {
      kind: 'message', id, position, sender: people[by] ?? people[0] as (typeof people)[number], mine, at,
      body: { kind: 'text', text, ...(reply === undefined ? {} : { reply }) }, newer: null, effects: [], replies: { count: 0, at: 0 }, aside: false,
    };
    last = item;
    await all.add({ kind: 'put', store: 'timeline', key: [key, position], value: encodeItem(item) }, { kind: 'put', store: 'seen', key: [key, toBase64Url(id)], value: encodeSeen(position) });
  }
  const members = people.map((one, at) => ({ ...me, ...one, role: at === 0 ? me.role : ('member' as const) }));
  const through = position - notRead;
  await all.add(latestChange(key, last), ...roomChanges(key, { ...record, members, shift: record.shift + count, readThrough: through, receivedThrough: position, seenThrough: position, unread: left }));
  return left;
}

const keyOf = (at: number): IdentityKey => Uint8Array.from({ length: 32 }, (_, byte) => (at * 37 + byte * 11) % 256) as IdentityKey;

class Batches {
  readonly #storage: Storage;
  readonly #writer: Writer;
  #changes: Change[] = [];

  constructor(storage: Storage, writer: Writer) {
    this.#storage = storage;
    this.#writer = writer;
  }

  async add(...changes: readonly Change[]): Promise<void> {
    this.#changes.push(...changes);
    if (this.#changes.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length > 0) await this.#storage.write(this.#writer, changes);
  }
}

declare global {
  var sottoSeed: typeof seed;
}
globalThis.sottoSeed = seed;
