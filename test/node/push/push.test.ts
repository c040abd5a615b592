/** Who is woken by push, by what, how often, and with what: a real relay, and a push service that opens what it is sent. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toBase64Url } from '../../../shared/bytes.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { START, type InviteKey } from '../../../shared/ids.ts';
import type { PushPoint } from '../../../shared/push.ts';
import { CONFIRM, GATHER } from '../../../relay/push/push.ts';
import { COALESCE, JITTER } from '../../../relay/push/wakes.ts';
import { PushScene, subscribe } from '../../support/push-scene.ts';
import { newId, Pair, type RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { settled } from '../../support/virtual-clock.ts';

const SECOND = 1000;

async function sendQuietly(client: RelayClient, epoch: TestEpoch): Promise<void> {
  const id = newId();
  client.raw(encodeEnvelope({ kind: 'message', quiet: true, room: epoch.room, epoch: epoch.id, id, seq: START, payload: Buffer.from('receipt') }));
  await client.acked(id);
}

describe('a wake-up', () => {
  test('says the same to everybody, of one size, signed by the relay’s key', async () => {
    const scene = await PushScene.start();
    const { key } = await (await scene.relay.client()).ask('push-key', (ref) => ({ t: 'push-key', ref }));
    for (const [i, text] of ['short', 'x'.repeat(30_000)].entries()) {
      const { epoch, creator } = await scene.relay.room();
      await scene.asleep(epoch);
      await creator.send(epoch, text);
      await scene.woken(i + 1);
    }
    const [one, two] = scene.service.woken;
    assert.deepEqual(scene.service.wrong, []);
    assert.deepEqual([one?.text, two?.text, one?.bytes], ['sotto wake v1', 'sotto wake v1', two?.bytes]);
    assert.equal(one?.sender, toBase64Url(key));
    assert.equal(one.claims.sub, 'mailto:nobody@sotto.invalid');
    const { ttl, urgency, topic } = one.headers;
    assert.deepEqual([ttl, urgency], ['2419200', 'high']);
    assert.match(String(topic), /^[A-Za-z0-9_-]{32}$/);
    assert.notEqual(topic, two?.headers['topic']);
    assert.deepEqual(Object.keys(one.headers).sort(), Object.keys(two?.headers ?? {}).sort());
  });

  test('comes once for what comes together, in all rooms of a device, and again after a while', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const other = await scene.relay.room();
    const subscription = await scene.asleep(epoch);
    await scene.asleep(other.epoch, subscription);
    for (let i = 0; i < 20; i++) await creator.send(epoch, 'x');
    await other.creator.send(other.epoch, 'y');
    await scene.woken(1);
    for (let i = 0; i < 20; i++) {
      await creator.send(epoch, 'x');
      await scene.pass(COALESCE / 40);
    }
    assert.equal(scene.service.woken.length, 1);
    await scene.pass(COALESCE);
    await scene.answered(2);
    await scene.pass(10 * COALESCE);
    assert.equal(scene.service.woken.length, 2);
    assert.equal(scene.service.woken[0]?.headers['topic'], scene.service.woken[1]?.headers['topic'], 'those that wait collapse into one');
    assert.equal(scene.counters.pushesSent, 2);
  });

  test('comes later by chance, where the device asked for that', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    await scene.asleep(epoch, scene.service.subscription(), true);
    scene.chance = 0.9;
    await creator.send(epoch, 'x');
    await scene.pass(GATHER + 0.9 * JITTER - SECOND);
    assert.equal(scene.service.woken.length, 0);
    await scene.pass(SECOND);
    await scene.answered(1);
    assert.equal(scene.service.woken.length, 1);
  });

  test('is for messages and knocks: not for quiet ones, signals, or commits that remove nobody', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    await scene.asleep(epoch);
    await sendQuietly(creator, epoch);
    creator.post(epoch, 'typing', { kind: 'signal' });
    const invite = new Pair();
    const next = await creator.commit(epoch, { invites: [{ key: invite.public as InviteKey, uses: 0, expires: 0 }] });
    await scene.pass(2 * COALESCE);
    assert.equal(scene.service.woken.length, 0);
    const stranger = await scene.relay.client();
    await stranger.openInvite(epoch.room, invite);
    await stranger.send(next, 'let me in', { kind: 'knock' });
    await scene.woken(1);
    assert.equal(scene.service.woken.length, 1);
  });
});

describe('who is woken', () => {
  test('is not who is connected, nor whose connection sent it', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const [mine, theirs] = [scene.service.subscription(), scene.service.subscription()];
    const device = await scene.relay.member(epoch);
    await subscribe(creator, epoch.room, mine);
    await subscribe(device, epoch.room, theirs);
    await creator.send(epoch, 'x');
    await device.delivered(1);
    await device.settle(); // it says something: it is awake
    creator.socket.terminate();
    while (scene.relay.relay.core.connections > 1) await settled();
    await scene.pass(CONFIRM + 2 * COALESCE);
    assert.equal(scene.service.woken.length, 0);
  });

  test('is who says goodbye before it came, and not who does after', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const [before, later] = [await scene.asleep(epoch), scene.service.subscription()];
    const device = await scene.relay.member(epoch);
    await subscribe(device, epoch.room, later);
    await creator.send(epoch, 'x');
    await device.delivered(1);
    await device.end();
    await scene.woken(1);
    await scene.pass(CONFIRM + 2 * COALESCE);
    assert.deepEqual(scene.service.woken.map(({ endpoint }) => endpoint), [before.endpoint]);
  });

  test('is who only seems to be connected: silent for a minute after it, or cut off', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const asleep = await scene.relay.member(epoch);
    const cut = await scene.relay.member(epoch);
    for (const device of [asleep, cut]) await subscribe(device, epoch.room, scene.service.subscription());
    await creator.send(epoch, 'x');
    await cut.delivered(1);
    cut.socket.terminate();
    await scene.pass(GATHER + CONFIRM - SECOND);
    assert.equal(scene.service.woken.length, 0);
    await scene.pass(SECOND);
    await scene.answered(2);
    assert.equal(new Set(scene.service.woken.map(({ endpoint }) => endpoint)).size, 2);
  });

  test('is not who came back before the wake-up left', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const subscription = await scene.asleep(epoch, scene.service.subscription(), true);
    await creator.send(epoch, 'x');
    await scene.pass(GATHER + SECOND);
    const device = await scene.relay.member(epoch);
    await subscribe(device, epoch.room, subscription);
    await scene.pass(2 * JITTER);
    assert.deepEqual([scene.service.woken.length, scene.counters.pushesSent], [0, 0]);
  });

  test('ends with a closing commit, which wakes once more: who may still subscribes again, who was removed cannot', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    const [removed, stays] = [await scene.asleep(epoch), await scene.asleep(epoch)];
    const next = await creator.commit(epoch, { closing: true });
    await scene.woken(2);
    await creator.open(next);
    await creator.send(next, 'among ourselves');
    await scene.pass(2 * COALESCE);
    assert.equal(scene.service.woken.length, 2);
    const outside = await scene.relay.client();
    await outside.open(epoch);
    await assert.rejects(subscribe(outside, epoch.room, removed), { code: 'no-access' });
    await scene.asleep(next, stays);
    await creator.send(next, 'x');
    await scene.woken(3);
    assert.equal(scene.service.woken[2]?.endpoint, stays.endpoint);
  });

  test('ends with the room, and by its own wish', async () => {
    const scene = await PushScene.start();
    const { owner, epoch, creator } = await scene.relay.room();
    const { endpoint } = await scene.asleep(epoch);
    for (let i = 0; i < 2; i++) await creator.ask('done', (ref) => ({ t: 'push-unsubscribe', ref, room: epoch.room, endpoint }));
    await creator.send(epoch, 'x');
    await scene.pass(2 * COALESCE);
    await scene.asleep(epoch);
    assert.equal((await scene.relay.store.subscribedLogs()).length, 1);
    await creator.delete(owner);
    assert.deepEqual([await scene.relay.store.subscribedLogs(), scene.service.woken.length], [[], 0]);
  });
});

describe('the push service', () => {
  test('that knows a subscription no more has it dropped, in all rooms that it was woken by', async () => {
    const scene = await PushScene.start();
    const rooms = [await scene.relay.room(), await scene.relay.room(), await scene.relay.room()];
    const subscription = scene.service.subscription();
    const [first, second, third] = rooms;
    for (const [i, status] of [410, 404].entries()) {
      for (const { epoch } of rooms) await scene.asleep(epoch, subscription);
      scene.service.answers.push({ status });
      for (const room of [first, second]) await room?.creator.send(room.epoch, 'x');
      await scene.woken(i + 1);
      while ((await scene.relay.store.subscribedLogs()).length > 1) await settled();
      await scene.pass(2 * COALESCE);
    }
    await third?.creator.send(third.epoch, 'x');
    await scene.woken(3);
    assert.deepEqual([scene.counters.pushesGone, scene.counters.pushesSent, scene.service.woken.length], [2, 1, 3]);
  });

  test('that is busy is asked again, when it said, and then less and less often, and not for ever', async () => {
    const scene = await PushScene.start();
    const { epoch, creator } = await scene.relay.room();
    await scene.asleep(epoch);
    scene.chance = 0;
    scene.service.answers.push({ status: 429, headers: { 'retry-after': '120' } }, { status: 503 });
    await creator.send(epoch, 'x');
    await scene.woken(1);
    await scene.pass(119 * SECOND);
    assert.equal(scene.service.woken.length, 1);
    await scene.pass(SECOND);
    await scene.answered(2);
    await scene.pass(30 * SECOND);
    await scene.answered(3);
    assert.deepEqual([scene.counters.pushesSent, scene.counters.pushesDeferred], [1, 2]);

    await scene.pass(COALESCE);
    for (let i = 0; i < 20; i++) scene.service.answers.push({ status: 500 });
    await creator.send(epoch, 'y');
    await scene.woken(4);
    for (let i = 5; i <= 9; i++) {
      await scene.pass(3600 * SECOND);
      await scene.answered(i);
    }
    await scene.pass(24 * 3600 * SECOND);
    assert.deepEqual([scene.service.woken.length, scene.counters.pushesFailed], [9, 1]);
  });
});

describe('the relay', () => {
  test('takes no subscription that it would not use, none without access, and not too many', async () => {
    const scene = await PushScene.start({ limits: { subscriptionsPerRoom: 2, subscriptionsPerConnection: 16 } });
    const { epoch, creator } = await scene.relay.room();
    const good = scene.service.subscription();
    const endpoints = ['http://push.example/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://2130706433/x', 'https://localhost/x', 'https://push.example:8443/x', 'https://me@push.example/x', 'file:///etc/passwd', 'x'];
    for (const endpoint of endpoints) await assert.rejects(subscribe(creator, epoch.room, { ...good, endpoint }), { code: 'push-refused' }, endpoint);
    await assert.rejects(subscribe(creator, epoch.room, { ...good, p256dh: new Uint8Array(65).fill(4) as Uint8Array as PushPoint }), { code: 'push-refused' });

    const stranger = await scene.relay.client();
    await assert.rejects(subscribe(stranger, epoch.room, good), { code: 'no-access' });
    const invite = new Pair();
    await creator.open(await creator.commit(epoch, { invites: [{ key: invite.public as InviteKey, uses: 0, expires: 0 }] }));
    await stranger.openInvite(epoch.room, invite);
    await assert.rejects(subscribe(stranger, epoch.room, good), { code: 'no-access' });

    await subscribe(creator, epoch.room, good);
    await subscribe(creator, epoch.room, { ...scene.service.subscription(), endpoint: 'https://push.example/x' });
    await assert.rejects(subscribe(creator, epoch.room, scene.service.subscription()), { code: 'relay-full' });
    for (let i = 0; i < 3; i++) await subscribe(creator, epoch.room, good);
    await assert.rejects(subscribe(creator, epoch.room, good), { code: 'rate-limited' });
  });

  test('that does not push says so', async () => {
    const scene = await RelayScene.start();
    const { epoch, creator } = await scene.room();
    await assert.rejects(creator.ask('push-key', (ref) => ({ t: 'push-key', ref })), { code: 'push-off' });
    await assert.rejects(subscribe(creator, epoch.room, { endpoint: 'https://push.example/x', p256dh: new Uint8Array(65).fill(4) as never, auth: new Uint8Array(16) as never }), { code: 'push-off' });
  });
});
