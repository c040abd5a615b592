/**
 * A network that misbehaves, between clients and a relay: each TCP connection through it gets one way of doing so.
 * Within a connection bytes keep their order, as TCP promises; nothing else is sure.
 */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { Dice } from '../support/dice.ts';

const MANNERS = [
  'plain',
  /** Every piece takes its time, in both directions. */
  'delay',
  /** It breaks in the middle of anything, with or without a reset. */
  'cut',
  /** After a while nothing arrives any more, in one direction or both, and neither end is told. */
  'half-open',
  /** As before, but what the client had sent arrives after all: later, when it has long come back on another connection. */
  'zombie',
  /** Every byte in a packet of its own. */
  'bytewise',
  /** It stands only after others that began later do. */
  'late',
] as const;
/** Milliseconds after which any connection breaks. */
const MOST_LIFE = 2500;
export type Manner = (typeof MANNERS)[number];

export class FaultyProxy {
  /** How many connections were treated so. */
  readonly counts: Record<Manner, number> = { plain: 0, delay: 0, cut: 0, 'half-open': 0, zombie: 0, bytewise: 0, late: 0 };
  #healed = false;
  readonly #server: Server;
  readonly #target: number;
  readonly #dice: Dice;
  readonly #manners: readonly Manner[];
  readonly #sockets = new Set<Socket>();

  private constructor(target: number, dice: Dice, manners: readonly Manner[]) {
    this.#target = target;
    this.#dice = dice;
    this.#manners = manners;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void this.#carry(client));
  }

  /** `manners`: among which each connection gets one; all by default. */
  static async start(target: number, dice: Dice, manners: readonly Manner[] = MANNERS): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target, dice, manners);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of the manners that there are here, how many connections the rarest had. */
  get fewest(): number {
    return Math.min(...this.#manners.map((manner) => this.counts[manner]));
  }

  /** Breaks every connection, and leaves those that begin from now on alone. */
  heal(): void {
    this.#healed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #carry(client: Socket): Promise<void> {
    const manner = this.#healed ? 'plain' : this.#dice.pick(this.#manners);
    this.counts[manner]++;
    this.#keep(client);
    if (manner === 'late') await pause(this.#dice.below(300));
    const upstream = connect({ port: this.#target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.#keep(upstream);
    const line = new Line(manner, this.#dice, client, upstream);
    const over = this.#healed ? undefined : setTimeout(() => { client.destroy(); upstream.destroy(); }, 200 + this.#dice.below(MOST_LIFE));
    await Promise.all([line.forward(client, upstream, 'up'), line.forward(upstream, client, 'down')]);
    clearTimeout(over);
    client.destroy();
    upstream.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // 'close' follows, and ends the reading loop
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

class Line {
  readonly #manner: Manner;
  readonly #dice: Dice;
  readonly #ends: readonly Socket[];
  /** Bytes after which it goes wrong. */
  #left: number;
  readonly #deaf: ReadonlySet<'up' | 'down'>;

  constructor(manner: Manner, dice: Dice, ...ends: readonly Socket[]) {
    this.#manner = manner;
    this.#dice = dice;
    this.#ends = ends;
    this.#left = 500 + dice.below(dice.pick([2_000, 20_000, 200_000]));
    this.#deaf = new Set(dice.pick([['up'], ['down'], ['up', 'down']] as const));
  }

  async forward(from: Socket, to: Socket, direction: 'up' | 'down'): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        this.#left -= chunk.length;
        await this.#pass(chunk, to, direction);
        if (to.destroyed) break;
      }
    } catch {
      // A reset by one end: the other is to see the end of it too, below.
    }
    // Whoever went away half-open is not missed by the other end until it finds out for itself.
    if ((this.#manner === 'half-open' || this.#manner === 'zombie') && this.#left < 0) await pause(1500);
    to.end();
  }

  async #pass(chunk: Buffer, to: Socket, direction: 'up' | 'down'): Promise<void> {
    const spent = this.#left < 0;
    switch (this.#manner) {
      case 'delay':
        await pause(this.#dice.below(30));
        break;
      case 'cut':
        if (!spent) break;
        to.write(chunk.subarray(0, this.#dice.below(chunk.length)));
        for (const end of this.#ends) {
          if (this.#dice.chance(0.5)) end.resetAndDestroy();
          else end.destroy();
        }
        return;
      case 'half-open':
        if (spent && this.#deaf.has(direction)) return;
        break;
      case 'zombie':
        if (!spent) break;
        if (direction === 'down') return;
        await pause(200 + this.#dice.below(600));
        break;
      case 'bytewise':
        for (let i = 0; i < chunk.length && !to.destroyed; i++) {
          to.write(chunk.subarray(i, i + 1));
          if (i % 8 === 0) await turn();
        }
        return;
      case 'plain':
      case 'late':
    }
    if (!to.destroyed && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  }
}
