/**
 * The relay without sockets and HTTP: connections over a store. What the WebSocket layer and simulations stand on.
 * A crash is a core that is dropped and built again on the same store.
 */
import { randomBytes } from 'node:crypto';
import { keyOf } from './bytes.ts';
import { CLOSE_CODES } from '../shared/codes.ts';
import { encodeControl } from '../shared/control.ts';
import { Addresses, type AddressUse } from './admission/addresses.ts';
import { creationGate, type CreationPolicy } from './admission/creation.ts';
import { shed } from './admission/memory.ts';
import { Space } from './admission/space.ts';
import { Blobs } from './blobs/blobs.ts';
import { BlobKeeper } from './blobs/keeper.ts';
import { MemoryBlobStore } from './blobs/memory.ts';
import type { BlobStore } from './blobs/store.ts';
import { systemClock, type Clock } from './clock.ts';
import { Counters } from './counters.ts';
import { Delivery } from './delivery/delivery.ts';
import { Tickets } from './delivery/tickets.ts';
import type { HealthFacts } from './health.ts';
import { keepHouse } from './housekeeping.ts';
import { DEFAULT_LIMITS, type RelayLimits } from './limits.ts';
import { silentLog, type RelayLog } from './log.ts';
import { Push, type PushOptions } from './push/push.ts';
import { Retention } from './retention/retention.ts';
import { Connection } from './socket/connection.ts';
import type { ConnectionContext } from './socket/context.ts';
import { Hello } from './socket/hello.ts';
import { IdleWatch } from './socket/idle-watch.ts';
import type { Peer } from './socket/peer.ts';
import { verifyAtOnce, type Verify } from './socket/proof.ts';
import { Requests } from './socket/requests.ts';
import type { Store } from './store/store.ts';

export interface CoreOptions {
  readonly store: Store;
  /** Where attachments lie; in memory by default. */
  readonly blobs?: BlobStore;
  /** By which this relay is reached, such as https://chat.example: statements are signed for one of them. Read at each use. */
  readonly origins: readonly string[];
  readonly limits?: Partial<RelayLimits>;
  /** Who may make rooms; everybody by default. */
  readonly creation?: CreationPolicy;
  /** Unix milliseconds; the system's by default, as are the next two. Where it is given, rates are measured by it as well. */
  readonly now?: Clock['now'];
  readonly after?: Clock['after'];
  /** Runs work once all that has arrived by now was received; `setImmediate` by default. */
  readonly soon?: Clock['soon'];
  readonly log?: RelayLog;
  /** Bytes of all buffers of this process; told by the system by default. */
  readonly memory?: () => number;
  /** At once by default, so that a simulation runs the same way each time; a server checks on the thread pool. */
  readonly verify?: Verify;
  /** Wakes devices by Web Push; absent: it does not. */
  readonly push?: PushOptions;
  /** 32 bytes, by which tickets are made; drawn anew by default, so that those of an earlier core are void. */
  readonly ticketSecret?: Uint8Array;
}

/** What a transport drives. */
export interface Link {
  /** Takes one frame. The bytes become the relay's, which writes into them: hand over a copy. Never throws. */
  receive(frame: Uint8Array): void;
  /** The peer's buffer has emptied: goes on with what waited for that. */
  drained(): void;
  /** The transport was asked for a sign of life, or got one: counted, since whoever sends nothing else is not held back by anything else. */
  pinged(): void;
  /** The connection is gone. `farewell`: the peer has said so. */
  end(farewell?: boolean): void;
}

export interface RelayCore {
  readonly limits: RelayLimits;
  readonly connections: number;
  /** Rooms that somebody has open. */
  readonly rooms: number;
  readonly counters: Counters;
  readonly blobs: Blobs;
  /** What became of the last write to the store, or of the last blob. */
  readonly health: HealthFacts;
  /** Greets the peer at once. `address`: by which it is counted, without zone and port; empty where it cannot be told; none where it is not counted. */
  connect(peer: Peer, address?: string): Link;
  /** The account of an address, as {@link connect} takes it; undefined where none is kept. */
  useOf(address: string): AddressUse | undefined;
  /** Begins to trim what is old, and to look at space and memory; resolves once space was measured. Ends with {@link close}. */
  keepHouse(): Promise<void>;
  /** Learns from the store who is to be woken by push. */
  wake(): Promise<void>;
  /** One step of letting go of what is old or too much; true while there is more to do. For those who do not keep house by the clock. */
  trim(): Promise<boolean>;
  /** Resolves when everything that was received has been answered. */
  idle(): Promise<void>;
  /** Says goodbye, takes nothing further, answers what was taken, closes every connection. The store stays open. */
  close(): Promise<void>;
}

export function createRelayCore(options: CoreOptions): RelayCore {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const clock: Clock = { now: options.now ?? systemClock.now, ticks: options.now ?? systemClock.ticks, after: options.after ?? systemClock.after, soon: options.soon ?? systemClock.soon };
  const counters = new Counters();
  const { store } = options;
  const log = options.log ?? silentLog;
  const space = new Space(limits);
  const retention = new Retention({ store, clock, limits, counters, announce: (room, kept) => delivery.rooms.announce(room, kept), pruned: (room) => delivery.rooms.get(keyOf(room))?.prune() });
  const tickets = new Tickets(options.ticketSecret ?? randomBytes(32));
  const blobs = new Blobs({ store: options.blobs ?? new MemoryBlobStore(clock.now), clock, limits, counters, space, log });
  const delivery = new Delivery({ store, clock, limits, counters, log, space, tickets, closed: (room) => blobs.rightsEnded(room), deleted: (room) => blobs.roomGone(room), saw: (jobs) => push?.saw(jobs), grown: (room) => retention.grown(room) });
  const push = options.push === undefined ? undefined : new Push({
    clock, ...options.push, store, limits, counters, log, origins: () => options.origins, roomOf: (key) => delivery.rooms.get(key),
  });
  const keeper = new BlobKeeper({ blobs, store, clock, limits, counters, log, now: () => retention.now() });
  const connections = new Set<Connection>();
  const addresses = new Addresses(limits);
  const working = new Set<Promise<void>>();
  let leaving = false;
  const context: ConnectionContext = {
    delivery, blobs, push, limits, clock, counters, tickets,
    mayCreate: creationGate(options.creation ?? { rooms: 'open' }),
    verify: options.verify ?? verifyAtOnce,
    origins: () => options.origins,
    likely: { origin: '' },
    hello: new Hello(limits),
    idle: new IdleWatch(clock, limits.idle, (connection) => connection.isInUse()),
    ended: (connection: Connection) => void connections.delete(connection),
    working: (work: Promise<void>) => {
      working.add(work);
      void work.finally(() => working.delete(work));
    },
  };
  const requests = new Requests(context);

  async function idle(): Promise<void> {
    for (;;) {
      if (working.size > 0) await Promise.all(working);
      else if (delivery.busy) await new Promise<void>((resolve) => { clock.soon(resolve); }).then(() => delivery.settled()).then(() => delivery.flushed());
      else return;
    }
  }

  const memory = options.memory ?? (() => process.memoryUsage().arrayBuffers);
  let stopHousekeeping: () => Promise<void> = async () => undefined;

  return {
    limits, idle, counters, blobs,
    useOf: (address) => addresses.of(address, clock.ticks()),
    async keepHouse() {
      stopHousekeeping = await keepHouse({
        clock, log, retention, space, blobs: keeper, settled: () => delivery.settled(),
        usage: async () => {
          const usage = await store.usage();
          return { ...usage, bytes: usage.bytes + blobs.store.usage().bytes };
        },
        shed: () => { counters.shed += shed(connections, memory(), limits.memory); },
      });
    },
    wake: async () => push?.open(),
    trim: async () => [await retention.step(), await keeper.step()].includes(true),
    get rooms() {
      return delivery.rooms.size;
    },
    get connections() {
      return connections.size;
    },
    get health() {
      return delivery.health.facts.status === 'ok' ? blobs.health.facts : delivery.health.facts;
    },
    connect(peer, address) {
      const from = address === undefined ? undefined : addresses.of(address, clock.ticks());
      const crowded = from !== undefined && (from.connections >= limits.connectionsPerAddress || from.connects.take(1, clock.ticks()) > 0);
      if (leaving || crowded || connections.size >= limits.connections) {
        counters.refused['too-many-connections']++;
        peer.send(encodeControl({ t: 'error', code: 'too-many-connections', ref: null, room: null, id: null, retryAfter: limits.reconnect }));
        peer.close(CLOSE_CODES.full, 'too many connections');
        return { receive: () => undefined, drained: () => undefined, pinged: () => undefined, end: () => undefined };
      }
      counters.connected++;
      const connection = new Connection(peer, context, requests, from);
      connections.add(connection);
      return connection;
    },
    async close() {
      leaving = true;
      await stopHousekeeping();
      for (const connection of connections) connection.dismiss(Math.ceil(Math.random() * limits.reconnect));
      await idle();
      for (const connection of connections) connection.close(CLOSE_CODES.draining, 'the relay goes away');
      delivery.stop();
      push?.stop();
      await blobs.settled();
    },
  };
}
