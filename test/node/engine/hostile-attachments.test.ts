/** What comes as an attachment and is none, or another: each does nothing but be said. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { concat, fromBase64Url, toBase64Url, utf8 } from '../../../shared/bytes.ts';
import type { BlobId } from '../../../shared/blobs.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { EngineError, newMessageKey, type Attachment, type AttachmentFacts, type MessageKey, type ProblemCode, type RoomKey } from '../../../pwa/engine/api.ts';
import { sha256 } from '../../../pwa/engine/crypto/hash.ts';
import { blobLength, sealBlob } from '../../../pwa/engine/media/cipher.ts';
import type { Storage } from '../../../pwa/engine/ports/storage.ts';
import { decodeStaged, encodeStaged } from '../../../pwa/engine/records/attachment-records.ts';
import { sealedStorage } from '../../../pwa/engine/records/sealed-storage.ts';
import type { WireAttachment } from '../../../pwa/engine/wire/bodies.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const refused = (code: ProblemCode) => (error: unknown): boolean => error instanceof EngineError && error.problem.code === code;
const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const chunk = (name: string, body: Uint8Array): Uint8Array => concat(u32(body.length), utf8(name), body, u32(0));
const png = (width: number, height: number): Uint8Array => concat(Uint8Array.of(0x89), utf8('PNG\r\n\x1a\n'), chunk('IHDR', concat(u32(width), u32(height), Uint8Array.of(8, 6, 0, 0, 0))), chunk('IDAT', Uint8Array.of(9)), chunk('IEND', new Uint8Array()));
const FILE: AttachmentFacts = { look: 'file', name: 'a.bin', type: '' };
const CONTENT = new Uint8Array(200_000).map((_, i) => (i * 7) % 251);

const scene = async () => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  await bo.engine.setPreferences({ fetchMedia: 'never' });
  return { world, ada, bo, room: await world.roomOf(ada, bo) };
};
type Scene = Awaited<ReturnType<typeof scene>>;

/** One world for all: each lies about a message of its own. */
let given: Scene;
before(async () => { given = await scene(); });

/** Ada's device sends of an attachment what no honest one would. */
async function lie({ world, ada, bo, room }: Scene, content: Uint8Array, change: (wire: WireAttachment) => WireAttachment = (wire) => wire, beside: (sealed: Storage, wire: WireAttachment) => Promise<void> = async () => undefined): Promise<MessageKey> {
  const staged = await ada.engine.stage(room, new Blob([new Uint8Array(content.length)]), FILE);
  await ada.engine.close();
  const { storage, deviceKey } = ada.options();
  const sealed = sealedStorage(storage, await deviceKey.deviceKey());
  const record = decodeStaged((await sealed.get('staged', [room, staged])) ?? assert.fail()) ?? assert.fail();
  // What it sends was not cleaned, whatever it is.
  const { key: blobKey, size } = record.attachment;
  const parts: Uint8Array[] = [];
  for await (const part of sealBlob(blobKey, size, (async function* one() { yield content; })())) parts.push(part);
  const wire = { ...record.attachment, hash: sha256(concat(...parts)) };
  await sealed.write(await sealed.claim(), [
    { kind: 'put', store: 'pieces', key: [room, staged, 0], value: concat(...parts) }, { kind: 'put', store: 'staged', key: [room, staged], value: encodeStaged({ ...record, attachment: change(wire) }) },
  ]);
  await beside(sealed, wire);
  await ada.start();
  const key = newMessageKey();
  await ada.engine.send(room, key, { kind: 'media', text: '', staged: [staged] });
  await arrived(world, bo, key);
  return key;
}

const arrived = (world: World, who: Someone, key: MessageKey): Promise<void> => world.clock.until(() => who.items.has(key));

async function shown(who: Someone, room: RoomKey, key: MessageKey): Promise<Attachment> {
  const { content } = await who.engine.message(room, key);
  return (content.kind === 'media' ? content.attachments[0] : undefined) ?? assert.fail('no attachment');
}

/** What the relay has becomes something else, under the same id. */
async function exchange({ world, room }: Scene, change: (bytes: Uint8Array) => Uint8Array | undefined): Promise<void> {
  const store = world.network.blobs;
  const at = { room: fromBase64Url(room) as RoomId, id: lastId ?? assert.fail() };
  const size = (await store.stat(at))?.size ?? assert.fail();
  const before = Buffer.concat((await (await store.read(at, 0, size))?.toArray()) as Uint8Array[]);
  await store.delete(at);
  const after = change(new Uint8Array(before));
  if (after !== undefined) await store.append(at, after.length, 0, (async function* all() { yield after; })());
}

let lastId: BlobId | undefined;
const remember = (wire: WireAttachment): WireAttachment => {
  lastId = wire.id;
  return wire;
};

describe('what the relay or its sender has changed is thrown away, and said', () => {
  const flip = (at: number) => (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  for (const [name, change, code] of [
    ['one bit in the middle', flip(100_000), 'attachment-damaged'], ['one bit at the beginning', flip(3), 'attachment-damaged'],
    ['chunks that changed places', (bytes: Uint8Array) => concat(bytes.subarray(0, 24), bytes.subarray(24 + 65_536, 24 + 131_072), bytes.subarray(24, 24 + 65_536), bytes.subarray(24 + 131_072)), 'attachment-damaged'],
    ['something else altogether', (bytes: Uint8Array) => new Uint8Array(bytes.length).fill(7), 'attachment-damaged'],
    ['an end that is missing', (bytes: Uint8Array) => bytes.subarray(0, 150_000), 'attachment-cut-short'], ['an end at a chunk', (bytes: Uint8Array) => bytes.subarray(0, 24 + 65_536), 'attachment-cut-short'],
    ['nothing', () => undefined, 'attachment-gone'],
  ] as const) {
    test(`thrown away: ${name}`, async () => {
      const key = await lie(given, CONTENT, remember);
      await exchange(given, change);
      const { world, bo, room } = given;
      const at = { room, message: key, index: 0 };
      await assert.rejects(world.clock.over(bo.engine.open(at)), refused(code));
      assert.deepEqual(await bo.storage.range('pieces', { prefix: [room, `${key}.0`] }), []);
      const { isHere, transfer } = await shown(bo, room, key);
      assert.deepEqual([isHere, transfer?.state, transfer?.problem?.code], [false, 'failed', code]);
      assert.deepEqual(bo.halted, []);
    });
  }

  test('and can be fetched again, where it was the way that was at fault', async () => {
    const key = await lie(given, CONTENT, remember);
    const { world, bo, room } = given;
    await exchange(given, flip(180_000));
    await assert.rejects(world.clock.over(bo.engine.open({ room, message: key, index: 0 })), refused('attachment-damaged'));
    await exchange(given, flip(180_000));
    const { blob } = await world.clock.over(bo.engine.open({ room, message: key, index: 0 }));
    assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), CONTENT);
  });

  for (const [name, change, code] of [
    ['another hash', (wire: WireAttachment) => ({ ...wire, hash: wire.hash.map((byte) => byte ^ 1) }), 'attachment-damaged'],
    ['another key', (wire: WireAttachment) => ({ ...wire, key: wire.key.map((byte) => byte ^ 1) as WireAttachment['key'] }), 'attachment-damaged'],
  ] as const) {
    test(`thrown away: ${name}`, async () => {
      const key = await lie(given, CONTENT, change);
      await assert.rejects(given.world.clock.over(given.bo.engine.open({ room: given.room, message: key, index: 0 })), refused(code));
      assert.deepEqual(await given.bo.storage.range('pieces', { prefix: [given.room, `${key}.0`] }), []);
    });
  }

  for (const [name, size, code] of [['a size that is too small', 900, 'attachment-wrong-size'], ['a size that is too large', 300_000, 'attachment-cut-short']] as const) {
    test(`thrown away: ${name}`, async () => {
      const { world, ada, bo, room } = given;
      let pieces: readonly Uint8Array[] = [];
      // The relay has a blob of the size that the message says, until the message is there; then what was sealed takes its place.
      const key = await lie(given, CONTENT, (wire) => ({ ...remember(wire), size }), async (sealed, { id }) => {
        pieces = (await sealed.range('pieces', { prefix: [room, toBase64Url(id)] })).map(({ value }) => value);
        const length = blobLength(size);
        await world.network.blobs.append({ room: fromBase64Url(room) as RoomId, id }, length, 0, (async function* junk() { yield new Uint8Array(length); })());
      });
      await exchange(given, () => concat(...pieces));
      await assert.rejects(world.clock.over(bo.engine.open({ room, message: key, index: 0 })), refused(code));
      assert.deepEqual([await bo.storage.range('pieces', { prefix: [room, `${key}.0`] }), ada.halted, bo.halted], [[], [], []]);
    });
  }
});

describe('what is not what it is called is to be saved, not shown', () => {
  const as = (facts: Partial<WireAttachment>) => (wire: WireAttachment): WireAttachment => ({ ...wire, ...facts });
  const jpeg = concat(Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 44, 1, 144, 3, 0, 0, 0), Uint8Array.of(0xff, 0xda, 0, 3, 0, 0xff, 0xd9));
  for (const [name, content, facts, type, shows, code] of [
    ['an SVG with a script', utf8('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), { look: 'picture', type: 'image/svg+xml', name: 'x.svg' }, 'application/octet-stream', null, 'attachment-mistyped'],
    ['HTML', utf8('<!doctype html><img src=x onerror=alert(1)>'), { look: 'picture', type: 'text/html', name: 'x.jpg' }, 'application/octet-stream', null, 'attachment-mistyped'],
    ['a script that is called a film', utf8('alert(1)'), { look: 'video', type: 'text/javascript' }, 'application/octet-stream', null, 'attachment-mistyped'],
    ['a PDF and JPEG in one', concat(utf8('%PDF-1.7\n%'), jpeg), { look: 'picture', type: 'image/jpeg' }, 'application/octet-stream', null, 'attachment-mistyped'],
    ['a picture that would fill the memory', png(40_000, 40_000), { look: 'picture', type: 'image/png', width: 10, height: 10 }, 'application/octet-stream', null, 'attachment-too-many-pixels'],
    ['a PNG that is called an SVG is the PNG that it is', png(64, 64), { look: 'picture', type: 'image/svg+xml' }, 'image/png', 'picture', undefined],
  ] as const) {
    test(`not shown: ${name}`, async () => {
      const key = await lie(given, content, as(facts));
      const opened = await given.world.clock.over(given.bo.engine.open({ room: given.room, message: key, index: 0 }));
      assert.deepEqual([opened.blob.type, opened.shows, opened.problem?.code], [type, shows, code]);
      assert.ok((await opened.blob.arrayBuffer()).byteLength > 0);
    });
  }

  test('a GIF that is a script, too, is drawn as a GIF, and is nothing else', async () => {
    const polyglot = concat(utf8('GIF89a'), Uint8Array.of(10, 0, 20, 0, 0, 0, 0), Uint8Array.of(0x2c, 0, 0, 0, 0, 10, 0, 20, 0, 0, 2, 1, 0, 0, 0x3b), utf8('*/=1;alert(1)'));
    const key = await lie(given, polyglot, as({ look: 'picture', type: 'text/javascript' }));
    const { blob, shows } = await given.world.clock.over(given.bo.engine.open({ room: given.room, message: key, index: 0 }));
    assert.deepEqual([blob.type, shows], ['image/gif', 'picture']);
  });
});

test('names lead nowhere, types are types, and a preview is a small picture or none', async () => {
  const { bo, room } = given;
  for (const [facts, seen] of [
    [{ name: '../../.ssh/authorized_keys' }, { name: '_.._.ssh_authorized_keys' }], [{ name: 'invoice\u202Efdp.exe' }, { name: 'invoicefdp.exe' }], [{ type: 'text/html; charset=x"onload=' }, { type: 'application/octet-stream' }],
    [{ look: 'voice', name: 'not to be shown' }, { name: '' }], [{ preview: utf8('<svg onload=alert(1)>') }, { preview: undefined }], [{ preview: png(16_000, 3000) }, { preview: undefined }], [{ preview: png(24, 16) }, { preview: png(24, 16) }],
  ] as const) {
    const key = await lie(given, utf8('x'), (wire) => ({ ...wire, ...facts }));
    const attachment = await shown(bo, room, key);
    for (const [field, value] of Object.entries(seen)) assert.deepEqual(attachment[field as keyof Attachment], value, JSON.stringify(facts));
  }
});

test('whoever names another’s blob as their own takes nothing from anybody when they delete their message', async () => {
  const { world, ada, bo, room } = given;
  let wire: WireAttachment | undefined;
  const honest = await lie(given, CONTENT, (one) => (wire = one));
  await world.clock.over(bo.engine.open({ room, message: honest, index: 0 }));
  const thief = await lie({ ...given, ada: bo, bo: ada }, utf8('x'), () => wire ?? assert.fail());
  await world.clock.over(ada.engine.open({ room, message: thief, index: 0 }));
  await bo.engine.deleteForAll(room, thief);
  await world.clock.until(async () => (await ada.engine.message(room, thief)).content.kind === 'deleted');
  for (const who of [ada, bo]) assert.deepEqual(new Uint8Array(await (await who.engine.open({ room, message: honest, index: 0 })).blob.arrayBuffer()), CONTENT);
});
