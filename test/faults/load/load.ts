/**
 * Load (b) of the benchmarks, as far as one process drives it: many rooms of a few members, each with a window of
 * envelopes under way, some of them commits. It runs on through whatever is done to the relay or the network.
 */
import { Pair, RelayClient } from '../../support/relay-client.ts';
import type { Dice } from '../../support/dice.ts';
import type { History } from '../checker/history.ts';
import { Member } from './member.ts';
import { Recorder, seenOf } from './recorder.ts';
import { LoadRoom } from './room.ts';

export interface LoadOptions {
  /** Of the relay itself. */
  readonly relay: string;
  /** What members connect to, such as a proxy; the relay by default. */
  readonly url?: () => string;
  readonly dice: Dice;
  readonly rooms: number;
  readonly members: number;
  readonly window: number;
  /** How many of the envelopes are commits. */
  readonly commits: number;
  /** Milliseconds without a sign after which a member gives its connection up; never by default. */
  readonly silence?: number;
}

export class Load {
  readonly recorder = new Recorder();
  readonly #options: LoadOptions;
  readonly #rooms: LoadRoom[] = [];
  readonly #members: Member[] = [];
  readonly #watchers = new Set<() => void>();
  #listening: NodeJS.Timeout | undefined;

  private constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Makes the rooms at the relay, and their members, who connect and wait. */
  static async make(options: LoadOptions): Promise<Load> {
    const load = new Load(options);
    const creator = await RelayClient.connect(options.relay);
    for (let i = 0; i < options.rooms; i++) {
      const room = new LoadRoom(await creator.create(new Pair()));
      load.#rooms.push(room);
      for (let j = 0; j < options.members; j++) {
        load.#members.push(new Member({
          name: `member ${j} of room ${i}`, room, url: options.url ?? (() => options.relay), origin: options.relay, dice: options.dice,
          recorder: load.recorder, window: options.window, commits: options.commits, changed: () => load.#changed(),
        }));
      }
    }
    await creator.end();
    for (const member of load.#members) member.connect();
    const { silence } = options;
    if (silence !== undefined) load.#listening = setInterval(() => { for (const member of load.#members) member.hangUpAfter(silence); }, silence / 4);
    return load;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  produce(): void {
    for (const member of this.#members) {
      member.producing = true;
      member.pump();
    }
  }

  /** Resolves when so many more envelopes have been acked. */
  acks(more: number): Promise<void> {
    const goal = this.recorder.acked + more;
    return this.until(() => this.recorder.acked >= goal);
  }

  /** Resolves when it holds; looked at after every answer. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!holds()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  #changed(): void {
    for (const watch of this.#watchers) watch();
  }

  /**
   * Nothing new is sent; resolves with the whole history once everything is answered and read, with a last reading of
   * every log from its first envelope on. The relay must be up. What cannot be settled within `patience` milliseconds is in it as an oddity.
   */
  async finish(patience = 30_000): Promise<History> {
    for (const member of this.#members) member.producing = false;
    const tooLate = setTimeout(() => this.#changed(), patience);
    const limit = performance.now() + patience - 1;
    await this.until(() => performance.now() >= limit || this.#members.every(({ settled }) => settled));
    clearTimeout(tooLate);
    for (const member of this.#members) if (!member.settled) this.recorder.odd(`unsettled: ${member.describe()}`);
    const reader = await RelayClient.connect(this.#options.relay);
    for (const room of this.#rooms) {
      reader.envelopes.length = 0;
      await reader.open(room.first);
      const head = await reader.catchUp(room.id);
      this.recorder.log(room.name, reader.envelopes.map(seenOf));
      await reader.closeRoom(room.id);
      await this.#readTo(room, head, limit);
    }
    await reader.end();
    this.end();
    return this.recorder.history;
  }

  /** Fan-out may still be on its way to a member that had nothing of its own to wait for. */
  async #readTo(room: LoadRoom, head: number, limit: number): Promise<void> {
    const members = this.#members.filter((member) => member.room === room);
    const tooLate = setTimeout(() => this.#changed(), Math.max(0, limit - performance.now()) + 2);
    await this.until(() => performance.now() >= limit || members.every(({ cursor }) => cursor >= head));
    clearTimeout(tooLate);
  }

  end(): void {
    clearInterval(this.#listening);
    for (const member of this.#members) member.end();
  }
}
