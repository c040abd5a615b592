import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Attachment, AttachmentAt, Problem, Transfer } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';
import type { MediaDesk } from './desk.ts';
import { keyOf } from './shown.ts';
import type { Shown, Taken } from './shown.ts';

/** How far out of sight something is opened already, and still kept open. */
const MARGIN = '500px';
// Newer than the types: it widens what scrolls as rootMargin widens the window.
const NEAR: IntersectionObserverInit & { readonly scrollMargin: string } = { rootMargin: MARGIN, scrollMargin: MARGIN };

/**
 * One attachment, as its host draws it: opened when it comes into sight, where it is here or may be fetched by itself, or when it is asked for;
 * let go of when it is out of sight.
 */
export class OnScreen implements ReactiveController {
  shown: Shown | null = null;
  problem: Problem | null = null;
  readonly #host: ReactiveControllerHost & HTMLElement;
  #desk: MediaDesk | null = null;
  #at: AttachmentAt | null = null;
  #attachment: Attachment | null = null;
  #taken: Taken | null = null;
  #inSight = false;
  /** It was asked for, and stays so until it is here. */
  #asked = false;
  #observer: IntersectionObserver | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer = new IntersectionObserver((entries) => { this.#seen(entries.at(-1)?.isIntersecting === true); }, NEAR);
    this.#observer.observe(this.#host);
    this.#desk?.addEventListener('transfer', this.#moved);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#desk?.removeEventListener('transfer', this.#moved);
    this.#inSight = false;
    this.#letGo();
  }

  /** Says what is drawn now. */
  use(desk: MediaDesk, at: AttachmentAt, attachment: Attachment): void {
    if (desk !== this.#desk) {
      this.#desk?.removeEventListener('transfer', this.#moved);
      desk.addEventListener('transfer', this.#moved);
    }
    if (desk !== this.#desk || this.#at === null || keyOf(at) !== keyOf(this.#at)) {
      this.#letGo();
      this.problem = null;
      this.#asked = false;
    }
    this.#desk = desk;
    this.#at = at;
    this.#attachment = attachment;
    this.#consider();
  }

  get transfer(): Transfer | null {
    return this.#desk === null || this.#at === null || this.#attachment === null ? null : this.#desk.transferOf(this.#at, this.#attachment);
  }

  /** Fetches it, as the person asked for it. */
  fetch(): void {
    this.problem = null;
    this.#asked = true;
    if (this.transfer?.state === 'paused' || this.transfer?.state === 'failed') this.resume();
    this.#take();
    this.#host.requestUpdate();
  }

  pause(): void {
    this.#do((desk, at) => desk.engine.pause(at));
  }

  resume(): void {
    this.#do((desk, at) => desk.engine.resume(at));
  }

  unsend(): void {
    this.#do((desk, at) => desk.engine.unsend(at.room, at.message));
  }

  #do(what: (desk: MediaDesk, at: AttachmentAt) => Promise<unknown>): void {
    if (this.#desk === null || this.#at === null) return;
    what(this.#desk, this.#at).catch((reason: unknown) => { this.#fail(reason); });
  }

  #seen(isInSight: boolean): void {
    if (isInSight === this.#inSight) return;
    this.#inSight = isInSight;
    if (isInSight) this.#consider();
    else if (!this.#asked || this.shown !== null) this.#letGo();
  }

  #consider(): void {
    if (!this.#inSight || this.#desk === null || this.#attachment === null || this.problem !== null) return;
    const moving = this.transfer;
    if (moving?.direction === 'down' && (moving.state === 'paused' || moving.state === 'failed') && !this.#asked) return;
    if (this.#desk.comesByItself(this.#attachment) || this.#asked) this.#take();
  }

  #take(): void {
    if (this.#taken !== null || this.#desk === null || this.#at === null) return;
    const taken = this.#desk.take(this.#at);
    this.#taken = taken;
    taken.shown.then(
      (shown) => {
        if (this.#taken !== taken) return;
        this.shown = shown;
        this.#host.requestUpdate();
      },
      (reason: unknown) => {
        if (this.#taken !== taken) return;
        taken.release();
        this.#taken = null;
        this.#fail(reason);
      },
    );
  }

  #fail(reason: unknown): void {
    this.#asked = false;
    const problem = problemOf(reason);
    // Whoever paused it knows.
    if (problem.code !== 'attachment-paused') this.problem = problem;
    this.#host.requestUpdate();
  }

  #letGo(): void {
    this.#taken?.release();
    this.#taken = null;
    if (this.shown === null) return;
    this.shown = null;
    this.#host.requestUpdate();
  }

  readonly #moved = (): void => {
    this.#host.requestUpdate();
  };
}
