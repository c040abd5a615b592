/**
 * Group commit. What arrived while the last turn was at the disk is the next one, and is one transaction; when it is
 * durable, acks and fan-out are posted; then come the answers that are read from the store. The next turn is judged
 * only after that, so every reader sees whole turns: a pull that reaches the head makes its connection live in
 * that same turn, with no gap and nothing twice. What was posted leaves while the next turn is at the disk, one write
 * per socket; what that one posts waits for it.
 *
 * A transaction that fails is taken back from memory and answered `unavailable`, or `relay-full`, for each: nothing
 * was promised, and the senders still have it (`undo.ts`).
 */
import { CLOSE_CODES } from '../../shared/codes.ts';
import type { RoomId } from '../../shared/ids.ts';
import type { Clock } from '../clock.ts';
import type { Space } from '../admission/space.ts';
import type { Counters } from '../counters.ts';
import { Health } from '../health.ts';
import type { RelayLimits } from '../limits.ts';
import { reasonOf, type RelayLog } from '../log.ts';
import type { LogNumber, Store } from '../store/store.ts';
import { answer, answerGroupInfo, answerPull, answerShortPull, fanOut, fanOutSignal, postError } from './answers.ts';
import type { GroupInfoJob, Job, PullJob } from './jobs.ts';
import type { Membership } from './membership.ts';
import { Rooms } from './rooms.ts';
import { judge, STORE_RETRY, type Changes, type RuleContext } from './rules.ts';
import type { Subscriber } from './subscriber.ts';
import type { Tickets } from './tickets.ts';
import { Flusher } from './flusher.ts';
import { undo } from './undo.ts';
import { fillWindows } from './windows.ts';

/** Bytes of pulled envelopes that one turn reads: the rest waits for the next, so that no crowd of pulls stalls the sends. */
const READ_BYTES_PER_TURN = 2 * 1024 * 1024;
/** What one turn judges at most, so that it is done in milliseconds. */
const JOBS_PER_TURN = 2048;
const SWEEP_PAUSE = 20;
/** Milliseconds between two tries of a disk that took no writes, where nobody sends. */
const PROBE_PAUSE = 1000;

export interface DeliveryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly log: RelayLog;
  readonly counters: Counters;
  readonly space: Space;
  readonly tickets: Tickets;
  /** Durable: somebody's keys were shut out of a room; a room is gone. */
  readonly closed: (room: RoomId) => void;
  readonly deleted: (room: RoomId) => void;
  /** Jobs of a turn that is durable, before they are answered and handed out. */
  readonly saw: (jobs: readonly Job[]) => void;
  /** A log has grown by some more hundred envelopes. */
  readonly grown: (log: LogNumber) => void;
}

/** Every so many envelopes, a room is looked at for whether it holds too much. */
const GROWN = 256;
const GROWN_BYTES = 256 * 1024;

export class Delivery {
  readonly rooms: Rooms;
  /** What became of the last transaction, or of the last probe after one that failed. */
  readonly health = new Health();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: RelayLimits;
  readonly #log: RelayLog;
  readonly #counters: Counters;
  readonly #space: Space;
  readonly #tickets: Tickets;
  readonly #context: RuleContext;
  readonly #closed: DeliveryOptions['closed'];
  readonly #deleted: DeliveryOptions['deleted'];
  readonly #saw: DeliveryOptions['saw'];
  readonly #grown: DeliveryOptions['grown'];
  #queue: Job[] = [];
  /** When the oldest of the queue came, by `performance.now()`. */
  #since = 0;
  #scheduled = false;
  /** While a job is answered: reads that its connection asks for next are of the same turn. */
  #following: (PullJob | GroupInfoJob)[] | undefined;
  #turn: Promise<void> | undefined;
  readonly #flusher: Flusher;
  /** Rooms that somebody left while there was work: what they had sent may still be under way. */
  #left = new Set<string>();
  #sweeping: (() => void) | undefined;
  #probing: (() => void) | undefined;
  #probeDue = false;
  #stopped = false;

  constructor({ store, clock, limits, log, counters, space, tickets, closed, deleted, saw, grown }: DeliveryOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
    this.#log = log;
    this.#counters = counters;
    this.#space = space;
    this.#tickets = tickets;
    this.#closed = closed;
    this.#deleted = deleted;
    this.#saw = saw;
    this.#grown = grown;
    this.rooms = new Rooms(store, limits.idleRooms);
    this.#context = { store, rooms: this.rooms, limits, clock, space };
    this.#flusher = new Flusher(clock, (subscriber, error) => this.#fail([subscriber], error));
    this.#sweepLater();
  }

  get busy(): boolean {
    return this.#scheduled || this.#turn !== undefined || this.#flusher.busy;
  }

  enqueue(job: Job): void {
    if (this.#isAtRest && this.#atOnce(job)) return;
    if (this.#following !== undefined) {
      if (isRead(job)) return void this.#following.push(job);
      this.#following = undefined;
    }
    if (this.#queue.length === 0) this.#since = performance.now();
    this.#queue.push(job);
    this.#schedule();
  }

  /** No turn is under way or due: what is in memory is what is on the disk. */
  get #isAtRest(): boolean {
    return !this.#scheduled && this.#turn === undefined;
  }

  /** Whether a job was answered as a turn of its own would have answered it, which writes nothing and reads nothing: so does a crowd that comes back. */
  #atOnce(job: Job): boolean {
    if (job.type !== 'open' && job.type !== 'pull') return false;
    try {
      if (job.type === 'open') {
        job.outcome = this.#judged(job, this.#context, { writes: [], rooms: new Set(), signals: [] });
        answer(job, this.#tickets);
      } else if (answerShortPull(job, this.#limits) !== undefined) return false;
      job.done();
    } catch (error) {
      this.#fail([job.subscriber], error);
    }
    return true;
  }

  /** The subscriber has something posted. */
  touch(subscriber: Subscriber): void {
    this.#flusher.touch(subscriber);
  }

  leave(membership: Membership): void {
    membership.live = false;
    membership.subscriber.memberships.delete(membership.room.key);
    membership.room.members.delete(membership);
    if (this.#scheduled || this.#turn !== undefined) this.#left.add(membership.room.key);
    else this.rooms.dropIfIdle(membership.room.key);
  }

  /** Waits for the turn that is under way, so that what is looked up next is durable. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  /** Waits until everything that was posted was handed over. */
  async flushed(): Promise<void> {
    await this.#flusher.done();
  }

  stop(): void {
    this.#stopped = true;
    this.#sweeping?.();
    this.#probing?.();
  }

  #schedule(): void {
    if (this.#scheduled || this.#turn !== undefined) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      const jobs = this.#take();
      const since = this.#since;
      const left = this.#queue.length === 0 ? this.#left : undefined;
      if (left !== undefined) this.#left = new Set();
      this.#turn = this.#run(jobs, since).catch((error: unknown) => this.#fail(jobs.map(({ subscriber }) => subscriber), error)).finally(() => {
        this.#turn = undefined;
        for (const room of left ?? []) this.rooms.dropIfIdle(room);
        if (this.#queue.length > 0) this.#schedule();
      });
    });
  }

  #take(): Job[] {
    const jobs = this.#queue;
    this.#queue = jobs.length > JOBS_PER_TURN ? jobs.splice(JOBS_PER_TURN) : [];
    return jobs;
  }

  /** Nobody may wait for an answer that will not come: they reconnect, and find what is durable. */
  #fail(subscribers: readonly Subscriber[], error: unknown): void {
    this.#log.error({ reason: reasonOf(error) }, 'a turn failed in a way that was not foreseen');
    for (const subscriber of subscribers) subscriber.close(CLOSE_CODES.failed, 'the relay failed');
  }

  async #run(jobs: readonly Job[], since: number): Promise<void> {
    await fillWindows(jobs, this.#store, this.#limits.dedupe, this.#log);
    const changes: Changes = { writes: [], rooms: new Set(), signals: [] };
    this.#judge(jobs, this.#context, changes);

    if (changes.writes.length > 0) {
      const began = performance.now();
      try {
        await this.#store.write(changes.writes);
        this.#counters.commitTime.observe(performance.now() - began);
        this.#counters.batchSize.observe(changes.writes.length);
        this.#written();
      } catch (error) {
        this.#counters.failed++;
        this.#log.error({ reason: reasonOf(error), writes: changes.writes.length }, 'the store failed: nothing of this batch was acknowledged');
        this.#notWritten(error);
        undo(jobs, this.#context, error);
        for (const room of changes.rooms) room.fresh = [];
      }
    } else if (this.#probeDue) {
      await this.#store.write([]).then(() => this.#written(), (error: unknown) => this.#notWritten(error));
    }
    this.#probeDue = false;

    await this.#flusher.done();
    await this.#read([...jobs.filter(isRead), ...this.#post(jobs, changes, since)]);
  }

  #judge(jobs: readonly Job[], context: RuleContext, changes: Changes): void {
    for (const job of jobs) job.outcome = this.#judged(job, context, changes);
  }

  /** Answers with the reads that those asked for next whose slow requests are answered: all of this turn is there to be read. */
  #post(jobs: readonly Job[], changes: Changes, since: number): readonly (PullJob | GroupInfoJob)[] {
    for (const job of jobs) {
      if (job.type === 'commit' && job.outcome.type === 'placed' && job.bundle.closing) this.#closed(job.bundle.room);
      if (job.outcome.type === 'deleted') this.#deleted(job.outcome.room.id);
    }
    this.#saw(jobs);
    for (const job of jobs) answer(job, this.#tickets);
    let placed = 0;
    for (const room of changes.rooms) {
      let bytes = 0;
      for (const { frame } of room.fresh) bytes += frame.length;
      this.#counters.stored += bytes;
      this.#space.took(bytes);
      if (room.head % GROWN < room.fresh.length || bytes > GROWN_BYTES) this.#grown(room.log);
      placed += room.fresh.length;
      fanOut(room, this.#limits, this.#counters);
    }
    for (const signal of changes.signals) fanOutSignal(signal, this.#limits);
    this.#counters.acked += placed;
    if (placed > 0) this.#counters.ackLatency.observe(performance.now() - since, placed);
    const following: (PullJob | GroupInfoJob)[] = [];
    for (const job of jobs) {
      if (job.outcome.type === 'deleted') this.#sweepLater();
      if (job.type === 'send' || job.type === 'signal' || isRead(job)) continue;
      this.#following = following;
      job.done();
    }
    this.#following = undefined;
    return following;
  }

  #written(): void {
    if (!this.health.recovered()) return;
    this.#log.info('the store takes writes again');
    this.#sweepLater();
  }

  /** Tries again by itself, in a turn of its own: whoever waits for the disk need not be told by somebody's message. */
  #notWritten(error: unknown): void {
    this.health.failed(error, this.#clock.now());
    if (this.#stopped || this.#probing !== undefined) return;
    this.#probing = this.#clock.after(PROBE_PAUSE, () => {
      this.#probing = undefined;
      this.#probeDue = this.health.facts.status !== 'ok';
      if (this.#probeDue) this.#schedule();
    });
  }

  async #read(jobs: readonly (PullJob | GroupInfoJob)[]): Promise<void> {
    let bytes = 0;
    for (const [i, job] of jobs.entries()) {
      if (bytes >= READ_BYTES_PER_TURN) {
        this.#queue.unshift(...jobs.slice(i));
        return;
      }
      if (!job.subscriber.closed) {
        try {
          if (job.type === 'pull') bytes += await answerPull(job, this.#store, this.#limits, this.#counters);
          else await answerGroupInfo(job, this.#store);
        } catch (error) {
          this.#log.error({ reason: reasonOf(error) }, 'the store could not be read');
          postError(job.subscriber, 'unavailable', { ref: job.request.ref, room: job.request.room }, STORE_RETRY);
        }
      }
      job.done();
    }
  }

  #judged(job: Job, context: RuleContext, changes: Changes): Job['outcome'] {
    try {
      return judge(job, context, changes);
    } catch (error) {
      this.#log.error({ reason: reasonOf(error) }, 'a request failed in a way that was not foreseen');
      return { type: 'refused', code: 'internal' };
    }
  }

  #sweepLater(): void {
    if (this.#stopped || this.#sweeping !== undefined) return;
    this.#sweeping = this.#clock.after(SWEEP_PAUSE, () => {
      this.#sweeping = undefined;
      this.#store.sweep().then(
        (more) => more && this.#sweepLater(),
        (error: unknown) => this.#log.error({ reason: reasonOf(error) }, 'deleted rooms could not be swept'),
      );
    });
  }
}

const isRead = (job: Job): job is PullJob | GroupInfoJob => job.type === 'pull' || job.type === 'group-info';
