/** Engines on real sockets and the system's time, against a relay in a process of its own. */
import { createEngine, fleetingDeviceKey, MemoryStorage, newMessageKey, socketTransport, systemClock, systemRandomness, type Engine, type RoomKey } from '../../pwa/engine/node/index.ts';

/** `origin`: of the relay. */
export async function bot(name: string, origin: string): Promise<Engine> {
  const engine = await createEngine({
    storage: new MemoryStorage(), transport: socketTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: origin, relay: origin,
  });
  await engine.createProfile(name);
  return engine;
}

/** Resolves at the first event after which something holds. */
export function until(engine: Engine, holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => { holds().then((held) => { if (held) { stop(); resolve(); } }, reject); };
    const stop = engine.subscribe(look);
    look();
  });
}

/** Two who are in one room. */
export async function pairOfBots(origin: string): Promise<{ ada: Engine; bo: Engine; room: RoomKey }> {
  const [ada, bo] = [await bot('Ada', origin), await bot('Bo', origin)];
  const room = await ada.createRoom('bots');
  await until(ada, async () => (await ada.state()).connection.kind === 'online');
  const { link } = await ada.createInvite(room, { hours: 1, uses: 1 });
  await bo.join(link ?? '');
  await until(bo, async () => (await bo.state()).rooms[0]?.standing.kind === 'member');
  return { ada, bo, room };
}

export const say = (engine: Engine, room: RoomKey, text: string): Promise<void> => engine.send(room, newMessageKey(), { kind: 'text', text });

export const wordsIn = async (engine: Engine, room: RoomKey): Promise<readonly string[]> =>
  (await engine.timeline(room, { limit: 1000 })).items.flatMap((item) => (item.kind === 'message' && item.content.kind === 'text' ? [item.content.text] : []));

/** Words that the relay has taken. */
export const placedIn = async (engine: Engine, room: RoomKey): Promise<readonly string[]> =>
  (await engine.timeline(room, { limit: 1000 })).items.flatMap((item) => (item.kind === 'message' && item.position !== null && item.content.kind === 'text' ? [item.content.text] : []));
