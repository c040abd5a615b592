/**
 * Lets go of what is old or too much, in steps of a few milliseconds between turns. Rooms that grow are looked at soon, all others about once an hour.
 *
 * Before anything goes, the room in memory says so: whoever opens it from then on is told what is missing, and whoever was told otherwise before
 * is asked to open it anew when it pulls there (delivery/answers.ts). So nobody meets a hole unprepared.
 *
 * It is the one part of the relay that goes by the time of day.
 */
import type { RoomId, Seq } from '../../shared/ids.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { RelayLimits } from '../limits.ts';
import type { Cut, LogNumber } from '../store/holdings.ts';
import type { Store } from '../store/store.ts';
import { EARLIEST } from '../clock.ts';
import { cutFor, markEvery } from './rule.ts';

const HOUR = 3_600_000;
/** A clock that leaps further than this is not believed for a day: what is old by it may not be old. */
const LEAP = HOUR;
const DISTRUST = 24 * HOUR;
/** Logs that are listed at once. */
const LISTED = 64;

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  /** Told before envelopes go: from `complete` on nothing will be missing, from `floor` on no commit. */
  readonly announce: (room: RoomId, kept: { readonly floor: Seq; readonly complete: Seq }) => void;
  /** Told after old epochs and registrations of invites went. */
  readonly pruned: (room: RoomId) => void;
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #due = new Set<LogNumber>();
  /** The pass over all logs: how far it came, and when the next begins, in ticks. */
  #walk: LogNumber[] = [];
  #after = 0;
  #nextPass = 0;
  #offset: number | undefined;
  #distrustUntil = 0;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** The log has grown by some hundred envelopes. */
  grown(log: LogNumber): void {
    this.#due.add(log);
  }

  /** One short step. True while there is more to do at once. */
  async step(): Promise<boolean> {
    const { store, limits, counters, announce, pruned } = this.#options;
    const log = await this.#next();
    if (log === undefined) return false;
    const now = this.now();
    const holding = await store.survey(log, now === undefined ? undefined : { at: now, every: markEvery(limits) });
    this.#due.delete(log);
    if (holding === undefined) return true;
    // Counted a step further: cut only once the whole is known.
    const cut = holding.counted < holding.head ? undefined : cutFor(holding, limits, now);
    const through = cut === undefined ? undefined : await store.plan(log, cut);
    if (cut !== undefined && through !== undefined) {
      announce(holding.room, keptAfter(cut, through, holding));
      const { envelopes, bytes } = await store.trim(log, cut.kind, through);
      counters.trimmed += envelopes;
      counters.trimmedBytes += bytes;
    }
    const more = await store.prune(log);
    pruned(holding.room);
    if (more || through !== undefined || holding.counted < holding.head) this.#due.add(log);
    return true;
  }

  async #next(): Promise<LogNumber | undefined> {
    for (const log of this.#due) return log;
    if (this.#walk.length === 0) {
      if (this.#options.clock.ticks() < this.#nextPass) return undefined;
      this.#walk = [...(await this.#options.store.logs(this.#after, LISTED))].reverse();
      this.#after = this.#walk[0] ?? 0;
      if (this.#walk.length === 0) this.#nextPass = this.#options.clock.ticks() + Math.min(HOUR, markEvery(this.#options.limits));
    }
    return this.#walk.pop();
  }

  /** The time of day in Unix milliseconds, where it can be believed. */
  now(): number | undefined {
    const [now, ticks] = [this.#options.clock.now(), this.#options.clock.ticks()];
    const offset = now - ticks;
    if (this.#offset !== undefined && Math.abs(offset - this.#offset) > LEAP) this.#distrustUntil = ticks + DISTRUST;
    this.#offset = offset;
    return now < EARLIEST || ticks < this.#distrustUntil ? undefined : now;
  }
}

function keptAfter({ kind }: Cut, through: Seq, { floor, complete }: { readonly floor: Seq; readonly complete: Seq }): { floor: Seq; complete: Seq } {
  const next = (through + 1) as Seq;
  return { floor: kind === 'commits' && next > floor ? next : floor, complete: next > complete ? next : complete };
}
