import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, Problem, RoomKey, TimelineItem } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';
import { mergeItems } from '../timeline/merge.ts';

const PAGE = 60;
/** More than this is not kept in the document: what is far from the reader is let go and fetched again. */
const MOST = 420;

/** The part of one room's timeline that is on screen or near it. */
export class TimelineWindow implements ReactiveController {
  items: readonly TimelineItem[] = [];
  hasOlder = false;
  /** True while the newest messages were let go because somebody reads far back. */
  detached = false;
  loaded = false;
  problem: Problem | null = null;
  readonly #host: ReactiveControllerHost;
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #stop: (() => void) | null = null;
  #busy = false;
  /** What arrived while the first page was on its way: merged in after it. */
  #early: TimelineItem[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#engine !== null && this.#room !== null && this.#stop === null) this.open(this.#engine, this.#room, true);
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** Begins anew with the last page of a room. */
  open(engine: Engine, room: RoomKey, again = false): void {
    if (!again && engine === this.#engine && room === this.#room && this.#stop !== null) return;
    this.hostDisconnected();
    this.#engine = engine;
    this.#room = room;
    this.items = [];
    this.hasOlder = false;
    this.detached = false;
    this.loaded = false;
    this.problem = null;
    this.#early = [];
    this.#stop = engine.subscribe((event) => {
      if (event.kind === 'gone' && event.room === this.#room) {
        this.items = this.items.filter(({ id }) => !event.messages.some((gone) => gone === id));
        this.#host.requestUpdate();
      }
      if (event.kind !== 'timeline' || event.room !== this.#room) return;
      // What stands in a thread is shown there.
      const here = event.items.filter((item) => item.kind === 'notice' || item.thread === undefined);
      if (!this.loaded) {
        this.#early.push(...here);
        return;
      }
      // Far back, what is new belongs to a part that is not shown.
      const items = this.detached ? here.filter((item) => this.items.some((shown) => shown.id === item.id)) : here;
      if (items.length === 0) return;
      this.items = mergeItems(this.items, items, this.hasOlder);
      this.#host.requestUpdate();
    });
    void this.latest();
  }

  /** The last page, whatever was shown before. */
  async latest(): Promise<void> {
    await this.#fetch(async (engine, room) => {
      const page = await engine.timeline(room, { limit: PAGE });
      return () => {
        this.hasOlder = page.hasOlder;
        this.items = mergeItems(page.items, this.#early.splice(0), page.hasOlder);
        this.detached = false;
      };
    });
  }

  /** The part of the timeline around a position. */
  async around(position: number): Promise<void> {
    await this.#fetch(async (engine, room) => {
      const page = await engine.timeline(room, { before: position + PAGE / 2, limit: PAGE });
      const last = await engine.timeline(room, { limit: 1 });
      return () => {
        this.items = page.items;
        this.hasOlder = page.hasOlder;
        this.detached = last.items.at(-1)?.id !== page.items.at(-1)?.id;
      };
    });
  }

  /** The page before what is shown. */
  async older(): Promise<void> {
    const before = this.items.find((item) => item.position !== null)?.position ?? null;
    if (!this.hasOlder || before === null) return;
    await this.#fetch(async (engine, room) => {
      const page = await engine.timeline(room, { before, limit: PAGE });
      return () => {
        this.hasOlder = page.hasOlder;
        const all = [...page.items, ...this.items];
        this.detached ||= all.length > MOST;
        this.items = all.slice(0, MOST);
      };
    });
  }

  /** The page after what is shown, where the newest was let go. `newest`: the room's last position. */
  async newer(newest: number): Promise<void> {
    const after = this.items.findLast((item) => item.position !== null)?.position ?? null;
    if (!this.detached || after === null) return;
    await this.#fetch(async (engine, room) => {
      // Positions rise but may leave gaps: ask further until something is there or the end is reached.
      for (let span = PAGE; ; span *= 4) {
        const page = await engine.timeline(room, { before: after + span + 1, limit: span });
        const items = page.items.filter((item) => item.position !== null && item.position > after);
        const reachedEnd = after + span >= newest;
        if (items.length === 0 && !reachedEnd) continue;
        const last = reachedEnd ? await engine.timeline(room, { limit: PAGE }) : null;
        return () => {
          const all = mergeItems(this.items, [...items, ...(last?.items ?? [])], true);
          this.detached = !reachedEnd;
          this.hasOlder ||= all.length > MOST;
          this.items = all.slice(-MOST);
        };
      }
    });
  }

  async #fetch(ask: (engine: Engine, room: RoomKey) => Promise<() => void>): Promise<void> {
    const engine = this.#engine;
    const room = this.#room;
    if (engine === null || room === null || this.#busy) return;
    this.#busy = true;
    try {
      const apply = await ask(engine, room);
      if (room === this.#room && engine === this.#engine) {
        apply();
        this.problem = null;
        this.loaded = true;
      }
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.#busy = false;
    }
    this.#host.requestUpdate();
    // The room was changed while its predecessor's page was on the way.
    if (room !== this.#room) await this.latest();
  }
}
