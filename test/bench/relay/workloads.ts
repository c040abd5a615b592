/** The workloads, each on one server, once. What comes back are figures by name, the unit in the name. */
import { Generator, type Load, type Measured } from './generator.ts';
import { Rooms } from './keys.ts';
import { start, type Server, type ServerName } from './servers.ts';

export type Figures = Readonly<Record<string, number>>;

/** What all of one run share. */
export interface Bench {
  /** The compiled generator. */
  readonly program: string;
  /** The folder of our own servers. */
  readonly built: string;
}

const RECEIVERS = 100;
const ENVELOPES = 10_000;
const PULL = 1000;
const CATCH_UPS = 20;
const IDLE = 5000;
const STORM = 3000;
const STORMS = 3;

const isNode = (name: ServerName): boolean => name === 'sotto' || name === 'bare' || name === 'socketio';

/** Runs one load to its end. Rooms are made anew each time, so that none is longer than another's. */
async function measure({ program }: Bench, server: Server, load: Load): Promise<Measured> {
  const rooms = server.name === 'sotto' ? await Rooms.make(server.port, load.groups * (load.perConnection ?? 1)) : undefined;
  const generator = new Generator(program, server, load, rooms);
  try {
    return await generator.measured;
  } finally {
    await generator.end();
    rooms?.dispose();
  }
}

/** (a) One sends 300 bytes to a hundred, as fast as they take it, with 256 under way; then at half of that rate. */
export async function fanOut(bench: Bench, server: Server): Promise<Figures> {
  const load: Load = { groups: 1, members: 1 + RECEIVERS, window: 256, byDeliveries: true, warm: 0.7, seconds: 2 };
  const full = await measure(bench, server, load);
  const half = await measure(bench, server, { ...load, window: 4096, rate: full.delivered / RECEIVERS / full.seconds / 2 });
  return {
    '(a) deliveries/s': full.delivered / full.seconds,
    '(a) delivery p50, ms': full.deliveryP50,
    '(a) delivery p99, ms': full.deliveryP99,
    '(a) the generator’s share of a core': full.generatorCpu / full.seconds,
    '(a) at half: deliveries/s': half.delivered / half.seconds,
    '(a) at half: delivery p50, ms': half.deliveryP50,
    '(a) at half: delivery p99, ms': half.deliveryP99,
  };
}

/** (b) 500 rooms of four, one of whom sends with eight under way. */
export async function manyRooms(bench: Bench, server: Server): Promise<Figures> {
  const full = await measure(bench, server, { groups: 500, members: 4, window: 8, warm: 1, seconds: 3 });
  const delay = isNode(server.name) ? await server.ask('delay') : {};
  return {
    '(b) acked/s': full.acked / full.seconds,
    '(b) processor time of an acked envelope, µs': (full.cpu / full.acked) * 1e6,
    '(b) ack p50, ms': full.ackP50,
    '(b) ack p99, ms': full.ackP99,
    '(b) delivery p99, ms': full.deliveryP99,
    '(b) the generator’s share of a core': full.generatorCpu / full.seconds,
    ...(delay.p99 === undefined ? {} : { '(b) event-loop delay p99, ms': delay.p99 }),
  };
}

/** (c) One after the other comes, opens the room, and pulls all that is stored. */
export async function catchUp({ program }: Bench, server: Server): Promise<Figures> {
  const rooms = await Rooms.make(server.port, 1);
  try {
    const writer = new Generator(program, server, { groups: 1, members: 2, window: 500, messages: ENVELOPES, warm: 0, seconds: 60 }, rooms);
    await writer.measured;
    await writer.end();
    const cursors = Array.from({ length: ENVELOPES / PULL }, (_, i) => i * PULL);
    const reader = new Generator(program, server, { groups: 1, members: 2 * CATCH_UPS, atOnce: 1, closeWhenReady: true, cursors }, rooms);
    const { seconds, connections, delivered } = await reader.ready;
    await reader.end();
    // The generator counts what non-senders got: all connections but one.
    if (delivered < (connections - 1) * ENVELOPES) throw new Error(`only ${delivered} envelopes were read`);
    return { '(c) envelopes/s': (ENVELOPES * connections) / seconds };
  } finally {
    rooms.dispose();
  }
}

/** (d) What 5,000 connections take, each with a room open and nothing going on, on a server of their own. */
export async function idle({ program, built }: Bench, name: ServerName): Promise<Figures> {
  const server = await start(name, built);
  if (server === undefined) return {};
  const rooms = name === 'sotto' ? await Rooms.make(server.port, IDLE / 4) : undefined;
  try {
    // The first ones pay for what all share: code, pools, tables.
    const first = new Generator(program, server, { groups: 100, members: 4 }, rooms);
    await first.ready;
    await first.end();
    const before = (await server.ask('memory')).resident ?? 0;
    const all = new Generator(program, server, { groups: IDLE / 4, members: 4 }, rooms);
    await all.ready;
    const after = (await server.ask('memory')).resident ?? 0;
    await all.end();
    return { '(d) resident bytes of an idle connection': (after - before) / IDLE };
  } finally {
    rooms?.dispose();
    await server.end();
  }
}

/**
 * (e) As many as can, 64 at a time, connect and have a room open: by signature when they come for the first time; then, after all of them
 * were cut off, again, which is what a crowd of clients does. To our relay they come back by ticket; to the bare server with as much to
 * compute, which it does not look at.
 */
export async function storm({ program }: Bench, server: Server): Promise<Figures> {
  const rooms = server.name === 'sotto' ? await Rooms.make(server.port, STORM / 4) : undefined;
  const generator = new Generator(program, server, { groups: STORM / 4, members: 4, atOnce: 64, reconnect: STORMS }, rooms);
  try {
    const first = await generator.ready;
    let [seconds, cpu, thread] = [0, 0, 0];
    const threadNow = async (): Promise<number> => (await server.ask('thread')).thread ?? 0;
    for (let storm = 0; storm < STORMS; storm++) {
      // The question is answered behind all that it has to notice.
      const again = await generator.again(async () => {
        thread -= await threadNow();
        cpu -= server.cpu();
      });
      seconds += again.seconds;
      cpu += server.cpu();
      thread += await threadNow();
    }
    return {
      '(e) first openings/s': first.connections / first.seconds,
      '(e) connections/s': (STORM * STORMS) / seconds,
      '(e) processor time of a connection, µs': (cpu / (STORM * STORMS)) * 1e6,
      '(e) of it on the main thread, µs': thread / (STORM * STORMS),
    };
  } finally {
    await generator.end();
    rooms?.dispose();
  }
}

/** The same deliveries a second, to few and to many in a room. Microseconds of processor time for each. */
export async function members(bench: Bench, server: Server, count: number): Promise<Figures> {
  const { cpu, delivered } = await measure(bench, server, { groups: 1, members: 1 + count, window: 4096, rate: 20_000 / count, warm: 0.5, seconds: 3 });
  return { [`processor time of a delivery to ${count} members, µs`]: (cpu / delivered) * 1e6 };
}

/** The same messages a second in one room and over many; connections have up to 1,000 rooms open. */
export async function rooms(bench: Bench, server: Server, count: number): Promise<Figures> {
  const perConnection = Math.min(count, 1000);
  const { cpu, delivered } = await measure(bench, server, { groups: count / perConnection, members: 2, perConnection, window: 4096, rate: 2000, warm: 0.5, seconds: 3 });
  return { [`processor time of a delivery over ${count} rooms, µs`]: (cpu / delivered) * 1e6 };
}
