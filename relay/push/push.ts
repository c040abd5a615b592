/**
 * Wakes the devices of a room that are not connected. Delivery tells, once a turn is durable, what was placed ({@link Push.saw}); everything else happens beside it: a little
 * later the room's subscriptions are read, and those woken that nobody who is here holds.
 *
 * Who is here: a connection that has the room open, live, and has said the same subscription there. It may be one that only seems so, of a phone that fell asleep: so
 * it has a minute to send some frame (a client pings after half of that), or to say goodbye; else its device is woken after all.
 */
import { KIND_AT, KINDS, QUIET } from '../../shared/envelope.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import type { PushPoint } from '../../shared/push.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { CommitJob, ControlOf, Job, SendJob } from '../delivery/jobs.ts';
import type { Membership } from '../delivery/membership.ts';
import type { Room } from '../delivery/room.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import { keyOf } from '../bytes.ts';
import type { RelayLimits } from '../limits.ts';
import { reasonOf, type RelayLog } from '../log.ts';
import type { LogNumber, Store } from '../store/store.ts';
import { destinationOf, isPoint } from './destination.ts';
import { newPushKeys, type PushKeys } from './keys.ts';
import { PushService } from './service.ts';
import { Vault, type Subscription } from './vault.ts';
import { COALESCE, Wakes, type Standing } from './wakes.ts';

/** Milliseconds from a message to reading who is to be woken: what comes together wakes once. */
export const GATHER = 500;
/** Milliseconds in which a connection shows that somebody is there: twice what a client is silent, and some. */
export const CONFIRM = 60_000;

export interface PushOptions {
  /** Drawn anew by default: then every subscription ends with the process. */
  readonly keys?: PushKeys;
  /** Where push services reach the operator, a mailto: or https: URL; by default an https origin of the relay. */
  readonly contact?: string;
  /** Also to push services on this machine, over http: for trying it. */
  readonly local?: boolean;
  /** The relay's by default. */
  readonly clock?: Clock;
  /** From 0 to 1; for chance that hides. */
  readonly random?: () => number;
}

export interface PushContext extends PushOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  readonly log: RelayLog;
  readonly origins: () => readonly string[];
  /** By key, where it is in memory. */
  readonly roomOf: (key: string) => Room | undefined;
}

/** One who is here: what it had sent by then. Fewer than 0: it is there beyond doubt. */
interface Here {
  readonly subscriber: Subscriber;
  readonly heard: number;
}

/** A room in which something was said of late. */
interface Stirred {
  readonly room: Room;
  /** Those who were handed all of it, by the tags of their subscriptions. */
  here: Map<string, Here>;
  /** Not read yet. */
  due: boolean;
}

export class Push {
  readonly key: PushPoint;
  readonly #context: PushContext;
  readonly #vault: Vault;
  readonly #service: PushService;
  readonly #wakes: Wakes;
  /** Logs that may have subscriptions. */
  readonly #logs = new Set<LogNumber>();
  readonly #stirred = new Map<LogNumber, Stirred>();
  readonly #timers = new Set<() => void>();
  /** How often somebody has subscribed. */
  #subscribed = 0;
  #stopped = false;

  constructor(context: PushContext) {
    this.#context = context;
    const keys = context.keys ?? newPushKeys();
    this.key = keys.public;
    this.#vault = new Vault(keys.secret);
    const { clock, counters, limits } = context;
    this.#service = new PushService({ keys, vault: this.#vault, contact: () => this.#contact(), local: context.local === true, now: () => clock.now() });
    this.#wakes = new Wakes({
      clock, counters, most: limits.pushesAtOnce, random: context.random ?? Math.random,
      post: (subscription) => this.#service.post(subscription), isHere: (standing) => this.#isHere(standing), gone: (standings) => this.#drop(standings),
    });
  }

  /** Looks who there is to be woken; before that, nobody is. */
  async open(): Promise<void> {
    for (const log of await this.#context.store.subscribedLogs()) this.#logs.add(log);
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#wakes.stop();
    this.#service.stop();
  }

  /** `membership`: of who may. What is refused, or undefined where it is durable. Rejects where the store does. */
  async subscribe(membership: Membership, { subscription: { endpoint, p256dh, auth }, jitter }: ControlOf<'push-subscribe'>): Promise<ErrorCode | undefined> {
    const { store, limits, local } = this.#context;
    if (destinationOf(endpoint, local === true) === undefined || !isPoint(p256dh)) return 'push-refused';
    const { room } = membership;
    const row = this.#vault.rowOf(room.id, { endpoint, p256dh, auth, jitter: jitter === true });
    // Before it is written: whoever is woken in between is woken once too often, not once too seldom.
    this.#logs.add(room.log);
    this.#subscribed++;
    switch (await store.subscribe(room.log, row, { ofLog: limits.subscriptionsPerRoom, inAll: limits.subscriptionsInAll })) {
      case 'known':
      case 'kept':
        membership.wakes = keyOf(row.tag);
        return undefined;
      case 'full':
        return 'relay-full';
      case 'no-log':
        return 'no-access';
    }
  }

  async unsubscribe(membership: Membership, endpoint: string): Promise<undefined> {
    const tag = this.#vault.tagOf(membership.room.id, endpoint);
    if (membership.wakes === keyOf(tag)) membership.wakes = undefined;
    await this.#context.store.unsubscribe(membership.room.log, tag);
  }

  /** Of a turn that is durable, before it is handed out. Where nobody has subscribed, that is one comparison. */
  saw(jobs: readonly Job[]): void {
    if (this.#logs.size === 0 || this.#stopped) return;
    /** By room, the one connection that sent all of it; undefined where they are several. */
    let stirred: Map<Room, Membership | undefined> | undefined;
    for (const job of jobs) {
      if ((job.type !== 'send' && job.type !== 'commit') || !this.#logs.has(job.membership.room.log) || !isWaking(job)) continue;
      stirred ??= new Map();
      const { room } = job.membership;
      stirred.set(room, !stirred.has(room) || stirred.get(room) === job.membership ? job.membership : undefined);
    }
    for (const [room, sender] of stirred ?? []) this.#stir(room, sender);
  }

  #stir(room: Room, sender: Membership | undefined): void {
    const here = new Map<string, Here>();
    for (const member of room.members) {
      if (member.wakes === undefined || (!member.live && member !== sender)) continue;
      // Of two connections of one device, the one that nothing more need be heard of counts.
      if ((here.get(member.wakes)?.heard ?? 0) >= 0) here.set(member.wakes, { subscriber: member.subscriber, heard: member === sender ? -1 : member.subscriber.heard });
    }
    const known = this.#stirred.get(room.log);
    if (known !== undefined) {
      known.here = here;
      known.due = true;
      return;
    }
    const stirred: Stirred = { room, here, due: true };
    this.#stirred.set(room.log, stirred);
    this.#later(GATHER, () => this.#gather(stirred));
  }

  /** Reads no room more often than its devices are woken. */
  #gather(stirred: Stirred): void {
    if (!stirred.due) return void this.#stirred.delete(stirred.room.log);
    stirred.due = false;
    this.#later(COALESCE, () => this.#gather(stirred));
    const { here } = stirred;
    void this.#rowsOf(stirred.room).then((rows) => {
      /** Their rows are gone from the store by now. */
      const ended = new Map<string, Subscription>();
      let doubted = false;
      for (const { tag, subscription, isEnded } of rows) {
        const one = here.get(keyOf(tag));
        if (one === undefined) this.#wakes.wake(subscription, standingOf(stirred.room, tag));
        else if (one.heard >= 0) {
          doubted = true;
          if (isEnded) ended.set(keyOf(tag), subscription);
        }
      }
      if (doubted) this.#later(CONFIRM, () => this.#confirm(stirred.room, here, ended));
    });
  }

  /** Wakes those who seemed to be here and were not heard of since. */
  #confirm(room: Room, here: ReadonlyMap<string, Here>, ended: ReadonlyMap<string, Subscription>): void {
    const silent = new Set([...here].filter(([, { subscriber, heard }]) => heard >= 0 && subscriber.heard <= heard).map(([tag]) => tag));
    if (silent.size === 0) return;
    for (const [tag, subscription] of ended) if (silent.has(tag)) this.#wakes.wake(subscription, standingOf(room, Buffer.from(tag, 'latin1'), true));
    void this.#rowsOf(room).then((rows) => {
      for (const { tag, subscription } of rows) if (silent.has(keyOf(tag))) this.#wakes.wake(subscription, standingOf(room, tag, true));
    });
  }

  /** Those that open; the others were sealed under a key that is lost, and go. Never rejects. */
  async #rowsOf(room: Room): Promise<readonly { readonly tag: Uint8Array; readonly subscription: Subscription; readonly isEnded: boolean }[]> {
    const { store, log } = this.#context;
    try {
      const before = this.#subscribed;
      const rows = await store.subscriptions(room.log);
      if (before === this.#subscribed && rows.every(({ ended }) => ended)) this.#logs.delete(room.log);
      return rows.flatMap(({ tag, sealed, ended }) => {
        const subscription = this.#vault.open(room.id, sealed);
        if (subscription !== undefined) return [{ tag, subscription, isEnded: ended }];
        this.#drop([standingOf(room, tag)]);
        return [];
      });
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'who is to be woken could not be read');
      return [];
    }
  }

  /** It has opened the room since, and so has all of it. */
  #isHere({ key, tag, asleep }: Standing): boolean {
    if (asleep) return false;
    const wakes = keyOf(tag);
    for (const member of this.#context.roomOf(key)?.members ?? []) if (member.live && member.wakes === wakes) return true;
    return false;
  }

  #drop(standings: readonly Standing[]): void {
    const { store, log } = this.#context;
    for (const standing of standings) {
      store.unsubscribe(standing.log, standing.tag).catch((error: unknown) => log.error({ reason: reasonOf(error) }, 'a subscription that is gone could not be dropped'));
    }
  }

  #contact(): string {
    const { contact, origins } = this.#context;
    return contact ?? origins().find((origin) => origin.startsWith('https:')) ?? 'mailto:nobody@sotto.invalid';
  }

  #later(pause: number, run: () => void): void {
    if (this.#stopped) return;
    const cancel = this.#context.clock.after(pause, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }
}

const standingOf = ({ log, key }: Room, tag: Uint8Array, asleep = false): Standing => ({ log, key, tag, asleep });

/** Messages that are not quiet, knocks, and the commits that end subscriptions. */
function isWaking(job: SendJob | CommitJob): boolean {
  if (job.outcome.type !== 'placed') return false;
  return job.type === 'send' ? job.frame[KIND_AT] !== (KINDS.message | QUIET) : job.bundle.closing;
}
