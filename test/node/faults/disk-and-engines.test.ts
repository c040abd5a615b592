/** A full disk under real engines: what people see of it. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, test } from 'node:test';
import {
  createEngine, fleetingDeviceKey, MemoryStorage, newMessageKey, socketTransport, systemClock, systemRandomness, type Engine, type RoomKey,
} from '../../../pwa/engine/node/index.ts';
import { healthOf } from '../../faults/disk.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { Shim } from '../../faults/shim/shim.ts';

const shim = Shim.make();
const skip = typeof shim === 'string' ? shim : false;
after(() => { if (typeof shim !== 'string') shim.dispose(); });

/** Resolves at the first event after which something holds. */
function until(engine: Engine, holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => { holds().then((held) => { if (held) { stop(); resolve(); } }, reject); };
    const stop = engine.subscribe(look);
    look();
  });
}

test('with engines on top: what is written meanwhile waits, what was there is read, and it arrives once there is space', { skip, timeout: 120_000 }, async () => {
  if (typeof shim === 'string') throw new Error(shim);
  const relay = await RelayUnderTest.prepare({ shim });
  const engines: Engine[] = [];
  const someone = async (name: string): Promise<Engine> => {
    const engine = await createEngine({
      storage: new MemoryStorage(), transport: socketTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: relay.url, relay: relay.url,
    });
    engines.push(engine);
    await engine.createProfile(name);
    return engine;
  };
  const messagesOf = async (engine: Engine, room: RoomKey) => (await engine.timeline(room, { limit: 100 })).items.filter((item) => item.kind === 'message');
  try {
    await relay.start();
    const [ada, bo] = [await someone('Ada'), await someone('Bo')];
    const room = await ada.createRoom('a full disk');
    await until(ada, async () => (await ada.state()).connection.kind === 'online');
    const { link } = await ada.createInvite(room, { hours: 1, uses: 1 });
    await bo.join(link ?? '');
    await until(bo, async () => (await bo.state()).rooms[0]?.standing.kind === 'member');
    await ada.send(room, newMessageKey(), { kind: 'text', text: 'before' });
    await until(bo, async () => (await messagesOf(bo, room)).length === 1);

    shim.fault = 'full';
    await Promise.all(Array.from({ length: 20 }, async (_, i) => ada.send(room, newMessageKey(), { kind: 'text', text: `${i} ${'x'.repeat(20_000)}` })));
    while ((await healthOf(relay.url)).status === 200) await pause(20);
    const waiting = (await messagesOf(ada, room)).filter((item) => item.mine && item.status === 'queued');
    assert.ok(waiting.length > 0, 'it is kept, and shown as waiting');
    // Somebody comes back meanwhile, and reads what there is.
    await bo.wake();
    assert.ok((await messagesOf(bo, room)).length >= 1);

    shim.fault = 'none';
    await until(bo, async () => (await messagesOf(bo, room)).length === 21);
    await until(ada, async () => (await messagesOf(ada, room)).every((item) => item.position !== null));
    const words = async (engine: Engine) => (await messagesOf(engine, room)).map(({ content }) => (content.kind === 'text' ? content.text : ''));
    assert.deepEqual(await words(bo), await words(ada));
    assert.equal(new Set(await words(bo)).size, 21, 'none twice');
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
    await relay.dispose();
  }
});
