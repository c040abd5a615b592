/** What is to be sent with the text of one room: made ready, sealed and stored as soon as it is chosen, so that it survives everything that the draft does. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { MOST_ATTACHMENTS } from '../../engine/api.ts';
import type { AttachmentFacts, Engine, Problem, RoomKey, Staged, StagedKey } from '../../engine/api.ts';
import { pictureUrl } from '../elements/picture-url.ts';
import { problemOf } from '../words/problems.ts';
import type { Prepared } from './preparing.ts';

export interface Laid {
  readonly id: number;
  readonly name: string;
  /** Bytes of what is sent; null until it is known. */
  size: number | null;
  look: AttachmentFacts['look'];
  /** To be drawn beside the text. */
  thumb: string | null;
  /** Null while it is made ready. */
  key: StagedKey | null;
  problem: Problem | null;
  /** Where it was made smaller, and could be sent as it was: null for what has no choice. */
  original: boolean | null;
}

export class Tray implements ReactiveController {
  items: readonly Laid[] = [];
  readonly #host: ReactiveControllerHost;
  readonly #files = new Map<number, File>();
  readonly #work = new Set<Promise<void>>();
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #next = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    for (const { thumb } of this.items) letGo(thumb);
  }

  /** Whether there is anything to send. */
  get laden(): boolean {
    return this.items.some(({ problem }) => problem === null);
  }

  /** Resolves when nothing is made ready any more, with what is to be sent: what could not be is left out. */
  async ready(): Promise<readonly StagedKey[]> {
    while (this.#work.size > 0) await Promise.all(this.#work);
    return this.items.flatMap(({ key }) => (key === null ? [] : [key]));
  }

  /** Takes up what was left in a room. */
  async open(engine: Engine, room: RoomKey): Promise<void> {
    if (engine === this.#engine && room === this.#room) return;
    [this.#engine, this.#room] = [engine, room];
    this.#show([]);
    const staged = await engine.staged(room).catch((): readonly Staged[] => []);
    if (room !== this.#room) return;
    this.#show([...staged.map((one) => this.#kept(one)), ...this.items]);
  }

  /** Looks again: something was staged elsewhere, or sent. */
  async refresh(): Promise<void> {
    const [engine, room] = [this.#engine, this.#room];
    if (engine === null || room === null) return;
    const staged = await engine.staged(room).catch((): readonly Staged[] => []);
    if (room !== this.#room) return;
    const known = new Map(this.items.flatMap((one) => (one.key === null ? [] : [[one.key, one] as const])));
    this.#show([...staged.map((one) => known.get(one.key) ?? this.#kept(one)), ...this.items.filter(({ key }) => key === null)]);
  }

  add(files: Iterable<File>): void {
    for (const file of [...files].slice(0, MOST_ATTACHMENTS - this.items.length)) {
      const laid: Laid = { id: this.#next++, name: file.name, size: null, look: 'file', thumb: null, key: null, problem: null, original: null };
      this.#files.set(laid.id, file);
      this.#show([...this.items, laid]);
      void this.#working(this.#stage(laid, file, false));
    }
  }

  async remove(laid: Laid): Promise<void> {
    this.#show(this.items.filter((one) => one !== laid));
    this.#files.delete(laid.id);
    letGo(laid.thumb);
    if (laid.key !== null && this.#engine !== null && this.#room !== null) await this.#engine.unstage(this.#room, laid.key).catch(() => undefined); // it is swept at the next start
  }

  /** Sends it as it was, or smaller again. */
  async choose(laid: Laid, original: boolean): Promise<void> {
    const file = this.#files.get(laid.id);
    const [engine, room, before] = [this.#engine, this.#room, laid.key];
    if (file === undefined || engine === null || room === null || laid.original === null) return;
    [laid.original, laid.key, laid.size] = [original, null, null];
    this.#changed();
    await this.#working(this.#stage(laid, file, original));
    if (before !== null) await engine.unstage(room, before).catch(() => undefined); // as above
  }

  /** All of it went out. */
  sent(): void {
    for (const { thumb } of this.items) letGo(thumb);
    this.#files.clear();
    this.#show([]);
  }

  async #working(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    await work;
    this.#work.delete(work);
  }

  async #stage(laid: Laid, file: File, original: boolean): Promise<void> {
    const [engine, room] = [this.#engine, this.#room];
    if (engine === null || room === null) return;
    try {
      const { prepare, prepareAnew } = await import('./preparing.ts');
      const prepared = await prepare(file, original);
      if (laid.original === null && prepared.scaled) laid.original = false;
      this.#draw(laid, prepared);
      const key = await engine.stage(room, prepared.blob, prepared.facts).catch(async (reason: unknown) => {
        // What its own bytes say beside the picture cannot be taken out: the picture itself can be drawn anew.
        const anew = problemOf(reason).code === 'attachment-unreadable' ? await prepareAnew(file) : null;
        if (anew === null) throw reason;
        this.#draw(laid, anew);
        return engine.stage(room, anew.blob, anew.facts);
      });
      if (this.items.includes(laid)) laid.key = key;
      else await engine.unstage(room, key); // taken away meanwhile
    } catch (reason) {
      laid.problem = problemOf(reason);
    }
    this.#changed();
  }

  #draw(laid: Laid, { blob, facts, thumb }: Prepared): void {
    laid.size = blob.size;
    laid.look = facts.look;
    if (laid.thumb === null && thumb !== null) laid.thumb = URL.createObjectURL(thumb);
    this.#changed();
  }

  #kept({ key, name, size, look, preview }: Staged): Laid {
    return { id: this.#next++, name, size, look, thumb: pictureUrl(preview ?? null), key, problem: null, original: null };
  }

  #show(items: readonly Laid[]): void {
    this.items = items;
    this.#changed();
  }

  #changed(): void {
    this.#host.requestUpdate();
  }
}

const letGo = (url: string | null): void => {
  if (url?.startsWith('blob:') === true) URL.revokeObjectURL(url);
};
