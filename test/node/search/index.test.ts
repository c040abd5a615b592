/** The index against the plain reading of all messages. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { toBase64Url } from '../../../shared/bytes.ts';
import { loadSodium, type IdentityKey } from '../../../pwa/engine/mls/index.ts';
import { MemoryStorage } from '../../../pwa/engine/node/memory-storage.ts';
import type { Change } from '../../../pwa/engine/ports/storage.ts';
import { encodeItem, type StoredMessage } from '../../../pwa/engine/records/message-records.ts';
import { folded } from '../../../pwa/engine/search/folding.ts';
import { renewing, SearchIndex, type Answer, type Query } from '../../../pwa/engine/search/index.ts';
import { holdsAll, termsOf } from '../../../pwa/engine/search/query.ts';
import { Segment, SEGMENT_ROWS } from '../../../pwa/engine/search/segment.ts';

await loadSodium();

const identity = (i: number): IdentityKey => new Uint8Array(32).fill(i) as IdentityKey;

interface Said {
  readonly room: string;
  readonly position: number;
  readonly at: number;
  readonly from: number;
  readonly text: string;
}

class Device {
  readonly storage = new MemoryStorage();
  readonly rooms = new Set<string>();
  #writer = this.storage.claim();

  async write(changes: readonly Change[]): Promise<void> {
    await this.storage.write(await this.#writer, changes);
  }

  index(): SearchIndex {
    return new SearchIndex({ storage: this.storage, write: (changes) => this.write(changes), rooms: () => this.rooms });
  }

  async say(...said: readonly Said[]): Promise<void> {
    await this.write(said.map(({ room, position, at, from, text }) => {
      this.rooms.add(room);
      const message: StoredMessage = {
        kind: 'message', id: new Uint8Array(16) as EnvelopeId, position, at, mine: false, sender: { person: identity(from), name: `${from}` }, body: { kind: 'text', text },
        newer: null, effects: [], replies: { count: 0, at: 0 }, aside: false,
      };
      return { kind: 'put', store: 'timeline', key: [room, position], value: encodeItem(message) };
    }));
  }
}

const WORDS = ['apple', 'Äpfel', 'pineapple', 'train', 'Zürich', 'to', 'on', 'noon', '東京', 'signal', 'Friday'];
const history = (count: number, rooms: readonly string[]): readonly Said[] =>
  Array.from({ length: count }, (_, i) => ({
    room: rooms[(i * 7) % rooms.length] ?? '', position: i + 1, at: 1000 + i * 10, from: i % 3,
    text: `${WORDS[i % WORDS.length]} ${WORDS[(i * i) % WORDS.length]} ${i % 97 === 0 ? `needle${i}` : 'hay'}`,
  }));

const plainly = (all: readonly Said[], { text, room, from, since, until }: Query): readonly number[] =>
  all.filter((said) => holdsAll(folded(said.text), termsOf(text)) && (room === undefined || said.room === room) && (from === undefined || toBase64Url(identity(said.from)) === from) &&
    (since === undefined || said.at >= since) && (until === undefined || said.at < until)).map(({ position }) => position).reverse();

const positions = ({ hits }: Answer): readonly number[] => hits.map(({ message }) => message.position);

describe('the index', () => {
  let device: Device;
  const rooms = ['lunch', 'work', 'family'];
  const all = history(SEGMENT_ROWS * 3 + 200, rooms);

  beforeEach(() => { device = new Device(); });

  test('answers as a reading of everything would, the latest first, page by page', async () => {
    await device.say(...all);
    const index = device.index();
    await fc.assert(fc.asyncProperty(
      fc.record({
        text: fc.constantFrom('apple', 'apfel', 'appl', 'to', 'on', 'n', '東', 'zurich train', 'needle', 'needle97', '"friday noon"', 'nowhere'),
        limit: fc.constantFrom(3, 20, 5000), room: fc.option(fc.constantFrom(...rooms), { nil: undefined }), from: fc.option(fc.constantFrom(...[0, 1, 2].map((i) => toBase64Url(identity(i)))), { nil: undefined }),
        since: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }), until: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
      }),
      async ({ text, limit, room, from, since, until }) => {
        const query: Query = { text, limit, ...(room === undefined ? {} : { room }), ...(from === undefined ? {} : { from }), ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
        const wanted = plainly(all, query);
        const got: number[] = [];
        let answer = await index.search(query);
        got.push(...positions(answer));
        for (let page = 0; page < 5 && answer.next !== null; page++) {
          assert.equal(answer.hits.length, limit);
          answer = await index.search({ ...query, before: answer.next });
          got.push(...positions(answer));
        }
        assert.deepEqual(got, wanted.slice(0, got.length));
        if (answer.next === null) assert.equal(got.length, wanted.length);
      },
    ), { numRuns: 60 });
  });

  test('finds what came since, without being told what it was; and across a restart', async () => {
    await device.say(...all);
    const index = device.index();
    assert.equal((await index.search({ text: 'platypus', limit: 5 })).hits.length, 0);
    await device.say({ room: 'work', position: 9000, at: 99_000, from: 1, text: 'A platypus!' });
    index.touch('work');
    const found = await index.search({ text: 'platypus', limit: 5 });
    assert.deepEqual(positions(found), [9000]);
    assert.deepEqual(found.hits[0]?.places, [[2, 10]]);
    assert.deepEqual(positions(await device.index().search({ text: 'platypus', limit: 5 })), [9000]);
  });

  test('is built in steps, and goes on where it was when it was cut off', async () => {
    await device.say(...all);
    assert.equal(await device.index().build(), true);
    const index = device.index();
    assert.equal(await index.build(), true);
    assert.equal(await index.build(), true);
    assert.equal(await index.build(), false);
    assert.equal((await device.storage.range('search', { prefix: ['segment'] })).length, 3);
    assert.deepEqual(positions(await index.search({ text: 'needle', limit: 100 })), plainly(all, { text: 'needle', limit: 100 }));
  });

  test('reads each of many rooms once, however many segments it makes of them', async () => {
    const many = Array.from({ length: 60 }, (_, n) => `room ${n}`);
    await device.say(...history(SEGMENT_ROWS * 4, many));
    let reads = 0;
    const range = device.storage.range.bind(device.storage);
    device.storage.range = (store, wanted) => {
      if (store === 'timeline') reads += 1;
      return range(store, wanted);
    };
    const index = device.index();
    while (await index.build());
    // Each room is one chunk, and the end of it.
    assert.ok(reads <= many.length * 2, `${reads}`);
  });

  test('takes in nothing that was read ahead and taken away meanwhile', async () => {
    await device.say(...all);
    const index = device.index();
    assert.equal(await index.build(), true);
    const [gone] = all.slice(SEGMENT_ROWS + 3);
    await device.write([{ kind: 'delete', store: 'timeline', key: [gone?.room ?? '', gone?.position ?? 0] }, renewing(gone?.room ?? '', gone?.position ?? 0)]);
    while (await index.build());
    const segments = await device.storage.range('search', { prefix: ['segment'] });
    const kept = segments.flatMap(({ value }) => Segment.decode(value)?.rows() ?? []);
    assert.ok(!kept.some(({ room, position }) => room === gone?.room && position === gone.position));
    assert.ok(kept.length >= SEGMENT_ROWS * 3 - 1);
  });

  test('takes rooms together by time when it is built late', async () => {
    const early = history(SEGMENT_ROWS, ['old']).map((said) => ({ ...said, at: said.at + 1_000_000 }));
    await device.say(...early, { room: 'a', position: 1, at: 5, from: 0, text: 'apple before all' });
    const { hits } = await device.index().search({ text: 'apple', limit: 1000 });
    assert.equal(hits.at(-1)?.room, 'a');
  });

  test('forgets a message, or a room, even when the app dies before it has', async () => {
    await device.say(...all);
    await device.index().search({ text: 'needle', limit: 1 });
    const gone = all.find(({ text }) => text.includes('needle97')) ?? assert.fail();
    await device.write([{ kind: 'delete', store: 'timeline', key: [gone.room, gone.position] }, renewing(gone.room, gone.position)]);
    const restarted = device.index();
    assert.deepEqual(positions(await restarted.search({ text: 'needle97', limit: 9 })), plainly(all, { text: 'needle97', limit: 9 }).filter((position) => position !== gone.position));
    const lies = async (word: string): Promise<boolean> => {
      const records = await device.storage.range('search', { prefix: ['segment'] });
      return records.some(({ value }) => Buffer.from(value).includes(word));
    };
    assert.ok(await lies('needle194'));
    assert.ok(!(await lies('needle97 ')) && !(await lies('needle97\n')));

    await device.write([{ kind: 'clear', store: 'timeline', prefix: ['work'] }, renewing('work')]);
    await restarted.build();
    assert.deepEqual(await device.storage.range('search', { prefix: ['renew'] }), []);
    const left = all.filter((said) => said.room !== 'work' && said !== gone);
    assert.deepEqual(positions(await restarted.search({ text: 'hay', limit: 5000 })), plainly(left, { text: 'hay', limit: 5000 }));
    // The room is entered again, and its positions begin anew.
    await device.say({ room: 'work', position: 1, at: 99_999, from: 0, text: 'hay again' });
    restarted.touch('work');
    assert.deepEqual(positions(await restarted.search({ text: '"hay again"', limit: 5 })), [1]);
  });

  test('is built again where it is damaged', async () => {
    await device.say(...all);
    await device.index().search({ text: 'needle', limit: 1 });
    await device.write([{ kind: 'put', store: 'search', key: ['segment', 2], value: Uint8Array.of(1, 2, 3) }]);
    assert.deepEqual(positions(await device.index().search({ text: 'needle', limit: 100 })), plainly(all, { text: 'needle', limit: 100 }));
  });
});
