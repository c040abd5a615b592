/**
 * Engines and relays on a network that a test owns: frames take time, connections break, relays restart.
 * A connection keeps its order, as TCP does; what is under way when it breaks is lost.
 */
import type { Transport, TransportEvents } from '../../pwa/engine/ports/transport.ts';
import { createRelayCore, type RelayCore, type RelayLimits } from '../../relay/index.ts';
import type { Batch, Link, Peer, Store } from '../../relay/index.ts';
import { MemoryBlobStore } from '../../relay/index.ts';
import { VirtualBlobs } from './virtual-blobs.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What passes between one engine and the relay; a lying relay changes it. Answering undefined drops the frame. */
export type Tamper = (frame: Uint8Array, direction: 'up' | 'down', line: Line) => readonly Uint8Array[];

interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly origin: string;
  /** Milliseconds that the next frame takes. */
  readonly delay: () => number;
  readonly limits?: Partial<RelayLimits>;
}

export class VirtualNetwork {
  readonly #options: NetworkOptions;
  #core: RelayCore | undefined;
  readonly #others = new Map<string, RelayCore>();
  #endRelay: () => void = () => undefined;
  readonly lines = new Set<Line>();
  readonly #blobTransports = new Map<string, Set<VirtualBlobs>>();
  /** What the relay has of attachments: it lasts as its store does. */
  readonly blobs: MemoryBlobStore;
  /** Whether the connection of somebody who sends or fetches a blob breaks before the next 64 KiB. */
  blobBreaks: (direction: 'up' | 'down', owner: string) => boolean = () => false;
  tamper: Tamper = (frame) => [frame];
  /** Kept by the relay beside its store; another one from its next start on, where a test says so. */
  ticketSecret: Uint8Array = new Uint8Array(32);
  /** Every frame that went up or down, for those who look for plaintext. */
  onFrame: (frame: Uint8Array, direction: 'up' | 'down', line: Line) => void = () => undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.blobs = new MemoryBlobStore(() => options.clock.now());
    this.startRelay();
  }

  /** A relay on what the store holds, as after `kill -9`: what was in memory is gone. */
  startRelay(): void {
    const { clock, store, origin, limits } = this.#options;
    const life = { over: false };
    const ifAlive = (work: () => void) => (): void => { if (!life.over) work(); };
    this.#endRelay = () => { life.over = true; };
    this.#core = createRelayCore({
      store, blobs: this.blobs, origins: [origin], now: () => clock.now(), soon: (work) => { clock.after(0, ifAlive(work)); }, after: (ms, work) => clock.after(ms, ifAlive(work)),
      ticketSecret: this.ticketSecret,
      ...(limits === undefined ? {} : { limits }),
    });
  }

  /** It ends in good order, as when its operator restarts it. */
  async closeRelay(): Promise<void> {
    await this.#core?.close();
    this.#core = undefined;
    this.#endRelay();
  }

  stopRelay(): void {
    this.#core = undefined;
    this.#endRelay();
    for (const line of [...this.lines]) line.cut();
  }

  /** Another relay, with a store of its own; this one never stops. */
  addRelay(origin: string, store: Store): void {
    const { clock } = this.#options;
    this.#others.set(origin, createRelayCore({
      store, origins: [origin], now: () => clock.now(), soon: (work) => { clock.after(0, work); }, after: (ms, work) => clock.after(ms, work),
    }));
  }

  /** Lets the relay let go of all that its limits say. */
  async trim(): Promise<void> {
    while ((await this.#core?.trim()) === true) { /* until there is no more */ }
  }

  #coreAt(relay: string): RelayCore | undefined {
    return relay === this.#options.origin ? this.#core : this.#others.get(relay);
  }

  get relayIsUp(): boolean {
    return this.#core !== undefined;
  }

  /** The transport of one engine; `isUp` is asked whenever it connects. */
  transport(owner: string, isUp: () => boolean = () => true): Transport {
    return {
      connect: (relay, events) => {
        const line = new Line(owner, this, events, this.#options.clock, this.#options.delay);
        this.lines.add(line);
        this.#options.clock.after(this.#options.delay(), () => line.open(isUp() ? this.#coreAt(relay) : undefined));
        return { send: (frame) => line.up(frame.slice()), close: () => line.cut() };
      },
    };
  }

  /** The way of one engine to relays' blobs. */
  blobTransport(owner: string, isUp: () => boolean = () => true): VirtualBlobs {
    const { clock, delay } = this.#options;
    const transport = new VirtualBlobs({ clock, delay, coreAt: (relay) => (isUp() ? this.#coreAt(relay) : undefined), breaks: (direction) => this.blobBreaks(direction, owner) });
    this.#blobTransports.set(owner, (this.#blobTransports.get(owner) ?? new Set()).add(transport));
    return transport;
  }

  /** `arriving`: what the engine sent already still reaches the relay, maybe after its next connection is up. */
  cut(owner: string, arriving = false): void {
    for (const transport of this.#blobTransports.get(owner) ?? []) transport.cut();
    for (const line of [...this.lines]) {
      if (line.owner !== owner) continue;
      if (arriving) line.leave();
      else line.cut();
    }
  }
}

/** One connection. */
export class Line {
  readonly owner: string;
  readonly #network: VirtualNetwork;
  readonly #events: TransportEvents;
  readonly #clock: VirtualClock;
  readonly #delay: () => number;
  #session: Link | undefined;
  #ended = false;
  #left = false;
  #upAt = 0;
  #downAt = 0;

  constructor(owner: string, network: VirtualNetwork, events: TransportEvents, clock: VirtualClock, delay: () => number) {
    this.owner = owner;
    this.#network = network;
    this.#events = events;
    this.#clock = clock;
    this.#delay = delay;
  }

  open(core: RelayCore | undefined): void {
    if (this.#ended) return;
    if (core === undefined) return this.cut();
    const peer: Peer = {
      send: (frame) => this.down(frame.slice()),
      sendBatch: (batch: Batch) => { for (const frame of batch.frames) this.down(frame.slice()); },
      together: (work) => work(),
      buffered: 0,
      // Behind what it was sent before.
      close: () => { this.#clock.after(Math.max(0, this.#downAt - this.#clock.now()) + 1, () => this.cut()); },
    };
    this.#events.opened();
    this.#session = core.connect(peer);
  }

  up(frame: Uint8Array): void {
    if (this.#left) return;
    this.#upAt = this.#later(this.#upAt, () => {
      this.#network.onFrame(frame, 'up', this);
      for (const passed of this.#network.tamper(frame, 'up', this)) this.#session?.receive(passed);
    });
  }

  down(frame: Uint8Array): void {
    this.#downAt = this.#later(this.#downAt, () => {
      this.#network.onFrame(frame, 'down', this);
      for (const passed of this.#network.tamper(frame, 'down', this)) if (!this.#left) this.#events.frame(passed);
    });
  }

  #later(notBefore: number, then: () => void): number {
    const at = Math.max(notBefore, this.#clock.now() + this.#delay());
    this.#clock.after(at - this.#clock.now(), () => { if (!this.#ended) then(); });
    return at;
  }

  /** The engine's end is gone; the relay learns of it after the last frame on the way. */
  leave(): void {
    if (this.#ended || this.#left) return;
    this.#left = true;
    this.#clock.after(0, () => this.#events.closed({ code: 1006 }));
    this.#clock.after(Math.max(0, this.#upAt - this.#clock.now()) + 1, () => this.cut());
  }

  /** Whatever is on the way is lost. The engine hears of it a little later. */
  cut(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#network.lines.delete(this);
    this.#session?.end();
    if (!this.#left) this.#clock.after(0, () => this.#events.closed({ code: 1006 }));
  }
}
