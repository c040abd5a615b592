/** Attachments through engines and a relay: sealed before they are sent, resumed after everything, and gone with their message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, newMessageKey, type Attachment, type AttachmentAt, type AttachmentFacts, type MessageItem, type MessageKey, type ProblemCode, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const FILE: AttachmentFacts = { look: 'file', name: 'notes.bin', type: 'application/x-notes' };
const bytesOf = (length: number, seed = 1): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) % 251);
const refused = (code: ProblemCode) => (error: unknown): boolean => error instanceof EngineError && error.problem.code === code;

const scene = async (options: ConstructorParameters<typeof World>[0] = {}) => {
  const world = new World(options);
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  for (const one of [ada, bo]) await one.engine.setPreferences({ fetchMedia: 'never' });
  return { world, ada, bo, room: await world.roomOf(ada, bo) };
};

const attach = async (who: Someone, room: RoomKey, bytes: Uint8Array<ArrayBuffer>, facts = FILE, text = ''): Promise<MessageKey> => {
  const key = newMessageKey();
  await who.engine.send(room, key, { kind: 'media', text, staged: [await who.engine.stage(room, new Blob([bytes]), facts)] });
  return key;
};
const attachmentsIn = (item: MessageItem): readonly Attachment[] => (item.content.kind === 'media' ? item.content.attachments : assert.fail('no attachments'));
const attached = async (who: Someone, { room, message, index }: AttachmentAt): Promise<Attachment> => attachmentsIn(await who.engine.message(room, message))[index] ?? assert.fail('no such attachment');
const isPlaced = async (who: Someone, room: RoomKey, key: MessageKey): Promise<boolean> => (await who.messages(room)).some(({ id, position }) => id === key && position !== null);
const contentOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

test('a file goes from one to the other, unseen by the relay, and stays with both', async () => {
  const { world, ada, bo, room } = await scene();
  const content = bytesOf(1_300_000);
  const message = await attach(ada, room, content, FILE, 'as promised');
  const at = { room, message, index: 0 };
  assert.deepEqual((await attached(ada, at)).isHere, true);
  await world.clock.until(() => isPlaced(bo, room, message));
  const there = await attached(bo, at);
  assert.deepEqual(there, { ...FILE, size: content.length, isHere: false, transfer: null });
  const opened = await world.clock.over(bo.engine.open(at));
  assert.deepEqual(await contentOf(opened.blob), content);
  assert.deepEqual([opened.shows, opened.blob.type], [null, 'application/octet-stream']);
  assert.equal((await attached(bo, at)).isHere, true);
  for (const who of [ada, bo]) {
    await who.restart();
    who.goOffline();
    assert.deepEqual(await contentOf((await who.engine.open(at)).blob), content);
  }
});

test('what is chosen stays in the draft through restarts until it is sent or taken out, and nothing is left of what was', async () => {
  const { ada, room } = await scene();
  const first = await ada.engine.stage(room, new Blob([bytesOf(700_000)]), { ...FILE, name: '../one.bin', duration: 3.6, waveform: bytesOf(200) });
  const second = await ada.engine.stage(room, new Blob([bytesOf(10)]), { ...FILE, name: 'two.bin' });
  await ada.restart();
  const staged = await ada.engine.staged(room);
  assert.deepEqual(staged.map(({ key, name, size }) => [key, name, size]), [[first, '_one.bin', 700_000], [second, 'two.bin', 10]]);
  assert.deepEqual([staged[0]?.duration, staged[0]?.waveform?.length], [4, 96]);
  await ada.engine.unstage(room, first);
  assert.deepEqual((await ada.engine.staged(room)).map(({ name }) => name), ['two.bin']);
  await ada.engine.send(room, newMessageKey(), { kind: 'media', text: '', staged: [second] });
  assert.deepEqual(await ada.engine.staged(room), []);
  assert.equal((await ada.storage.range('pieces', { prefix: [room] })).length, 1);
  await assert.rejects(ada.engine.send(room, newMessageKey(), { kind: 'media', text: '', staged: [second] }), refused('attachment-gone'));
  // A message's own is not to be taken from it.
  await ada.engine.unstage(room, second);
  assert.equal((await ada.storage.range('pieces', { prefix: [room] })).length, 1);
  await assert.rejects(ada.engine.send(room, newMessageKey(), { kind: 'media', text: '', staged: [] }), refused('too-long'));
});

test('a draft that goes with its attachments goes in one step, and sending twice is once', async () => {
  const { world, ada, bo, room } = await scene();
  await ada.engine.setDraft(room, 'look');
  const [key, staged] = [newMessageKey(), [await ada.engine.stage(room, new Blob(['x']), FILE)]];
  for (let i = 0; i < 2; i++) await ada.engine.send(room, key, { kind: 'media', text: 'look', staged });
  assert.equal((await ada.summary(room))?.draft, '');
  await world.clock.until(() => isPlaced(bo, room, key));
  await ada.engine.send(room, key, { kind: 'media', text: 'look', staged });
  assert.equal((await ada.messages(room)).length, 1);
});

test('texts do not wait for what is attached to an earlier message; it follows when it is there', async () => {
  const { world, ada, bo, room } = await scene();
  world.network.blobBreaks = () => true;
  const message = await attach(ada, room, bytesOf(600_000));
  const text = (await ada.say(room, 'meanwhile')) as MessageKey;
  await world.clock.until(() => isPlaced(bo, room, text));
  await world.clock.pass(60_000);
  assert.equal(await isPlaced(bo, room, message), false);
  assert.deepEqual((await attached(ada, { room, message, index: 0 })).transfer?.direction, 'up');
  assert.equal((await ada.engine.message(room, message)).status, 'queued');
  world.network.blobBreaks = () => false;
  await world.clock.until(() => isPlaced(bo, room, message));
  assert.equal((await attached(ada, { room, message, index: 0 })).transfer, null);
});

test('an upload goes on from where it was: through breaks, a restart, a restart of the relay, and days', async () => {
  const { world, ada, bo, room } = await scene();
  const content = bytesOf(3_000_000);
  let chunks = 0;
  world.network.blobBreaks = (direction, owner) => direction === 'up' && owner === 'Ada' && ++chunks % 12 === 0;
  const message = await attach(ada, room, content);
  const at = { room, message, index: 0 };
  const reached = (bytes: number) => async (): Promise<boolean> => ((await attached(ada, at)).transfer?.done ?? 0) >= bytes;
  await world.clock.until(reached(500_000));
  await ada.restart();
  await world.clock.until(reached(1_000_000));
  world.network.stopRelay();
  world.network.startRelay();
  await world.clock.until(reached(1_600_000));
  ada.goOffline();
  world.clock.jump(3 * 86_400_000);
  await ada.goOnline();
  await world.clock.until(() => isPlaced(bo, room, message), 600_000);
  assert.deepEqual(await contentOf((await world.clock.over(bo.engine.open(at))).blob), content);
  // 50 chunks of 64 KiB, and what was under way at each break.
  assert.ok(chunks < 50 + 12 * 9, `${chunks} chunks`);
});

test('a download goes on from where it was, and offline waits', async () => {
  const { world, ada, bo, room } = await scene();
  const content = bytesOf(3_000_000, 2);
  const message = await attach(ada, room, content);
  const at = { room, message, index: 0 };
  await world.clock.until(() => isPlaced(bo, room, message));
  let chunks = 0;
  world.network.blobBreaks = (direction) => direction === 'down' && ++chunks === 20;
  bo.engine.open(at).catch(() => undefined);
  await world.clock.until(async () => ((await attached(bo, at)).transfer?.done ?? 0) > 1_500_000);
  await bo.restart();
  assert.equal((await attached(bo, at)).isHere, false);
  bo.goOffline();
  const opening = bo.engine.open(at);
  await world.clock.pass(60_000);
  assert.deepEqual((await attached(bo, at)).transfer?.state, 'waiting');
  assert.ok(((await attached(bo, at)).transfer?.done ?? 0) >= 1_000_000);
  const before = chunks;
  await bo.goOnline();
  assert.deepEqual(await contentOf((await world.clock.over(opening)).blob), content);
  assert.ok(chunks - before < 40, `${chunks - before} chunks for the rest`);
});

test('either way can be paused, through a restart too, and goes on when one says so', async () => {
  const { world, ada, bo, room } = await scene();
  const content = bytesOf(2_500_000, 3);
  world.network.blobBreaks = () => true;
  const message = await attach(ada, room, content);
  const at = { room, message, index: 0 };
  const states: (string | null)[] = [];
  ada.engine.subscribe((event) => { if (event.kind === 'transfer') states.push(event.transfer?.state ?? null); });
  await ada.engine.pause(at);
  world.network.blobBreaks = () => false;
  await world.clock.pass(120_000);
  await ada.restart();
  await world.clock.pass(120_000);
  assert.equal((await attached(ada, at)).transfer?.state, 'paused');
  assert.equal(await isPlaced(bo, room, message), false);
  await ada.engine.resume(at);
  await world.clock.until(() => isPlaced(bo, room, message));
  assert.ok(states.includes('paused'));

  const opening = bo.engine.open(at);
  await world.clock.until(async () => ((await attached(bo, at)).transfer?.done ?? 0) > 600_000);
  await Promise.all([assert.rejects(opening, refused('attachment-paused')), bo.engine.pause(at)]);
  await bo.restart();
  const { transfer } = await attached(bo, at);
  assert.deepEqual([transfer?.state, transfer?.direction, (transfer?.done ?? 0) > 0], ['paused', 'down', true]);
  await bo.engine.resume(at);
  await world.clock.until(async () => (await attached(bo, at)).isHere);
  assert.deepEqual(await contentOf((await bo.engine.open(at)).blob), content);
});

test('how far it is is told a few times a second, and the smallest goes first', async () => {
  const { world, ada, room } = await scene();
  ada.goOffline();
  const sizes = [2_000_000, 900_000, 1_500_000, 100];
  const messages: MessageKey[] = [];
  for (const size of sizes) messages.push(await attach(ada, room, bytesOf(size)));
  const told = new Map<MessageKey, number[]>();
  const ended: MessageKey[] = [];
  ada.engine.subscribe((event) => {
    if (event.kind !== 'transfer') return;
    if (event.transfer === null) ended.push(event.at.message);
    else if (event.transfer.state === 'moving') told.set(event.at.message, [...(told.get(event.at.message) ?? []), world.clock.now()]);
  });
  await ada.goOnline();
  await world.clock.until(() => ended.length === sizes.length);
  assert.deepEqual([ended[0], ended.at(-1)], [messages[3], messages[0]]);
  for (const times of told.values()) assert.ok(times.length <= 3 + ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 200, `${times.length} in ${(times.at(-1) ?? 0) - (times[0] ?? 0)} ms`);
});

test('a message that waits is taken back with all that hangs on it; one that is sent is not', async () => {
  const { world, ada, bo, room } = await scene();
  ada.goOffline();
  const message = await attach(ada, room, bytesOf(600_000));
  await ada.engine.react(room, message, '👍', true);
  const gone: string[] = [];
  ada.engine.subscribe((event) => { if (event.kind === 'gone') gone.push(...event.messages); });
  await world.clock.over(ada.engine.unsend(room, message));
  assert.deepEqual([gone, await ada.messages(room)], [[message], []]);
  for (const store of ['pieces', 'blobs', 'outbox'] as const) assert.deepEqual(await ada.storage.range(store, { prefix: [room] }), []);
  const other = await attach(ada, room, bytesOf(600_000));
  // To delete for everyone what nobody has is to take it back.
  await world.clock.over(ada.engine.deleteForAll(room, other));
  await ada.goOnline();
  const said = (await ada.say(room, 'done')) as MessageKey;
  await world.clock.until(() => isPlaced(bo, room, said));
  await world.clock.pass(60_000);
  assert.deepEqual(await bo.reads(room), ['done']);
  assert.equal(world.network.blobs.usage().bytes, 0);
  await assert.rejects(ada.engine.unsend(room, said), refused('not-allowed'));
  await assert.rejects(ada.engine.unsend(room, newMessageKey()), refused('no-such-message'));
});

test('what is deleted for everyone leaves nothing: not here, not there, not at the relay', async () => {
  const { world, ada, bo, room } = await scene();
  const [first, second] = [await attach(bo, room, bytesOf(600_000)), await attach(bo, room, bytesOf(5000))];
  const at = { room, message: first, index: 0 };
  await world.clock.until(async () => (await isPlaced(ada, room, first)) && (await isPlaced(ada, room, second)));
  await world.clock.over(ada.engine.open(at));
  // An admin takes it away: the relay is asked by the one whose it was, when they are there again.
  bo.goOffline();
  await ada.engine.deleteForAll(room, first);
  await world.clock.until(async () => (await ada.storage.range('pieces', { prefix: [room] })).length === 0);
  await assert.rejects(ada.engine.open(at), refused('no-such-message'));
  await world.clock.pass(5000);
  assert.ok(world.network.blobs.usage().bytes > 600_000);
  await bo.goOnline();
  await world.clock.until(async () => world.network.blobs.usage().bytes < 10_000 && (await bo.storage.range('meta', { prefix: ['doomed'] })).length === 0);
  assert.equal((await bo.storage.range('pieces', { prefix: [room] })).length, 1);
  // From this device alone: the others and the relay keep it.
  await bo.engine.deleteHere(room, [second]);
  assert.equal((await bo.storage.range('pieces', { prefix: [room] })).length, 0);
  assert.deepEqual(await contentOf((await world.clock.over(ada.engine.open({ room, message: second, index: 0 }))).blob), bytesOf(5000));
  await world.clock.pass(60_000);
  await ada.engine.roomMedia(room, 'files', { limit: 5 }).then(({ media }) => { assert.deepEqual(media.map(({ message }) => message), [second]); });
});

test('of a room that is left, what is here stays; of one that is forgotten, nothing does', async () => {
  const { world, ada, bo, room } = await scene();
  const [one, two] = [await attach(ada, room, bytesOf(5000)), await attach(ada, room, bytesOf(5001))];
  await world.clock.until(async () => (await isPlaced(bo, room, one)) && (await isPlaced(bo, room, two)));
  await world.clock.over(bo.engine.open({ room, message: one, index: 0 }));
  await world.clock.over(bo.engine.leave(room));
  await world.clock.pass(5000);
  assert.deepEqual(await contentOf((await bo.engine.open({ room, message: one, index: 0 })).blob), bytesOf(5000));
  await assert.rejects(bo.engine.open({ room, message: two, index: 0 }), refused('not-a-member'));
  await bo.engine.stage(room, new Blob(['x']), FILE);
  await bo.engine.forget(room);
  for (const store of ['pieces', 'blobs', 'staged', 'media'] as const) assert.deepEqual(await bo.storage.range(store, { prefix: [room] }), [], store);
});

test('what is small comes by itself, all of it, or nothing: as one chose', async () => {
  const { world, ada, bo, room } = await scene();
  for (const [fetchMedia, here] of [['never', [false, false]], ['small', [true, false]], ['always', [true, true]]] as const) {
    await bo.engine.setPreferences({ fetchMedia });
    const messages = [await attach(ada, room, bytesOf(4000)), await attach(ada, room, bytesOf(2_200_000))];
    await world.clock.until(async () => (await Promise.all(messages.map((message) => isPlaced(bo, room, message)))).every(Boolean));
    await world.clock.pass(20_000);
    assert.deepEqual(await Promise.all(messages.map(async (message) => (await attached(bo, { room, message, index: 0 })).isHere)), here, fetchMedia);
  }
});

test('a copy for another room is a blob of its own, under a key of its own, and does not stand in the draft', async () => {
  const { world, ada, bo, room } = await scene();
  const other = await ada.engine.createRoom('another');
  const content = bytesOf(700_000, 4);
  const message = await attach(bo, room, content, { ...FILE, name: 'plan.txt' });
  await world.clock.until(() => isPlaced(ada, room, message));
  const staged = await world.clock.over(ada.engine.copyTo(other, { room, message, index: 0 }));
  assert.deepEqual(await ada.engine.staged(other), []);
  const key = newMessageKey();
  await ada.engine.send(other, key, { kind: 'media', text: '', staged: [staged], forwarded: true });
  await world.clock.until(() => isPlaced(ada, other, key));
  const { content: shown } = await ada.engine.message(other, key);
  assert.ok(shown.kind === 'media' && shown.forwarded === true && shown.attachments[0]?.name === 'plan.txt');
  await bo.engine.deleteForAll(room, message);
  await world.clock.until(async () => (await ada.engine.message(room, message)).content.kind === 'deleted');
  assert.deepEqual(await contentOf((await ada.engine.open({ room: other, message: key, index: 0 })).blob), content);
  // One that is never sent is swept when the engine starts anew.
  await ada.engine.copyTo(other, { room: other, message: key, index: 0 });
  assert.equal((await ada.storage.range('staged', { prefix: [other] })).length, 1);
  await ada.restart();
  await ada.engine.staged(other);
  assert.equal((await ada.storage.range('staged', { prefix: [other] })).length, 0);
  assert.equal((await ada.storage.range('pieces', { prefix: [other] })).length, 2);
});

test('media, files and links of a room are in one view, page by page, and a search finds what has them', async () => {
  const { world, ada, bo, room } = await scene();
  const picture = { look: 'picture', name: 'Hügel.webp', type: 'image/webp', width: 640, height: 480 } as const;
  const webp = Uint8Array.from(Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64'));
  const hill = await attach(ada, room, webp, picture, 'from the top: https://hills.example/top.');
  const file = await attach(ada, room, bytesOf(100), { ...FILE, name: 'Fahrplan.pdf' });
  const link = (await ada.say(room, 'see http://trains.example')) as MessageKey;
  const plain = (await ada.say(room, 'nothing here')) as MessageKey;
  await world.clock.until(async () => (await Promise.all([hill, file, link, plain].map((key) => isPlaced(bo, room, key)))).every(Boolean));
  for (const who of [ada, bo]) {
    const media = await who.engine.roomMedia(room, 'media', { limit: 10 });
    assert.deepEqual(media.media.map(({ message, index, attachment }) => [message, index, attachment.name]), [[hill, 0, 'Hügel.webp']]);
    assert.deepEqual((await who.engine.roomMedia(room, 'files', { limit: 10 })).media.map(({ message }) => message), [file]);
    const first = await who.engine.roomMedia(room, 'links', { limit: 1 });
    const rest = await who.engine.roomMedia(room, 'links', { limit: 1, before: first.links[0]?.position ?? 0 });
    assert.deepEqual(new Set([...first.links, ...rest.links].map(({ url }) => url)), new Set(['http://trains.example', 'https://hills.example/top']));
    assert.deepEqual([first.hasOlder, rest.hasOlder], [true, false]);
    const found = async (query: { readonly text: string; readonly has?: 'media' | 'files' | 'links' }): Promise<ReadonlySet<MessageKey>> => new Set((await who.engine.search({ ...query, limit: 10 })).found.map(({ item }) => item.id));
    assert.deepEqual(await found({ text: 'hugel' }), new Set([hill]));
    assert.deepEqual(await found({ text: 'fahr' }), new Set([file]));
    assert.deepEqual(await found({ text: '', has: 'media' }), new Set([hill]));
    assert.deepEqual(await found({ text: '', has: 'files' }), new Set([hill, file]));
    assert.deepEqual(await found({ text: '', has: 'links' }), new Set([hill, link]));
    assert.deepEqual(await found({ text: 'top', has: 'files' }), new Set([hill]));
    assert.deepEqual(await found({ text: 'trains', has: 'files' }), new Set());
  }
  // A caption is edited like a text.
  await ada.engine.edit(room, hill, 'from the top');
  await world.clock.until(async () => (await bo.engine.message(room, hill)).editedAt !== undefined);
  assert.deepEqual((await bo.engine.roomMedia(room, 'links', { limit: 10 })).links.map(({ url }) => url), ['http://trains.example']);
  assert.deepEqual((await bo.engine.versions(room, hill)).map(({ text }) => text), ['from the top: https://hills.example/top.', 'from the top']);
  const { content } = await bo.engine.message(room, hill);
  assert.ok(content.kind === 'media' && content.text === 'from the top' && content.attachments.length === 1);
});
