/** People with real engines and real sockets, on the system's time. */
import {
  createEngine, fleetingDeviceKey, MemoryStorage, newMessageKey, socketTransport, systemClock, systemRandomness, type Engine, type RoomKey,
} from '../../../pwa/engine/node/index.ts';

export async function person(name: string, relay: string): Promise<Engine> {
  const engine = await createEngine({
    storage: new MemoryStorage(), transport: socketTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: relay, relay,
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

export const say = (engine: Engine, room: RoomKey, text: string): Promise<void> => engine.send(room, newMessageKey(), { kind: 'text', text });

export const messagesOf = async (engine: Engine, room: RoomKey) => (await engine.timeline(room, { limit: 100 })).items.filter((item) => item.kind === 'message');

export const wordsOf = async (engine: Engine, room: RoomKey): Promise<readonly string[]> =>
  (await messagesOf(engine, room)).map(({ content }) => (content.kind === 'text' ? content.text : '?'));

/** A room that the first has made and the second has come into. */
export async function roomOf(first: Engine, second: Engine): Promise<RoomKey> {
  const room = await first.createRoom('a room');
  await until(first, async () => (await first.state()).connection.kind === 'online');
  const { link } = await first.createInvite(room, { hours: 1, uses: 1 });
  await second.join(link ?? '');
  await until(second, async () => (await second.state()).rooms[0]?.standing.kind === 'member');
  return room;
}
