/**
 * Wake-ups on their way, by endpoint: one for all rooms of a device, at most one in a while, later by chance where that was asked for, and again where the push service
 * is busy. All of it is in memory and bounded: what a restart loses, the next message makes good.
 */
import { assertNever } from '../../shared/never.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { LogNumber } from '../store/store.ts';
import type { Posted } from './service.ts';
import type { Subscription } from './vault.ts';

/** Milliseconds between two wake-ups of one endpoint. */
export const COALESCE = 10_000;
/** The longest that chance adds. */
export const JITTER = 60_000;
/** The first wait after a refusal that says no time; each further one is twice as long. */
const RETRY = 15_000;
const LONGEST_RETRY = 3_600_000;
const TRIES = 6;
/** Posts at once, and to one service. */
const AT_ONCE = 32;
const AT_ONCE_TO_ONE = 8;

/** Where a subscription stands in the store, and by which room it is woken. */
export interface Standing {
  readonly log: LogNumber;
  readonly tag: Uint8Array;
  /** Of the room, in memory. */
  readonly key: string;
  /** Whatever seems to be connected is asleep. */
  readonly asleep: boolean;
}

interface Device {
  subscription: Subscription;
  /** By which rooms it is woken: dropped from all of them where it is gone. */
  standings: Standing[];
  phase: 'waiting' | 'queued' | 'posting' | 'resting';
  /** Something came while it was posted, or rests. */
  again: boolean;
  tries: number;
  cancel: () => void;
}

export interface WakesOptions {
  readonly clock: Clock;
  readonly counters: Counters;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Devices that are being woken, or were of late. */
  readonly most: number;
  readonly post: (subscription: Subscription) => Promise<Posted>;
  /** Whether the device has come by itself meanwhile. */
  readonly isHere: (standing: Standing) => boolean;
  readonly gone: (standings: readonly Standing[]) => void;
}

/** Rooms by which one device is known to be gone, at most: in others it is found out later. */
const STANDINGS = 64;

export class Wakes {
  readonly #options: WakesOptions;
  readonly #devices = new Map<string, Device>();
  /** By the origin of their service, so that a slow one holds up nobody else's. */
  readonly #queues = new Map<string, Device[]>();
  readonly #posting = new Map<string, number>();
  #under = 0;
  #pumping = false;
  #stopped = false;

  constructor(options: WakesOptions) {
    this.#options = options;
  }

  wake(subscription: Subscription, standing: Standing): void {
    const { counters, most } = this.#options;
    if (this.#stopped) return;
    const known = this.#devices.get(subscription.endpoint);
    if (known === undefined) {
      if (this.#devices.size >= most) return void counters.pushesDropped++;
      const device: Device = { subscription, standings: [standing], phase: 'waiting', again: false, tries: 0, cancel: () => undefined };
      this.#devices.set(subscription.endpoint, device);
      return this.#after(device, this.#chance(subscription));
    }
    counters.pushesCoalesced++;
    known.subscription = subscription;
    const i = known.standings.findIndex(({ log }) => log === standing.log);
    if (i >= 0) known.standings[i] = standing;
    else if (known.standings.length < STANDINGS) known.standings.push(standing);
    if (known.phase === 'posting' || known.phase === 'resting') known.again = true;
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#devices.values()) cancel();
    this.#devices.clear();
    this.#queues.clear();
  }

  #chance({ jitter }: Subscription): number {
    return jitter ? Math.floor(this.#options.random() * JITTER) : 0;
  }

  #after(device: Device, pause: number): void {
    if (this.#stopped) return;
    if (pause === 0) return this.#enqueue(device);
    device.phase = 'waiting';
    device.cancel = this.#options.clock.after(pause, () => this.#enqueue(device));
  }

  #enqueue(device: Device): void {
    device.phase = 'queued';
    const service = new URL(device.subscription.endpoint).origin;
    const queue = this.#queues.get(service);
    if (queue === undefined) this.#queues.set(service, [device]);
    else queue.push(device);
    this.#pump();
  }

  /** One in each turn of the event loop: what encrypts and signs takes about a millisecond, and delivery comes in between. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#options.clock.soon(() => {
      this.#pumping = false;
      if (this.#takeOne()) this.#pump();
    });
  }

  /** Whether one was begun. Services take turns. */
  #takeOne(): boolean {
    if (this.#under >= AT_ONCE) return false;
    for (const [service, queue] of this.#queues) {
      if ((this.#posting.get(service) ?? 0) >= AT_ONCE_TO_ONE) continue;
      const device = queue.shift();
      this.#queues.delete(service);
      if (queue.length > 0) this.#queues.set(service, queue);
      if (device === undefined) continue;
      if (device.standings.every(this.#options.isHere)) this.#rest(device);
      else void this.#post(device, service);
      return true;
    }
    return false;
  }

  async #post(device: Device, service: string): Promise<void> {
    device.phase = 'posting';
    device.again = false;
    this.#under++;
    this.#options.counters.pushesBegun++;
    this.#posting.set(service, (this.#posting.get(service) ?? 0) + 1);
    const posted = await this.#options.post(device.subscription);
    this.#under--;
    const others = (this.#posting.get(service) ?? 1) - 1;
    if (others === 0) this.#posting.delete(service);
    else this.#posting.set(service, others);
    if (this.#stopped) return;
    this.#settle(device, posted);
    this.#pump();
  }

  #settle(device: Device, posted: Posted): void {
    const { counters, clock, random } = this.#options;
    switch (posted.type) {
      case 'sent':
        counters.pushesSent++;
        return this.#rest(device);
      case 'gone':
        counters.pushesGone++;
        this.#devices.delete(device.subscription.endpoint);
        return this.#options.gone(device.standings);
      case 'refused':
        counters.pushesFailed++;
        return this.#rest(device);
      case 'later': {
        if (++device.tries >= TRIES) {
          counters.pushesFailed++;
          return this.#rest(device);
        }
        counters.pushesDeferred++;
        const pause = Math.min(LONGEST_RETRY, Math.max(posted.after, RETRY * 2 ** (device.tries - 1)));
        device.phase = 'waiting';
        // Not all at the same moment.
        device.cancel = clock.after(pause + Math.floor(random() * RETRY), () => this.#enqueue(device));
        return;
      }
      default:
        assertNever(posted);
    }
  }

  /** For a while it is not woken again; then, if something came, it is. */
  #rest(device: Device): void {
    device.phase = 'resting';
    device.tries = 0;
    device.standings = device.again ? device.standings : [];
    device.cancel = this.#options.clock.after(COALESCE, () => {
      if (device.again) return this.#after(device, this.#chance(device.subscription));
      this.#devices.delete(device.subscription.endpoint);
    });
  }
}
