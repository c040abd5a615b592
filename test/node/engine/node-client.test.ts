/** `sotto/engine` as a bot uses it: real sockets, a relay on a real disk that goes away and comes back, the system's time. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  blobTransport, createEngine, fleetingDeviceKey, MemoryStorage, newMessageKey, socketTransport, systemClock, systemRandomness, type Engine, type RoomKey,
} from '../../../pwa/engine/node/index.ts';
import { buildRelay } from '../../../relay/index.ts';

/** Resolves at the first event after which something holds. */
function until(engine: Engine, holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => { holds().then((held) => { if (held) { stop(); resolve(); } }, reject); };
    const stop = engine.subscribe(look);
    look();
  });
}

const wordsIn = async (engine: Engine, room: RoomKey): Promise<readonly string[]> =>
  (await engine.timeline(room, { limit: 100 })).items.flatMap((item) => (item.kind === 'message' && item.content.kind === 'text' ? [item.content.text] : []));

test('two bots talk through a relay that is restarted on its data', { timeout: 60_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'sotto-bots-'));
  let relay = await buildRelay({ port: 0, data, logLevel: 'silent' });
  const { port } = relay;
  const origin = `http://127.0.0.1:${port}`;
  const bot = async (name: string): Promise<Engine> => {
    const engine = await createEngine({
      storage: new MemoryStorage(), transport: socketTransport(), blobs: blobTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: origin, relay: origin,
    });
    await engine.createProfile(name);
    return engine;
  };
  const [ada, bo] = [await bot('Ada'), await bot('Bo')];
  try {
    const room = await ada.createRoom('bots');
    await until(ada, async () => (await ada.state()).connection.kind === 'online');
    const { link } = await ada.createInvite(room, { hours: 1, uses: 1 });
    await bo.join(link ?? '');
    await until(bo, async () => (await bo.state()).rooms[0]?.standing.kind === 'member');
    const send = (engine: Engine, text: string): Promise<void> => engine.send(room, newMessageKey(), { kind: 'text', text });
    await send(ada, 'one');
    await send(bo, 'two');
    for (const engine of [ada, bo]) await until(engine, async () => (await wordsIn(engine, room)).length === 2);

    const content = new Uint8Array(1_500_000).map((_, i) => (i * 7) % 251);
    const file = newMessageKey();
    const staged = await ada.stage(room, new Blob([content]), { look: 'file', name: 'log.txt', type: 'text/plain' });

    await relay.close();
    await send(ada, 'written while the relay was away');
    await ada.send(room, file, { kind: 'media', text: 'with a file', staged: [staged] });
    relay = await buildRelay({ port, data, logLevel: 'silent' });
    await Promise.all([ada.wake(), bo.wake()]);
    await send(bo, 'and after');
    for (const engine of [ada, bo]) {
      await until(engine, async () => (await engine.timeline(room, { limit: 100 })).items.filter((item) => item.kind === 'message' && item.position !== null).length === 5);
    }
    const { blob, shows } = await bo.open({ room, message: file, index: 0 });
    assert.deepEqual([new Uint8Array(await blob.arrayBuffer()), shows], [content, null]);
    assert.deepEqual(await wordsIn(ada, room), await wordsIn(bo, room));
    await until(ada, async () => (await ada.timeline(room, { limit: 100 })).items.every((item) => item.kind !== 'message' || !item.mine || item.status === 'received'));
    assert.deepEqual((await ada.state()).rooms[0]?.alarms, []);
  } finally {
    await Promise.all([ada.close(), bo.close()]);
    await relay.close();
    rmSync(data, { recursive: true });
  }
});
