import type { AttachmentAt, MessageItem, Problem } from '../../engine/api.ts';
import { attachmentsOf } from './of-message.ts';
import { problemOf } from '../words/problems.ts';
import { keyOf } from './shown.ts';
import type { Opening, Taken } from './shown.ts';

export const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** How far along the conversation the next voice message is looked for. */
const AHEAD = 12;

/**
 * Plays voice messages, one at a time, whatever becomes of the element that began it: the conversation may scroll it away. Fires
 * `change` when anything about it does.
 */
export class Player extends EventTarget {
  readonly #desk: Opening;
  readonly #audio = new Audio();
  #at: AttachmentAt | null = null;
  #taken: Taken | null = null;
  #speed: Speed = 1;
  #wanted = false;
  problem: Problem | null = null;
  /** Seconds into what was left before its end. */
  readonly #left = new Map<string, number>();

  constructor(desk: Opening) {
    super();
    this.#desk = desk;
    this.#audio.preservesPitch = true;
    for (const event of ['timeupdate', 'playing', 'pause', 'durationchange', 'seeked'] as const) this.#audio.addEventListener(event, this.#changed);
    this.#audio.addEventListener('ended', () => { void this.#goOn(); });
    this.#audio.addEventListener('error', () => { if (this.#taken !== null) this.#fail({ code: 'attachment-unreadable', detail: 'this browser does not play it' }); });
  }

  get speed(): Speed {
    return this.#speed;
  }

  isAt(at: AttachmentAt): boolean {
    return this.#at !== null && keyOf(this.#at) === keyOf(at);
  }

  isPlaying(at: AttachmentAt): boolean {
    return this.isAt(at) && this.#wanted;
  }

  /** Seconds. */
  position(at: AttachmentAt): number {
    return this.isAt(at) && this.#taken !== null ? this.#audio.currentTime : (this.#left.get(keyOf(at)) ?? 0);
  }

  /** Goes on where it was left. What plays elsewhere stops. */
  async play(at: AttachmentAt): Promise<void> {
    this.problem = null;
    this.#wanted = true;
    if (!this.isAt(at) || this.#taken === null) {
      this.#letGo();
      this.#wanted = true;
      this.#at = at;
      const taken = this.#desk.take(at);
      this.#taken = taken;
      this.#changed();
      try {
        const { url, shows } = await taken.shown;
        if (this.#taken !== taken) return taken.release();
        if (url === null || shows === 'picture') return this.#fail({ code: 'attachment-unreadable', detail: 'no sound' });
        this.#audio.src = url;
        this.#audio.currentTime = this.#left.get(keyOf(at)) ?? 0;
      } catch (reason) {
        if (this.#taken === taken) this.#fail(problemOf(reason));
        return;
      }
    }
    if (!this.#wanted) return;
    this.#audio.playbackRate = this.#speed;
    await this.#audio.play().catch((reason: unknown) => {
      // A browser that was told to stop before it began says so like this.
      if (!(reason instanceof DOMException && reason.name === 'AbortError')) this.#fail({ code: 'attachment-unreadable', detail: String(reason) });
    });
  }

  pause(): void {
    this.#wanted = false;
    this.#audio.pause();
    this.#remember();
    this.#changed();
  }

  /** Seconds; of what does not play, it is remembered. */
  seek(at: AttachmentAt, seconds: number): void {
    this.#left.set(keyOf(at), seconds);
    if (this.isAt(at) && this.#taken !== null) this.#audio.currentTime = seconds;
    this.#changed();
  }

  faster(): void {
    this.#speed = SPEEDS[(SPEEDS.indexOf(this.#speed) + 1) % SPEEDS.length] ?? 1;
    this.#audio.playbackRate = this.#speed;
    this.#changed();
  }

  async #goOn(): Promise<void> {
    const ended = this.#at;
    if (ended === null) return;
    this.#left.delete(keyOf(ended));
    this.#letGo();
    this.#changed();
    const next = await this.#next(ended).catch(() => null); // where the conversation cannot be read, it ends here
    if (next !== null && this.#at === null) await this.play(next);
  }

  /** The voice message that follows, where nothing but a few texts stand between. */
  async #next({ room, message }: AttachmentAt): Promise<AttachmentAt | null> {
    const { position } = await this.#desk.engine.message(room, message);
    if (position === null) return null;
    const { items } = await this.#desk.engine.timeline(room, { before: position + AHEAD, limit: AHEAD });
    const after = items.find((item): item is MessageItem => item.kind === 'message' && (item.position ?? -1) > position && attachmentsOf(item).some(({ look }) => look === 'voice'));
    return after === undefined ? null : { room, message: after.id, index: attachmentsOf(after).findIndex(({ look }) => look === 'voice') };
  }

  #remember(): void {
    if (this.#at !== null && this.#taken !== null && this.#audio.currentTime > 0) this.#left.set(keyOf(this.#at), this.#audio.currentTime);
  }

  #letGo(): void {
    this.#remember();
    this.#wanted = false;
    const taken = this.#taken;
    this.#taken = null;
    this.#at = null;
    this.#audio.pause();
    this.#audio.removeAttribute('src');
    taken?.release();
  }

  #fail(problem: Problem): void {
    const at = this.#at;
    this.#letGo();
    this.#at = at;
    this.problem = problem;
    this.#changed();
  }

  readonly #changed = (): void => {
    this.dispatchEvent(new Event('change'));
  };
}
