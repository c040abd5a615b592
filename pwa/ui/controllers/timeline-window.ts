import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, Problem, RoomKey, TimelineItem, TimelinePage, TimelineSpan } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';
import { mergeItems } from '../timeline/merge.ts';

/** Items that a jump brings; that scrolling on brings: few, so that drawing them fits between two frames; that are kept at most, so that memory is bounded. */
const JUMP = 60;
const STEP = 30;
const MOST = 240;

/** The part of one room's timeline that is on screen or near it: what is far from the reader is let go, at either end, and fetched again. */
export class TimelineWindow implements ReactiveController {
  items: readonly TimelineItem[] = [];
  hasOlder = false;
  /** True while the newest are not here, because somebody reads far back. */
  hasNewer = false;
  loaded = false;
  problem: Problem | null = null;
  readonly #host: ReactiveControllerHost;
  /** Whether what is new is looked at: else the end is what may be let go. */
  readonly #atEnd: () => boolean;
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #start: number | null = null;
  #stop: (() => void) | null = null;
  #busy = false;
  #turn: Promise<void> = Promise.resolve();
  /** Rises whenever what is shown is begun anew: an answer to a question from before is nobody's. */
  #opened = 0;
  /** What arrived while the first page was on its way: merged in after it. */
  #early: TimelineItem[] = [];

  constructor(host: ReactiveControllerHost, atEnd: () => boolean) {
    this.#host = host;
    this.#atEnd = atEnd;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#engine !== null && this.#room !== null && this.#stop === null) this.open(this.#engine, this.#room, this.#start, true);
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** Begins anew at a position of a room, or at its end. */
  open(engine: Engine, room: RoomKey, at: number | null, again = false): void {
    if (!again && engine === this.#engine && room === this.#room && this.#stop !== null) return;
    this.hostDisconnected();
    this.#opened++;
    this.#engine = engine;
    this.#room = room;
    this.#start = at;
    this.items = [];
    this.hasOlder = false;
    this.hasNewer = false;
    this.loaded = false;
    this.problem = null;
    this.#early = [];
    this.#stop = engine.subscribe((event) => {
      if (event.kind === 'gone' && event.room === this.#room) {
        this.items = this.items.filter(({ id }) => !event.messages.some((gone) => gone === id));
        this.#host.requestUpdate();
      }
      // What stands in a thread is shown there.
      if (event.kind === 'timeline' && event.room === this.#room) this.#take(event.items.filter((item) => item.kind === 'notice' || item.thread === undefined));
    });
    void this.reload();
  }

  /** Where it was begun. */
  reload(): Promise<void> {
    return this.#start === null ? this.latest() : this.around(this.#start);
  }

  /** The last page, whatever was shown before. */
  latest(): Promise<void> {
    return this.#jump({ limit: JUMP });
  }

  /** The part of the timeline around a position. */
  around(position: number): Promise<void> {
    return this.#jump({ around: position, limit: JUMP });
  }

  /** The page before what is shown. */
  async older(): Promise<void> {
    const before = this.items.find((item) => item.position !== null)?.position ?? null;
    if (!this.hasOlder || before === null || this.#busy) return;
    await this.#fetch({ before, limit: STEP }, (page) => {
      this.hasOlder = page.hasOlder;
      this.items = [...page.items, ...this.items];
      this.#bound('end');
    });
  }

  /** The page after what is shown, where the newest are not here. */
  async newer(): Promise<void> {
    const after = this.items.findLast((item) => item.position !== null)?.position ?? null;
    if (!this.hasNewer || after === null || this.#busy) return;
    await this.#fetch({ after, limit: STEP }, (page) => {
      this.hasNewer = page.hasNewer;
      this.items = mergeItems(this.items, page.items);
      this.#bound('start');
    });
  }

  #take(items: readonly TimelineItem[]): void {
    if (!this.loaded || this.#busy) this.#early.push(...items);
    if (!this.loaded) return;
    const merged = mergeItems(this.items, items, this);
    if (merged.length === this.items.length && merged.every((item, at) => item === this.items[at])) return;
    this.items = merged;
    this.#bound(this.#atEnd() ? 'start' : 'end');
    this.#host.requestUpdate();
  }

  /** Lets go at one end what is too much. */
  #bound(end: 'start' | 'end'): void {
    if (this.items.length <= MOST) return;
    if (end === 'start') {
      this.items = this.items.slice(-MOST);
      this.hasOlder = true;
    } else {
      this.items = this.items.slice(0, MOST);
      this.hasNewer = true;
    }
  }

  #jump(span: TimelineSpan): Promise<void> {
    return this.#fetch(span, (page) => {
      this.hasOlder = page.hasOlder;
      this.hasNewer = page.hasNewer;
      this.items = page.items;
    });
  }

  /** One after the other, so that each knows what the one before it brought. */
  #fetch(span: TimelineSpan, apply: (page: TimelinePage) => void): Promise<void> {
    const [engine, room, opened] = [this.#engine, this.#room, this.#opened];
    if (engine === null || room === null) return Promise.resolve();
    this.#busy = true;
    const turn = this.#turn.then(async () => {
      if (opened !== this.#opened) return;
      try {
        const page = await engine.timeline(room, span);
        if (opened !== this.#opened) return;
        apply(page);
        // What came while the page was on its way is newer than what it says.
        this.items = mergeItems(this.items, this.#early, this);
        this.problem = null;
        this.loaded = true;
      } catch (reason) {
        if (opened === this.#opened) this.problem = problemOf(reason);
      }
    }).finally(() => {
      if (turn !== this.#turn) return;
      this.#busy = false;
      this.#early = [];
      this.#host.requestUpdate();
    });
    this.#turn = turn;
    return turn;
  }
}
