/** A relay and people with an engine each, in one process and on virtual time. */
import { createEngine } from '../../pwa/engine/engine.ts';
import { newMessageKey, type Engine, type MessageItem, type RoomKey, type TimelineItem } from '../../pwa/engine/api.ts';
import type { Suite } from '../../pwa/engine/mls/index.ts';
import { MemoryStorage } from '../../pwa/engine/node/memory-storage.ts';
import type { EngineOptions } from '../../pwa/engine/options.ts';
import { MemoryStore, type RelayLimits, type Store } from '../../relay/index.ts';
import { seeded, type Dice } from './dice.ts';
import { VirtualClock } from './virtual-clock.ts';
import { VirtualNetwork } from './virtual-network.ts';

export const RELAY = 'https://relay.example';

export class World {
  readonly clock = new VirtualClock();
  readonly store: Store;
  readonly network: VirtualNetwork;
  readonly dice: Dice;
  readonly suite: Suite;
  /** Of every engine in this world. */
  readonly engine: Partial<EngineOptions>;

  constructor(options: { readonly seed?: number; readonly suite?: Suite; readonly store?: Store; readonly limits?: Partial<RelayLimits>; readonly delay?: (dice: Dice) => number; readonly engine?: Partial<EngineOptions> } = {}) {
    this.dice = seeded(options.seed ?? 1);
    this.suite = options.suite ?? 'x25519';
    this.engine = options.engine ?? {};
    this.store = options.store ?? new MemoryStore();
    const { delay = () => 5 } = options;
    this.network = new VirtualNetwork({
      clock: this.clock, store: this.store, origin: RELAY, delay: () => delay(this.dice), ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  async person(name: string): Promise<Someone> {
    const someone = new Someone(name, this);
    await someone.start();
    await someone.engine.createProfile(name);
    return someone;
  }

  /** A room, and everyone else joined into it. */
  async roomOf(first: Someone, ...others: readonly Someone[]): Promise<RoomKey> {
    const room = await first.engine.createRoom('the room');
    if (others.length === 0) return room;
    const { link } = await this.clock.over(first.engine.createInvite(room, { hours: 0, uses: 0 }));
    if (link === null) throw new Error('an invite has no link');
    for (const other of others) await other.engine.join(link);
    const all = [first, ...others];
    await this.clock.until(async () => (await Promise.all(all.map((one) => one.memberCount(room)))).every((count) => count === all.length), 120_000, 'everyone in the room');
    return room;
  }
}

export class Someone {
  readonly name: string;
  readonly world: World;
  readonly storage = new MemoryStorage();
  readonly items = new Map<string, TimelineItem>();
  readonly halted: string[] = [];
  online = true;
  engine!: Engine;
  readonly #deviceKey: Uint8Array;

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
    this.#deviceKey = world.dice.bytes(32);
  }

  options(): EngineOptions {
    const { clock, network, dice, suite } = this.world;
    return {
      storage: this.storage, transport: network.transport(this.name, () => this.online), blobs: network.blobTransport(this.name, () => this.online), clock, randomness: { bytes: (length) => dice.bytes(length), fraction: () => dice.fraction() },
      deviceKey: { deviceKey: async () => this.#deviceKey.slice() }, appOrigin: RELAY, relay: RELAY, suite, ...this.world.engine,
    };
  }

  async start(): Promise<void> {
    this.engine = await createEngine(this.options());
    this.engine.subscribe((event) => {
      if (event.kind === 'halted') this.halted.push(`${event.problem.code}: ${event.problem.detail}`);
      if (event.kind === 'timeline') for (const item of event.items) this.items.set(item.id, item);
    });
  }

  async restart(): Promise<void> {
    await this.engine.close();
    await this.start();
  }

  goOffline(): void {
    this.online = false;
    this.world.network.cut(this.name);
  }

  async goOnline(): Promise<void> {
    this.online = true;
    await this.engine.wake();
  }

  async memberCount(room: RoomKey): Promise<number> {
    return (await this.summary(room))?.members.length ?? 0;
  }

  async summary(room: RoomKey) {
    return (await this.engine.state()).rooms.find((one) => one.room === room);
  }

  async say(room: RoomKey, text: string): Promise<string> {
    const id = newMessageKey();
    await this.engine.send(room, id, { kind: 'text', text });
    return id;
  }

  async messages(room: RoomKey): Promise<readonly MessageItem[]> {
    const { items } = await this.engine.timeline(room, { limit: 10_000 });
    return items.filter((item) => item.kind === 'message');
  }

  /** The words, as this person sees them. */
  async reads(room: RoomKey): Promise<readonly string[]> {
    return (await this.messages(room)).map(({ content }) => (content.kind === 'text' ? content.text : '?'));
  }

  async notices(room: RoomKey): Promise<readonly string[]> {
    const { items } = await this.engine.timeline(room, { limit: 10_000 });
    return items.flatMap((item) => (item.kind === 'notice' ? [item.fact.kind] : []));
  }
}
