/** What every adapter of the relay's Store port must do. `open` opens the same store again and again. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodeEnvelope, type Kind } from '../../shared/envelope.ts';
import { START, type AccessKey, type EnvelopeId, type EpochId, type Incarnation, type InviteKey, type RoomId, type Seq } from '../../shared/ids.ts';
import { KEPT_REGISTRATIONS } from '../../relay/store/holdings.ts';
import type { EpochRecord, LogNumber, Store, Write } from '../../relay/store/store.ts';

export interface Place {
  open(): Store | Promise<Store>;
  /** Whether another open store on the same place is refused. */
  readonly exclusive: boolean;
}

// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what the bytes stand for
const random = <T extends Uint8Array>(length: number): T => new Uint8Array(randomBytes(length)) as Uint8Array as T;

interface Made { readonly room: RoomId; readonly log: LogNumber; readonly epoch: EpochRecord; readonly incarnation: Incarnation; readonly write: Write }

export function aRoom(store: Store, invites: EpochRecord['invites'] = [], room = random<RoomId>(32)): Made {
  const log = store.newLog();
  const epoch: EpochRecord = { number: 0, parent: undefined, id: random<EpochId>(16), access: random<AccessKey>(32), closing: false, seq: START, invites };
  const incarnation = random<Incarnation>(16);
  return { room, log, epoch, incarnation, write: { type: 'create', log, room, incarnation, epoch, groupInfo: Uint8Array.of(1, 2, 3) } };
}

export const frameOf = (made: Made, seq: number, payload: Uint8Array = random(20), id = random<EnvelopeId>(16), kind: Kind = 'message'): Uint8Array =>
  encodeEnvelope({ kind, room: made.room, epoch: made.epoch.id, id, seq: seq as Seq, payload });

const append = (made: Made, seq: number, payload?: Uint8Array): Extract<Write, { type: 'append' }> =>
  ({ type: 'append', log: made.log, seq: seq as Seq, frame: frameOf(made, seq, payload) });

const commit = (made: Made, seq: number, number: number, parent: number, more: Partial<Extract<Write, { type: 'commit' }>> = {}, invites: EpochRecord['invites'] = []) => ({
  type: 'commit' as const, log: made.log, seq: seq as Seq, frame: frameOf(made, seq, random(20), random(16), 'commit'), invite: undefined, groupInfo: Uint8Array.of(number),
  epoch: { number, parent, id: random<EpochId>(16), access: random<AccessKey>(32), closing: number % 2 === 1, seq: seq as Seq, invites } satisfies EpochRecord,
  ...more,
});

const all = { after: START, through: Number.MAX_SAFE_INTEGER as Seq, limit: 1000, bytes: 1e9 };
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('hex')
  : typeof part === 'object' && part !== null && 'type' in part && part.type === 'Buffer' && 'data' in part ? Buffer.from(part.data as number[]).toString('hex') : part)));

export function storeConformance(name: string, place: () => Place | Promise<Place>): void {
  const scene = (story: string, run: (store: Store, place: Place) => Promise<void>): void => {
    test(`${name}: ${story}`, async () => {
      const at = await place();
      const store = await at.open();
      try {
        await run(store, at);
      } finally {
        await store.close();
      }
    });
  };

  scene('an unknown room is undefined, and an unknown log is empty', async (store) => {
    assert.equal(await store.load(random(32)), undefined);
    assert.deepEqual(await store.read(store.newLog(), all), []);
    assert.deepEqual(await store.recentIds(store.newLog(), 10), []);
    assert.equal(await store.groupInfo(store.newLog(), 0), undefined);
  });

  scene('a room is found as it was made', async (store) => {
    const invites = [{ key: random<InviteKey>(32), uses: 3, expires: 2 ** 40 }, { key: random<InviteKey>(32), uses: 0, expires: 0 }];
    const made = aRoom(store, invites);
    await store.write([made.write]);
    const record = await store.load(made.room);
    assert.ok(record);
    assert.deepEqual(plain({ ...record, uses: [...record.uses].sort((a, b) => Buffer.compare(a.key, b.key)) }), plain({
      log: made.log, incarnation: made.incarnation, head: 0, floor: 1, complete: 1, epochs: [made.epoch],
      uses: invites.map(({ key }) => ({ key, used: 0 })).sort((a, b) => Buffer.compare(a.key, b.key)),
    }));
    assert.deepEqual(plain(await store.groupInfo(made.log, 0)), '010203');
  });

  scene('envelopes are read byte for byte, in order, within their bounds', async (store) => {
    const [made, other] = [aRoom(store), aRoom(store)];
    const writes = [1, 2, 3, 4, 5].map((seq) => append(made, seq, random(100)));
    await store.write([made.write, other.write, ...writes.slice(0, 2), append(other, 1), ...writes.slice(2)]);
    const read = async (range: Partial<typeof all>): Promise<unknown> => plain(await store.read(made.log, { ...all, ...range }));
    const frames = plain(writes.map(({ frame }) => frame)) as string[];
    assert.deepEqual(await read({}), frames);
    assert.deepEqual(await read({ after: 2 as Seq }), frames.slice(2));
    assert.deepEqual(await read({ after: 1 as Seq, through: 3 as Seq }), frames.slice(1, 3));
    assert.deepEqual(await read({ limit: 2 }), frames.slice(0, 2));
    assert.deepEqual(await read({ bytes: 1 }), frames.slice(0, 1), 'at least one');
    assert.deepEqual(await read({ bytes: 175 }), frames.slice(0, 2), 'ends with the one that reaches the bound');
    assert.equal((await store.load(made.room))?.head, 5);
  });

  scene('the newest ids come oldest first', async (store) => {
    const made = aRoom(store);
    const writes = [1, 2, 3].map((seq) => append(made, seq));
    await store.write([made.write, ...writes]);
    assert.deepEqual(plain(await store.recentIds(made.log, 2)), plain(writes.slice(1).map(({ seq, frame }) => ({ id: frame.subarray(50, 66), seq }))));
  });

  scene('commits make a tree, keep the GroupInfo of tips alone, and count uses', async (store) => {
    const key = random<InviteKey>(32);
    const made = aRoom(store, [{ key, uses: 5, expires: 0 }]);
    const first = commit(made, 1, 1, 0, { invite: key }, [{ key, uses: 5, expires: 0 }]);
    const second = commit(made, 2, 2, 0);
    await store.write([made.write, first]);
    await store.write([second]);
    const record = await store.load(made.room);
    assert.deepEqual(plain(record?.epochs), plain([made.epoch, first.epoch, second.epoch]));
    assert.deepEqual(plain(record?.uses), plain([{ key, used: 1 }]));
    assert.equal(await store.groupInfo(made.log, 0), undefined);
    assert.deepEqual(plain(await store.groupInfo(made.log, 1)), '01');
    assert.deepEqual(plain(await store.groupInfo(made.log, 2)), '02');
  });

  scene('a batch that cannot be carried out changes nothing', async (store) => {
    const made = aRoom(store);
    await store.write([made.write, append(made, 1)]);
    const before = plain(await store.read(made.log, all));
    await assert.rejects(store.write([append(made, 2), commit(made, 3, 1, 0), append(made, 1)]), { code: 'write-failed' });
    assert.deepEqual(plain(await store.read(made.log, all)), before);
    assert.equal((await store.load(made.room))?.epochs.length, 1);
    await assert.rejects(store.write([append(made, 2), aRoom(store, [], made.room).write]), { code: 'write-failed' }, 'a room twice');
    assert.deepEqual(plain(await store.read(made.log, all)), before);
    await store.write([append(made, 2)]);
    assert.equal((await store.load(made.room))?.head, 2);
  });

  scene('a deleted room is gone at once, may be made again, and its space comes back in steps', async (store) => {
    const made = aRoom(store);
    await store.write([made.write, ...Array.from({ length: 1200 }, (_, i) => append(made, i + 1))]);
    const again = aRoom(store, [], made.room);
    await store.write([{ type: 'delete', log: made.log }, again.write]);
    assert.equal((await store.load(made.room))?.log, again.log);
    for (let steps = 0; await store.sweep(); steps++) assert.ok(steps < 100);
    assert.deepEqual(await store.read(made.log, all), []);
    assert.equal((await store.load(made.room))?.head, 0);
    await store.write([append(again, 1)]);
  });

  const whole = { through: Number.MAX_SAFE_INTEGER as Seq, envelopes: 1e6, bytes: 1e9, rows: 1e6 };

  scene('it knows what it holds, and marks when', async (store) => {
    const [made, other] = [aRoom(store), aRoom(store)];
    const writes = [1, 2, 3].map((seq) => append(made, seq, random(100)));
    await store.write([made.write, other.write, ...writes]);
    assert.deepEqual(await store.logs(0, 10), [made.log, other.log]);
    assert.deepEqual(await store.logs(made.log, 10), [other.log]);
    const usage = await store.usage();
    assert.ok(usage.rooms === 2 && usage.bytes > 300 && usage.free > 0);
    const holding = { room: made.room, head: 3, floor: 1, complete: 1, oldest: 1, counted: 3, envelopes: 3, bytes: 3 * 174, marks: [] };
    assert.deepEqual(plain(await store.survey(made.log)), plain(holding));
    assert.deepEqual(plain(await store.survey(made.log, { at: 1000, every: 10 })), plain({ ...holding, marks: [{ at: 1000, seq: 3 }] }));
    assert.deepEqual((await store.survey(made.log, { at: 2000, every: 10 }))?.marks.length, 1, 'nothing came since');
    await store.write([append(made, 4)]);
    assert.deepEqual((await store.survey(made.log, { at: 1005, every: 10 }))?.marks.length, 1, 'too soon');
    assert.deepEqual((await store.survey(made.log, { at: 500, every: 10 }))?.marks.length, 1, 'the clock went back');
    assert.deepEqual((await store.survey(made.log, { at: 1010, every: 10 }))?.marks, [{ at: 1000, seq: 3 }, { at: 1010, seq: 4 }]);
    assert.deepEqual((await store.survey(other.log, { at: 1, every: 1 }))?.marks, [{ at: 1, seq: 0 }], 'an empty log too: so one can tell how long nothing was said');
    assert.equal(await store.survey(store.newLog()), undefined);
  });

  scene('messages go before commits, in steps, and what stays is exact', async (store) => {
    const made = aRoom(store);
    const writes = [append(made, 1), append(made, 2), commit(made, 3, 1, 0), append(made, 4), commit(made, 5, 2, 1), append(made, 6)];
    await store.write([made.write, ...writes]);
    const frames = plain(writes.map(({ frame }) => frame)) as string[];
    const state = async (): Promise<unknown> => {
      const held = await store.survey(made.log);
      const record = await store.load(made.room);
      assert.deepEqual([record?.head, record?.floor, record?.complete], [held?.head, held?.floor, held?.complete]);
      return [held?.head, held?.floor, held?.complete, held?.envelopes, (plain(await store.read(made.log, all)) as string[]).map((frame) => frames.indexOf(frame) + 1)];
    };
    await state(); // counts
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages', envelopes: 3 }), 4);
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages', rows: 3 }), 2, 'looks at no more than so many');
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages', bytes: 1 }), 1);
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages', through: 2 as Seq }), 2);
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages', through: 3 as Seq }), 2, 'no further than the last message');
    assert.equal((await store.trim(made.log, 'messages', 4 as Seq)).envelopes, 3);
    assert.equal((await store.survey(made.log))?.oldest, 6);
    assert.deepEqual(await state(), [6, 1, 5, 3, [3, 5, 6]]);
    assert.deepEqual(plain(await store.read(made.log, { ...all, limit: 2 })), [frames[2], frames[4]], 'holes are passed over');
    assert.equal((await store.trim(made.log, 'messages', 6 as Seq)).envelopes, 1);
    assert.deepEqual(await state(), [6, 1, 7, 2, [3, 5]], 'the head is what it was');
    assert.equal(await store.plan(made.log, { ...whole, kind: 'messages' }), undefined);
    assert.equal((await store.survey(made.log))?.oldest, 7);
    assert.equal(await store.plan(made.log, { ...whole, kind: 'commits' }), 5);
    assert.equal(await store.plan(made.log, { ...whole, kind: 'commits', envelopes: 1 }), 3);
    const trimmed = await store.trim(made.log, 'commits', 6 as Seq);
    assert.deepEqual([trimmed.envelopes, trimmed.bytes], [1, (writes[2]?.frame.length ?? 0)]);
    assert.deepEqual(await state(), [6, 7, 7, 1, [5]], 'the commit that began the newest epoch stays');
    assert.equal((await store.load(made.room))?.epochs.length, 3);
    assert.deepEqual(plain(await store.groupInfo(made.log, 2)), '02');
    await store.write([append(made, 7)]);
    assert.equal((await store.load(made.room))?.head, 7);
    await store.write([commit(made, 8, 3, 2)]);
    await store.survey(made.log);
    await store.trim(made.log, 'messages', 7 as Seq);
    await store.trim(made.log, 'commits', 7 as Seq);
    assert.deepEqual(((await store.read(made.log, all)).length), 1, 'what was kept as a tip’s goes once it is none');
  });

  scene('registrations and epochs of long ago go, with the keys that only they knew; tips keep all of theirs', async (store) => {
    const keys = (count: number): EpochRecord['invites'] => Array.from({ length: count }, () => ({ key: random<InviteKey>(32), uses: 0, expires: 0 }));
    const made = aRoom(store, keys(300));
    const dead = commit(made, 1, 1, 0, {}, keys(2)); // which nobody ever follows
    const chain = Array.from({ length: 60 }, (_, i) => commit(made, i + 2, i + 2, i === 0 ? 0 : i + 1, {}, keys(200)));
    await store.write([made.write, dead, ...chain]);
    while (await store.prune(made.log)) { /* until all is done */ }
    const record = await store.load(made.room);
    assert.deepEqual(record?.epochs.map(({ number, invites }) => [number, invites.length]), Array.from({ length: 62 }, (_, n) => [n, n === 1 ? 2 : n > 61 - KEPT_REGISTRATIONS ? 200 : 0]));
    assert.equal(record?.uses.length, 2 + KEPT_REGISTRATIONS * 200);
    assert.deepEqual(plain(await store.groupInfo(made.log, 1)), '01');
    await store.write([commit(made, 62, 62, 61)]);
    assert.equal((await store.load(made.room))?.head, 62);
  });

  scene('what is trimmed stays trimmed when it is opened again', async (store, place) => {
    const made = aRoom(store);
    await store.write([made.write, append(made, 1), append(made, 2)]);
    await store.survey(made.log, { at: 5, every: 1 });
    await store.trim(made.log, 'messages', 2 as Seq);
    const before = [plain(await store.load(made.room)), plain(await store.survey(made.log))];
    await store.close();
    const reopened = await place.open();
    assert.deepEqual([plain(await reopened.load(made.room)), plain(await reopened.survey(made.log))], before);
    assert.equal((await reopened.load(made.room))?.head, 2);
    await reopened.close();
  });

  scene('what was written is there when it is opened again, and no number comes twice', async (store, place) => {
    const made = aRoom(store, [{ key: random<InviteKey>(32), uses: 1, expires: 7 }]);
    await store.write([made.write, append(made, 1), commit(made, 2, 1, 0)]);
    const [record, frames] = [plain(await store.load(made.room)), plain(await store.read(made.log, all))];
    await store.close();
    const reopened = await place.open();
    assert.deepEqual(plain(await reopened.load(made.room)), record);
    assert.deepEqual(plain(await reopened.read(made.log, all)), frames);
    assert.ok(reopened.newLog() > made.log);
    await reopened.close();
  });

  scene('subscriptions: one for a tag, counted, ended by a closing commit and given once more, dropped with their room, and kept', async (store, place) => {
    const [made, other] = [aRoom(store), aRoom(store)];
    await store.write([made.write, other.write]);
    const row = (tag: number, print = 1) => ({ tag: new Uint8Array(16).fill(tag), print: new Uint8Array(16).fill(print), sealed: random(40) });
    const most = { ofLog: 2, inAll: 3 };
    const tags = async (of: Made, from = store): Promise<unknown> => (await from.subscriptions(of.log)).map(({ tag, print, ended }) => [tag[0], print[0], ended] as const).sort(([a = 0], [b = 0]) => a - b);
    assert.equal(await store.subscribe(store.newLog(), row(1), most), 'no-log');
    assert.deepEqual([await store.subscribe(made.log, row(1), most), await store.subscribe(made.log, row(1), most), await store.subscribe(made.log, row(1, 2), most)], ['kept', 'known', 'kept']);
    assert.deepEqual([await store.subscribe(made.log, row(2), most), await store.subscribe(made.log, row(3), most)], ['kept', 'full']);
    assert.deepEqual([await store.subscribe(other.log, row(1), most), await store.subscribe(other.log, row(2), most)], ['kept', 'full']);
    assert.deepEqual(await tags(made), [[1, 2, false], [2, 1, false]]);
    assert.deepEqual(new Set(await store.subscribedLogs()), new Set([made.log, other.log]));
    assert.deepEqual([await store.unsubscribe(made.log, row(2).tag), await store.unsubscribe(made.log, row(2).tag)], [true, false]);
    assert.equal(await store.subscribe(made.log, row(3), most), 'kept');
    await store.write([commit(made, 1, 2, 0)]);
    assert.deepEqual(await tags(made), [[1, 2, false], [3, 1, false]], 'a commit that removes nobody ends none');
    await store.write([commit(made, 2, 3, 2)]);
    assert.equal(await store.subscribe(made.log, row(3), most), 'kept', 'who may still is there again');
    assert.deepEqual(await tags(made), [[1, 2, true], [3, 1, false]]);
    assert.deepEqual(await tags(made), [[3, 1, false]]);
    await store.write([{ type: 'delete', log: other.log }]);
    assert.deepEqual(await tags(other), []);
    assert.equal(await store.subscribe(made.log, row(4), { ofLog: 2, inAll: 2 }), 'kept', 'what went is not counted');
    await store.close();
    const reopened = await place.open();
    assert.deepEqual([await tags(made, reopened), await reopened.subscribedLogs()], [[[3, 1, false], [4, 1, false]], [made.log]]);
    await reopened.close();
  });

  scene('it shares no bytes with those who hand them in or out', async (store) => {
    const made = aRoom(store);
    const write = append(made, 1);
    const kept = Buffer.from(write.frame).toString('hex');
    await store.write([made.write, write]);
    write.frame.fill(0);
    (await store.read(made.log, all))[0]?.fill(1);
    assert.deepEqual(plain(await store.read(made.log, all)), [kept]);
  });

  scene('two at once are refused where they would not know of each other', async (_, place) => {
    if (place.exclusive) await assert.rejects(async () => place.open(), { code: 'in-use' });
    else assert.ok(await place.open());
  });
}
