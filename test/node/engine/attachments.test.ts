/** Attachments through engines and a relay: sealed before they are sent, resumed after everything, and gone with their message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, newMessageKey, type Attachment, type AttachmentAt, type AttachmentFacts, type MessageItem, type MessageKey, type ProblemCode, type RoomKey, type StagedKey } from '../../../pwa/engine/api.ts';
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
