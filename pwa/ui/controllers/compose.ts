import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { newMessageKey } from '../../engine/api.ts';
import type { Engine, MessageItem, MessageKey, Problem, RoomKey, StagedKey } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';

const DRAFT_PAUSE = 400;

/** The setting of timers, so that a test's clock can stand in. */
export interface Timers {
  set(run: () => void, milliseconds: number): unknown;
  clear(timer: unknown): void;
}

const browserTimers: Timers = {
  set: (run, milliseconds) => setTimeout(run, milliseconds),
  clear: (timer) => { clearTimeout(timer as ReturnType<typeof setTimeout>); },
};

/** What the text is for: an answer to a message, or its new wording. */
export interface About {
  readonly kind: 'reply' | 'edit';
  readonly message: MessageItem;
}

/**
 * The text being written in one room. It is cleared only when the engine says that the message is stored;
 * whatever goes wrong before that, it stays.
 */
export class Compose implements ReactiveController {
  text = '';
  sending = false;
  problem: Problem | null = null;
  about: About | null = null;
  /** The draft, while a message is reworded. */
  #aside = '';
  readonly #host: ReactiveControllerHost;
  readonly #timers: Timers;
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #timer: unknown = null;
  #unsaved = false;
  /** The id of an attempt that failed: the same text goes out under it again, so it can never come twice. */
  #attempt: { readonly id: MessageKey; readonly text: string } | null = null;

  constructor(host: ReactiveControllerHost, timers: Timers = browserTimers) {
    this.#host = host;
    this.#timers = timers;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('pagehide', this.save);
    document.addEventListener('visibilitychange', this.save);
  }

  hostDisconnected(): void {
    this.save();
    removeEventListener('pagehide', this.save);
    document.removeEventListener('visibilitychange', this.save);
  }

  /** Takes up a room with the draft that was left there. */
  open(engine: Engine, room: RoomKey, draft: string): void {
    if (engine === this.#engine && room === this.#room) return;
    this.drop();
    this.save();
    this.#engine = engine;
    this.#room = room;
    this.text = draft;
    this.sending = false;
    this.problem = null;
    this.#attempt = null;
  }

  reply(message: MessageItem): void {
    this.drop();
    this.about = { kind: 'reply', message };
    this.#host.requestUpdate();
  }

  /** The draft waits until that is done. */
  edit(message: MessageItem): void {
    if (message.content.kind !== 'text' && message.content.kind !== 'media') return;
    this.drop();
    this.save();
    this.#aside = this.text;
    this.about = { kind: 'edit', message };
    this.text = message.content.text;
    this.#host.requestUpdate();
  }

  /** Neither an answer nor a rewording any more. */
  drop(): void {
    if (this.about?.kind === 'edit') this.text = this.#aside;
    this.about = null;
    this.#host.requestUpdate();
  }

  write(text: string): void {
    this.text = text;
    this.#host.requestUpdate();
    if (this.about?.kind === 'edit') return;
    this.#unsaved = true;
    this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(this.save, DRAFT_PAUSE);
  }

  /** Stores the draft now. */
  readonly save = (): void => {
    this.#timers.clear(this.#timer);
    if (!this.#unsaved || this.#engine === null || this.#room === null) return;
    this.#unsaved = false;
    this.#engine.setDraft(this.#room, this.text).catch((reason: unknown) => {
      this.#unsaved = true;
      this.#fail(reason);
    });
  };

  /** With what was staged for the room, where there is something. */
  async send(staged: readonly StagedKey[] = []): Promise<boolean> {
    const text = this.text.trim();
    const engine = this.#engine;
    const room = this.#room;
    if ((text === '' && staged.length === 0) || this.sending || engine === null || room === null) return false;
    this.sending = true;
    this.problem = null;
    const said = [text, ...staged].join('\n');
    this.#attempt = this.#attempt?.text === said ? this.#attempt : { id: newMessageKey(), text: said };
    this.#host.requestUpdate();
    const { about } = this;
    try {
      if (about?.kind === 'edit') await engine.edit(room, about.message.id, text);
      else await engine.send(room, this.#attempt.id, { ...(staged.length === 0 ? { kind: 'text', text } : { kind: 'media', text, staged }), ...(about === null ? {} : { reply: about.message.id }) });
    } catch (reason) {
      if (room === this.#room) {
        this.sending = false;
        this.#fail(reason);
      }
      return false;
    }
    if (room !== this.#room) {
      // The person went on to another room meanwhile; the draft that was saved on leaving is sent now.
      await engine.setDraft(room, '').catch((reason: unknown) => { this.#fail(reason); });
      return true;
    }
    this.sending = false;
    this.#attempt = null;
    if (about?.kind === 'edit') {
      this.drop();
      return true;
    }
    this.about = null;
    this.text = '';
    this.#unsaved = true;
    this.save();
    this.#host.requestUpdate();
    return true;
  }

  #fail(reason: unknown): void {
    this.problem = problemOf(reason);
    this.#host.requestUpdate();
  }
}
