/** What the key of an epoch may read and write: from the member's side, and from the removed member's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId, Pair, text, type RelayClient } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const scene = await RelayScene.start();
const log = (client: RelayClient): string[] => client.envelopes.map((envelope) => `${envelope.seq} ${envelope.kind === 'message' ? text(envelope) : envelope.kind}`);

test('members hear what is sent, the sender too, in one order', async () => {
  const { epoch, creator } = await scene.room();
  const other = await scene.member(epoch);
  const acks = await Promise.all([creator.send(epoch, 'a'), other.send(epoch, 'b'), creator.send(epoch, 'c')]);
  await Promise.all([creator.delivered(3), other.delivered(3)]);
  assert.deepEqual(new Set(acks.map(({ seq }) => seq as number)), new Set([1, 2, 3]));
  assert.deepEqual(log(creator), log(other));
  assert.deepEqual(creator.envelopes.map(({ seq }) => seq as number), [1, 2, 3]);
});

test('one who was away reads on through key updates with an old key, but writes with the newest alone', async () => {
  const { epoch, creator } = await scene.room();
  await creator.send(epoch, 'first');
  const second = await creator.commit(epoch);
  await creator.open(second);
  await creator.send(second, 'second');
  const third = await creator.commit(second);
  await creator.open(third);
  await creator.send(third, 'third');

  const away = await scene.member(epoch);
  assert.deepEqual(log(away), ['1 first', '2 commit', '3 second', '4 commit', '5 third']);
  await assert.rejects(away.send(epoch, 'late'), { code: 'stale-epoch' });
  await assert.rejects(away.send(third, 'early'), { code: 'read-only' });
  await away.open(third);
  await away.send(third, 'now');
});

test('a key reads nothing from before its epoch began', async () => {
  const { epoch, creator } = await scene.room();
  await creator.send(epoch, 'before');
  const second = await creator.commit(epoch);
  await creator.open(second);
  await creator.send(second, 'after');
  const late = await scene.member(second);
  assert.deepEqual(log(late), ['3 after'], 'not even the commit: it belongs to the epoch that it ended');
});

test('a removed member reads up to the closing commit and not on, writes nothing, and is not told how the log grows', async () => {
  const { epoch, creator } = await scene.room();
  const removed = await scene.member(epoch);
  await creator.send(epoch, 'before');
  const next = await creator.commit(epoch, { closing: true });
  await creator.open(next);
  await creator.catchUp(epoch.room, 2);
  await creator.send(next, 'secret');
  await creator.send(next, 'secret too');
  await removed.settle();
  assert.deepEqual(log(removed), ['1 before', '2 commit']);
  assert.deepEqual(removed.controls.filter(({ t }) => t === 'behind').length, 1, 'told once that something lies beyond');

  for (const client of [removed, await scene.client()]) {
    const opened = await client.open(epoch);
    assert.equal(opened.head, 2);
    client.envelopes.length = 0;
    const pulled = await client.pull(epoch.room);
    assert.deepEqual({ through: pulled.through as number, head: pulled.head as number, live: pulled.live }, { through: 2, head: 2, live: true });
    assert.deepEqual(log(client), ['1 before', '2 commit']);
    assert.equal((await client.pull(epoch.room, 100)).head, 100, 'guessing at the head tells nothing');
    await assert.rejects(client.send(epoch, 'x'), { code: 'stale-epoch' });
    await assert.rejects(client.send(next, 'x'), { code: 'read-only' });
    await assert.rejects(client.commit(next), { code: 'read-only' });
    await assert.rejects(client.groupInfo(epoch.room), { code: 'read-only' });
    await assert.rejects(client.groupInfo(epoch.room, next.id), { code: 'read-only' });
    await assert.rejects(client.open({ ...next, pair: epoch.pair }), { code: 'no-access' });
  }
  await creator.send(next, 'still secret');
  await removed.settle();
  assert.equal(removed.envelopes.filter(({ seq }) => seq > 2).length, 0);
});

test('an honest member finds the next key in the closing commit, and misses nothing', async () => {
  const { epoch, creator } = await scene.room();
  const other = await scene.member(epoch);
  const next = await creator.commit(epoch, { closing: true });
  await creator.open(next);
  await creator.send(next, 'while the other still works on the commit');
  await other.delivered(1);
  await other.open(next);
  await other.catchUp(epoch.room, 1);
  await creator.send(next, 'afterwards');
  await other.delivered(3);
  assert.deepEqual(log(other), ['1 commit', '2 while the other still works on the commit', '3 afterwards']);
});

test('branches are kept apart: each key reads and writes its own', async () => {
  const { epoch, creator } = await scene.room();
  const left = await creator.commit(epoch);
  const right = await creator.commit(epoch, { rejected: 1 });
  const [onLeft, onRight] = [await scene.member(left), await scene.member(right)];
  await onLeft.send(left, 'left');
  await onRight.send(right, 'right');
  await creator.settle();
  await Promise.all([onLeft.settle(), onRight.settle()]);
  assert.deepEqual(log(onLeft), ['3 left']);
  assert.deepEqual(log(onRight), ['4 right']);
  await assert.rejects(onLeft.send(right, 'x'), { code: 'read-only' });
  await creator.catchUp(epoch.room);
  assert.deepEqual(log(creator).slice(-4), ['1 commit', '2 commit', '3 left', '4 right'], 'whoever judges candidates reads both');
});

test('without opening, nothing is read or written', async () => {
  const { epoch } = await scene.room();
  const client = await scene.client();
  await assert.rejects(client.send(epoch, 'x'), { code: 'not-open' });
  await assert.rejects(client.commit(epoch), { code: 'not-open' });
  await assert.rejects(client.pull(epoch.room), { code: 'not-open' });
  await assert.rejects(client.groupInfo(epoch.room), { code: 'not-open' });
  await client.open(epoch);
  await client.closeRoom(epoch.room);
  await assert.rejects(client.send(epoch, 'x'), { code: 'not-open' });
});

test('an unknown room, an unknown epoch, a wrong key: one answer', async () => {
  const { epoch } = await scene.room();
  const client = await scene.client();
  const stranger = await scene.client();
  const elsewhere = await stranger.create(new Pair());
  const wrongs = [{ ...epoch, pair: new Pair() }, { ...epoch, id: elsewhere.id }, { ...elsewhere, room: newRoom() }];
  for (const wrong of wrongs) {
    await assert.rejects(client.open(wrong), (error: { code: string; refusal: { retryAfter: number } }) => error.code === 'no-access' && error.refusal.retryAfter === 0);
  }
  function newRoom() {
    return new Pair().public as typeof epoch.room;
  }
});

test('a proof is of no use on another connection, for another room, or for another relay', async () => {
  const { epoch, creator } = await scene.room();
  const other = await scene.client();
  other.nonce = creator.nonce; // signs what the creator's connection would sign
  await assert.rejects(other.open(epoch), { code: 'no-access' });
  const elsewhere = await scene.client({ origin: 'https://relay.example' });
  await assert.rejects(elsewhere.open(epoch), { code: 'no-access' });
  await assert.rejects(elsewhere.create(new Pair()), { code: 'no-access' });
  const client = await scene.client({ origin: `http://localhost:${scene.relay.port}` });
  await client.open(epoch);
});

test('a signal reaches those who are live, but for its sender, and is never stored', async () => {
  const { epoch, creator } = await scene.room();
  const [live, behind] = [await scene.member(epoch), await scene.client()];
  await behind.open(epoch);
  creator.post(epoch, 'typing', { kind: 'signal' });
  const [heard] = await live.delivered(1);
  assert.equal(heard && `${heard.kind} ${heard.seq} ${text(heard)}`, 'signal 0 typing');
  await Promise.all([creator.settle(), behind.settle()]);
  assert.equal(creator.envelopes.length + creator.acks.length + behind.envelopes.length, 0);
  assert.equal(await behind.catchUp(epoch.room), 0);
  const next = await creator.commit(epoch);
  const refused = live.post(epoch, 'typing', { kind: 'signal' });
  await assert.rejects(live.acked(refused), { code: 'stale-epoch' });
  await assert.rejects(live.acked(live.post(next, 'typing', { kind: 'signal', id: newId() })), { code: 'read-only' });
});
