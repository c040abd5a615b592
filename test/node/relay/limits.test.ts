/** Every limit, and the code by which it is told. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { START } from '../../../shared/ids.ts';
import { LIMITS, SOCKET_PATH, SUBPROTOCOL } from '../../../shared/limits.ts';
import { CLOSE_CODES } from '../../../shared/codes.ts';
import { newId, Pair, type RelayClient, type Refusal, type Refused } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const refusals = (client: RelayClient): Refusal[] => client.controls.filter((control): control is Refusal => control.t === 'error');

test('the relay says what it allows', async () => {
  const scene = await RelayScene.start({ limits: { rooms: 7, heartbeat: 11, pull: 13 } });
  const client = await scene.client();
  assert.deepEqual(client.hello && { ...client.hello.limits, heartbeat: client.hello.heartbeat }, { payload: LIMITS.payload, frame: LIMITS.frame, rooms: 7, pull: 13, heartbeat: 11 });
});

test('payloads and frames: too-large, and the connection goes on', async () => {
  const scene = await RelayScene.start();
  const { epoch, creator } = await scene.room();
  await creator.send(epoch, new Uint8Array(LIMITS.payload));
  await assert.rejects(creator.send(epoch, new Uint8Array(LIMITS.payload + 1)), { code: 'too-large' });
  creator.raw(new Uint8Array(LIMITS.frame + 1));
  await creator.until(() => refusals(creator).length > 1);
  assert.deepEqual(refusals(creator)[1], { t: 'error', ref: null, room: null, id: null, code: 'too-large', retryAfter: 0 });
  await creator.send(epoch, 'on');
});

test('a frame far over the limit ends the connection before it is read', async () => {
  const scene = await RelayScene.start();
  const client = await scene.client();
  client.raw(new Uint8Array(LIMITS.frame * 2));
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 1009);
});

test('a commit as large as a frame may be is taken', async () => {
  const scene = await RelayScene.start();
  const { epoch, creator } = await scene.room();
  await creator.commit(epoch, { commit: new Uint8Array(LIMITS.frame / 2), groupInfo: new Uint8Array(LIMITS.frame / 2 - 500) });
  await creator.delivered(1);
});

test('frames a second and bytes a second: rate-limited, with the time to wait', async () => {
  for (const limits of [{ framesPerSecond: 10, burstSeconds: 2 }, { bytesPerSecond: 4000, burstSeconds: 1 }]) {
    const scene = await RelayScene.start({ limits });
    const { epoch, creator } = await scene.room();
    const ids = Array.from({ length: 50 }, () => creator.post(epoch, new Uint8Array(100)));
    const results = await Promise.allSettled(ids.map((id) => creator.acked(id)));
    const refused = results.filter((result): result is PromiseRejectedResult => result.status === 'rejected').map(({ reason }) => reason as Refused);
    assert.ok(refused.length > 0 && refused.length < ids.length);
    for (const { code, refusal } of refused) {
      assert.equal(code, 'rate-limited');
      assert.ok(refusal.retryAfter > 0 && refusal.retryAfter < 60_000);
    }
  }
});

test('who floods on is cut off', async () => {
  const scene = await RelayScene.start({ limits: { framesPerSecond: 1, burstSeconds: 1, overRate: 20 } });
  const client = await scene.client();
  for (let i = 0; i < 200; i++) client.control({ t: 'ping' });
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, CLOSE_CODES.flood);
  assert.ok(refusals(client).length <= 21);
});

test('unreadable frames are answered, and too many of them end the connection', async () => {
  const scene = await RelayScene.start({ limits: { overRate: 20 } });
  const client = await scene.client();
  client.raw(Uint8Array.of(9, 9, 9));
  await client.until(() => refusals(client).length > 0);
  assert.deepEqual(refusals(client)[0], { t: 'error', ref: null, room: null, id: null, code: 'bad-frame', retryAfter: 0 });
  for (let i = 0; i < 100; i++) client.raw(Uint8Array.of(2, 0xff));
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, CLOSE_CODES.flood);
});

test('text is no frame', async () => {
  const scene = await RelayScene.start();
  const client = await scene.client();
  client.socket.send('hello');
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, CLOSE_CODES.badFrame);
});

test('rooms of one connection', async () => {
  const scene = await RelayScene.start({ limits: { rooms: 2 } });
  const client = await scene.client();
  const first = await client.create(new Pair());
  await client.create(new Pair());
  await assert.rejects(client.create(new Pair()), { code: 'too-many-rooms' });
  const { epoch } = await scene.room();
  await assert.rejects(client.open(epoch), { code: 'too-many-rooms' });
  await client.closeRoom(first.room);
  await client.open(epoch);
});

test('connections in all', async () => {
  const scene = await RelayScene.start({ limits: { connections: 2 } });
  const [first] = [await scene.client(), await scene.client()];
  const third = await scene.client();
  await third.until(() => third.closed !== undefined);
  assert.equal(third.closed?.code, CLOSE_CODES.full);
  assert.equal(refusals(third)[0]?.code, 'too-many-connections');
  await first.end();
  const fourth = await scene.client();
  assert.ok(fourth.hello);
});

test('a connection that opens nothing in time is ended; one that did is not', async () => {
  const scene = await RelayScene.start({ limits: { idle: 100 } });
  const [{ creator }, idle] = [await scene.room(), await scene.client()];
  await idle.until(() => idle.closed !== undefined);
  assert.equal(idle.closed?.code, CLOSE_CODES.idle);
  await creator.settle();
  assert.equal(creator.closed, undefined);
});

test('a silent peer is dropped; one that answers pings is not', async () => {
  const scene = await RelayScene.start({ limits: { heartbeat: 0.05 } });
  const { creator } = await scene.room();
  const dead = new WebSocket(scene.url.replace('http', 'ws') + SOCKET_PATH, SUBPROTOCOL, { autoPong: false });
  await once(dead, 'close');
  await creator.settle();
  assert.equal(creator.closed, undefined);
});

test('a page of another origin is refused, its own is not, and so are other subprotocols', async () => {
  const scene = await RelayScene.start();
  const foreign = await scene.client({ header: 'https://evil.example' });
  await foreign.until(() => foreign.closed !== undefined);
  assert.deepEqual([foreign.closed?.code, foreign.hello], [CLOSE_CODES.origin, undefined]);
  for (const header of [scene.url, `http://localhost:${scene.relay.port}`]) assert.ok((await scene.client({ header })).hello);
  const other = new WebSocket(scene.url.replace('http', 'ws') + SOCKET_PATH, 'sotto.v0');
  const outcome = await Promise.race([once(other, 'error').then(() => 'refused'), once(other, 'close').then(([code]) => code as number)]);
  assert.ok(outcome === 'refused' || outcome === CLOSE_CODES.badFrame);
});

test('behind TLS, the public origin is what statements and pages are held to', async () => {
  const scene = await RelayScene.start({ origins: ['https://chat.example'] });
  const client = await scene.client({ origin: 'https://chat.example', header: 'https://chat.example' });
  await client.create(new Pair());
  await assert.rejects((await scene.client()).create(new Pair()), { code: 'no-access' });
});

test('frames that wait behind a slow one keep their order, however many', async () => {
  const scene = await RelayScene.start({ limits: { waiting: 1000 } });
  const { epoch } = await scene.room();
  const client = await scene.client();
  const opening = client.open(epoch);
  const ids = Array.from({ length: 200 }, () => newId());
  for (const id of ids) client.raw(encodeEnvelope({ kind: 'message', room: epoch.room, epoch: epoch.id, id, seq: START, payload: new Uint8Array(50) }));
  await opening;
  const acks = await Promise.all(ids.map((id) => client.acked(id)));
  assert.deepEqual(acks.map(({ seq }) => seq as number), ids.map((_, i) => i + 1));
});
