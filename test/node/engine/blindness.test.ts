/** What crosses the wire, and what lies in the storage, holds nothing that anybody could read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64Url, utf8 } from '../../../shared/bytes.ts';
import type { BlobId } from '../../../shared/blobs.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { newMessageKey } from '../../../pwa/engine/api.ts';
import { decodeEnvelope } from '../../../shared/envelope.ts';
import { decodeCommitPayload } from '../../../shared/commit.ts';
import { STORES } from '../../../pwa/engine/ports/storage.ts';
import { padme } from '../../../pwa/engine/crypto/padding.ts';
import { World } from '../../support/engine-world.ts';

const contains = (haystack: Uint8Array, needle: Uint8Array): boolean => Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength).includes(Buffer.from(needle));

/** RFC 9420 §6: version 1, then the wire format of a public (1) or private (2) message, a GroupInfo (4). */
const MLS_HEADS = [Uint8Array.of(0, 1, 0, 1), Uint8Array.of(0, 1, 0, 2), Uint8Array.of(0, 1, 0, 4)];

test('no name, word, secret or MLS header is on the wire or in the records', async () => {
  const world = new World({ suite: 'xwing' });
  const frames: Uint8Array[] = [];
  world.network.onFrame = (frame) => { frames.push(frame.slice()); };
  const ada = await world.person('Adalberta');
  const bo = await world.person('Bonaventura');
  const room = await world.roomOf(ada, bo);
  await ada.engine.setDraft(room, 'a half-written confession');
  const words = ['the quick brown fox', 'jumps over the lazy dog'];
  await ada.say(room, words[0] ?? '');
  await bo.say(room, words[1] ?? '');
  await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
  const file = async () => ada.engine.stage(room, new Blob(['a letter to nobody']), { look: 'file', name: 'testament.txt', type: 'text/plain' });
  await ada.engine.send(room, newMessageKey(), { kind: 'media', text: 'read it when I am gone', staged: [await file()] });
  await file();
  await world.clock.until(() => world.network.blobs.usage().blobs === 1);
  await world.clock.pass(10_000);

  const secrets = ['Adalberta', 'Bonaventura', 'the room', 'confession', 'a letter', 'testament', 'when I am gone', ...words].map(utf8);
  assert.ok(frames.length > 20);
  for (const frame of frames) for (const secret of secrets) assert.ok(!contains(frame, secret));
  const groupId = Buffer.from(room, 'base64url');
  let sealed = 0;
  for (const frame of frames) {
    const envelope = decodeEnvelope(frame);
    if (envelope === undefined) continue;
    const payload = envelope.kind === 'commit' ? decodeCommitPayload(envelope.payload)?.sealed : envelope.payload;
    assert.ok(payload !== undefined);
    sealed++;
    assert.ok(payload[0] === 1 || payload[0] === 2);
    for (const head of MLS_HEADS) assert.notDeepEqual(payload.subarray(1, 5), head);
    assert.ok(!contains(payload, groupId));
    // 24 bytes of nonce and 16 of tag around a padded length.
    if (payload[0] === 1) assert.equal(padme(payload.length - 41), payload.length - 41);
  }
  assert.ok(sealed > 5);

  const held = (await ada.storage.range('blobs', { prefix: [room] })).map(({ key }) => ({ room: fromBase64Url(room) as RoomId, id: fromBase64Url(String(key[1])) as BlobId }));
  const blobs = Buffer.concat((await Promise.all(held.map(async (at) => (await world.network.blobs.read(at, 0, 5000))?.toArray() ?? []))).flat() as Uint8Array[]);
  assert.ok(blobs.length > 4096);
  for (const secret of secrets) assert.ok(!contains(blobs, secret));

  for (const store of STORES) {
    for (const { value } of await ada.storage.range(store, { prefix: [] })) for (const secret of secrets) assert.ok(!contains(value, secret), store);
  }
});

test('a record put in another’s place is not taken for it', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const first = await ada.engine.createRoom('one');
  const second = await ada.engine.createRoom('two');
  await ada.engine.close();
  const swapped = await ada.storage.get('rooms', [first]);
  assert.ok(swapped !== undefined);
  await ada.storage.write(await ada.storage.claim(), [{ kind: 'put', store: 'rooms', key: [second], value: swapped }]);
  await assert.rejects(ada.start(), /cannot be opened/);
});
