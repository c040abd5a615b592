/** What is done to messages: by those who may, shown at once, the same for all in the end, and across restarts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope } from '../../../shared/envelope.ts';
import { EngineError, newMessageKey, type MessageItem, type MessageKey, type ProblemCode, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const scene = async () => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  return { world, ada, bo, room: await world.roomOf(ada, bo) };
};

const refused = (code: ProblemCode) => (error: unknown): boolean => error instanceof EngineError && error.problem.code === code;

const last = async (who: Someone, room: RoomKey): Promise<MessageItem> => (await who.messages(room)).at(-1) ?? assert.fail('no message');
const isPlaced = async (who: Someone, room: RoomKey, key: string): Promise<boolean> => (await who.messages(room)).some(({ id, position }) => id === key && position !== null);

test('a reaction shows at once, reaches the other, and is taken back', async () => {
  const { world, ada, bo, room } = await scene();
  const said = (await ada.say(room, 'lunch?')) as MessageKey;
  await world.clock.until(async () => isPlaced(bo, room, said));
  const unread = (await ada.summary(room))?.unread;
  bo.goOffline();
  await bo.engine.react(room, said, '👍', true);
  assert.deepEqual((await last(bo, room)).reactions?.map(({ emoji, by }) => [emoji, by.map(({ name }) => name)]), [['👍', ['Bo']]]);
  await bo.goOnline();
  await world.clock.until(async () => (await last(ada, room)).reactions !== undefined);
  assert.equal((await last(ada, room)).reactions?.[0]?.by[0]?.name, 'Bo');
  assert.equal((await ada.summary(room))?.unread, unread);
  await ada.engine.react(room, said, '👍', true);
  await bo.engine.react(room, said, '👍', false);
  const names = async (who: Someone) => (await last(who, room)).reactions?.flatMap(({ by }) => by.map(({ name }) => name));
  await world.clock.until(async () => [await names(ada), await names(bo)].every((all) => all?.join() === 'Ada'));
  await Promise.all([ada.restart(), bo.restart()]);
  assert.deepEqual([await names(ada), await names(bo)], [['Ada'], ['Ada']]);
});

test('an edit is its author’s alone, keeps the versions before, and is what is found', async () => {
  const { world, ada, bo, room } = await scene();
  const said = (await ada.say(room, 'lunch at noon')) as MessageKey;
  await ada.engine.edit(room, said, 'lunch at one');
  assert.deepEqual((await last(ada, room)).content, { kind: 'text', text: 'lunch at one' });
  await world.clock.until(async () => (await bo.reads(room)).at(-1) === 'lunch at one');
  assert.ok((await last(bo, room)).editedAt !== undefined);
  assert.deepEqual((await bo.engine.versions(room, said)).map(({ text }) => text), ['lunch at noon', 'lunch at one']);
  await assert.rejects(bo.engine.edit(room, said, 'no lunch'), refused('not-allowed'));
  await assert.rejects(bo.engine.edit(room, newMessageKey(), 'what'), refused('no-such-message'));
  for (const who of [ada, bo]) {
    await world.clock.until(async () => (await who.engine.search({ text: 'one', limit: 5 })).found.length === 1);
    assert.equal((await who.engine.search({ text: 'noon', limit: 5 })).found.length, 0);
  }
});

test('a deletion for everyone leaves no words on any device; a member deletes only what is theirs, an admin anything', async () => {
  const { world, ada, bo, room } = await scene();
  const said = (await bo.say(room, 'embarrassing')) as MessageKey;
  const other = (await ada.say(room, 'harmless')) as MessageKey;
  await world.clock.until(async () => await isPlaced(ada, room, said) && await isPlaced(bo, room, other));
  await assert.rejects(bo.engine.deleteForAll(room, other), refused('not-allowed'));
  await bo.engine.react(room, said, '😳', true);
  await bo.engine.deleteForAll(room, said);
  const find = async (who: Someone): Promise<MessageItem> => (await who.messages(room)).find(({ id }) => id === said) ?? assert.fail();
  await world.clock.until(async () => (await find(ada)).content.kind === 'deleted' && (await find(bo)).content.kind === 'deleted');
  assert.equal((await find(ada)).reactions, undefined);
  assert.equal((await ada.engine.search({ text: 'embarrassing', limit: 5 })).found.length, 0);
  await assert.rejects(ada.engine.react(room, said, '👍', true), refused('not-allowed'));
  // Ada made the room.
  const more = (await bo.say(room, 'against the rules')) as MessageKey;
  await world.clock.until(async () => isPlaced(ada, room, more));
  await ada.engine.deleteForAll(room, more);
  await world.clock.until(async () => (await bo.engine.message(room, more)).content.kind === 'deleted');
  const { content } = await bo.engine.message(room, more);
  assert.equal(content.kind === 'deleted' && content.by.name, 'Ada');
});

test('a deletion for me is of this device alone, and lasts', async () => {
  const { world, ada, bo, room } = await scene();
  const said = (await ada.say(room, 'seen enough')) as MessageKey;
  await world.clock.until(async () => isPlaced(bo, room, said));
  const gone: MessageKey[] = [];
  bo.engine.subscribe((event) => { if (event.kind === 'gone') gone.push(...event.messages); });
  await bo.engine.deleteHere(room, [said]);
  assert.deepEqual(gone, [said]);
  assert.equal((await bo.messages(room)).length, 0);
  assert.equal((await bo.engine.search({ text: 'enough', limit: 5 })).found.length, 0);
  await ada.engine.edit(room, said, 'seen enough of it');
  const next = await ada.say(room, 'next');
  await world.clock.until(async () => isPlaced(bo, room, next));
  await bo.restart();
  assert.deepEqual(await bo.reads(room), ['next']);
  assert.equal((await ada.messages(room)).length, 2);
});

test('a reply names what it answers; a thread stands beside the conversation, with its count at the root', async () => {
  const { world, ada, bo, room } = await scene();
  const root = (await ada.say(room, 'where to?')) as MessageKey;
  await world.clock.until(async () => isPlaced(bo, room, root));
  const reply = newMessageKey();
  await bo.engine.send(room, reply, { kind: 'text', text: 'north', reply: root });
  const inThread = newMessageKey();
  await bo.engine.send(room, inThread, { kind: 'text', text: 'or south', thread: root });
  assert.deepEqual((await bo.engine.thread(room, root)).map(({ id }) => id), [inThread]);
  await world.clock.until(async () => (await ada.engine.message(room, root)).replies?.count === 1);
  assert.equal((await last(ada, room)).reply, root);
  assert.deepEqual(await ada.reads(room), ['where to?', 'north']);
  assert.deepEqual(await bo.reads(room), ['where to?', 'north']);
  assert.deepEqual((await ada.engine.thread(room, root)).map(({ id, thread }) => [id, thread]), [[inThread, root]]);
  await assert.rejects(ada.engine.send(room, newMessageKey(), { kind: 'text', text: '?', thread: newMessageKey() }), refused('no-such-message'));
  // Pages count what they show.
  for (let n = 0; n < 12; n++) await ada.engine.send(room, newMessageKey(), { kind: 'text', text: `${n}`, thread: root });
  const after = await ada.say(room, 'end');
  await world.clock.until(async () => isPlaced(bo, room, after));
  const page = await bo.engine.timeline(room, { limit: 3 });
  assert.deepEqual(page.items.map((item) => item.kind === 'message' && item.content.kind === 'text' && item.content.text), ['where to?', 'north', 'end']);
});

test('pins are listed, the latest first; a poll is voted on, changed and closed', async () => {
  const { world, ada, bo, room } = await scene();
  const keys = [await ada.say(room, 'one'), await ada.say(room, 'two')] as MessageKey[];
  const poll = newMessageKey();
  await ada.engine.send(room, poll, { kind: 'poll', question: 'When?', options: ['noon', 'one'], several: false });
  await assert.rejects(ada.engine.send(room, newMessageKey(), { kind: 'poll', question: 'When?', options: ['noon'], several: false }), refused('too-long'));
  await world.clock.until(async () => isPlaced(bo, room, poll));
  for (const key of keys) await bo.engine.pin(room, key, true);
  await bo.engine.vote(room, poll, [0]);
  await bo.engine.vote(room, poll, [1]);
  await assert.rejects(bo.engine.vote(room, poll, [0, 1]), refused('not-allowed'));
  await assert.rejects(bo.engine.vote(room, poll, [2]), refused('not-allowed'));
  await assert.rejects(bo.engine.closePoll(room, poll), refused('not-allowed'));
  await ada.engine.vote(room, poll, [1]);
  const votes = async (who: Someone) => {
    const { content } = await who.engine.message(room, poll);
    return content.kind === 'poll' ? content.options.map(({ voters }) => voters.map(({ name }) => name).sort().join()) : [];
  };
  await world.clock.until(async () => [await votes(ada), await votes(bo)].every((all) => all.join('|') === '|Ada,Bo'));
  assert.deepEqual((await ada.engine.pinned(room)).map(({ id }) => id), [...keys].reverse());
  await ada.engine.pin(room, keys[0] ?? assert.fail(), false);
  await ada.engine.closePoll(room, poll);
  await assert.rejects(ada.engine.vote(room, poll, [0]), refused('not-allowed'));
  await world.clock.until(async () => (await bo.engine.pinned(room)).length === 1);
  await world.clock.until(async () => { const { content } = await bo.engine.message(room, poll); return content.kind === 'poll' && content.closed; });
});

test('reading is told once for a burst, to those who tell as well, and shows in one’s own messages', async () => {
  const { world, ada, bo, room } = await scene();
  const keys: string[] = [];
  for (let n = 0; n < 5; n++) keys.push(await ada.say(room, `n${n}`));
  await world.clock.until(async () => (await bo.summary(room))?.unread === 5);
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'received'));
  let told = 0;
  world.network.onFrame = (frame, direction, line) => { if (direction === 'up' && line.owner === bo.name && decodeEnvelope(frame)?.kind === 'message') told++; };
  for (const { position } of await bo.messages(room)) await bo.engine.markRead(room, position ?? 0);
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'read'));
  await world.clock.pass(20_000);
  assert.equal(told, 1);
  const member = async () => (await ada.summary(room))?.members.find(({ name }) => name === 'Bo');
  assert.equal((await member())?.readThrough, (await bo.messages(room)).at(-1)?.position);
  await ada.restart();
  assert.equal((await last(ada, room)).status, 'read');

  // Whoever does not tell is not told either.
  await bo.engine.setPreferences({ readReceipts: false });
  await bo.restart();
  assert.equal((await bo.engine.state()).preferences.readReceipts, false);
  const quiet = await ada.say(room, 'still there?');
  await world.clock.until(async () => isPlaced(bo, room, quiet));
  await bo.engine.markRead(room, (await last(bo, room)).position ?? 0);
  const answer = await bo.say(room, 'yes');
  await world.clock.until(async () => isPlaced(ada, room, answer));
  await ada.engine.markRead(room, (await last(ada, room)).position ?? 0);
  await world.clock.until(async () => (await last(bo, room)).status === 'received');
  await world.clock.pass(20_000);
  assert.equal((await last(bo, room)).status, 'received');
  assert.equal((await ada.messages(room)).find(({ id }) => id === quiet)?.status, 'received');
});
