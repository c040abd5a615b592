import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, EngineEvent, MessageItem, MessageKey, RoomKey, TimelineItem } from '../../engine/api.ts';
import type { Quoted } from '../elements/message-content.ts';

/** The messages that others answer: from what is on screen, else fetched once. */
export class Quotes implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #stop: (() => void) | null = null;
  readonly #known = new Map<MessageKey, MessageItem | null>();
  readonly #asked = new Set<MessageKey>();
  /** Rises whenever a quote says something else than before. */
  version = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
    this.#engine = null;
  }

  open(engine: Engine, room: RoomKey): void {
    if (engine === this.#engine && room === this.#room) return;
    this.#stop?.();
    this.#known.clear();
    this.#asked.clear();
    this.#engine = engine;
    this.#room = room;
    this.#stop = engine.subscribe((event) => { this.#hear(event); });
  }

  /** What was edited or deleted is quoted as it is now. */
  #hear(event: EngineEvent): void {
    if (event.kind === 'timeline' && event.room === this.#room) for (const item of event.items) if (item.kind === 'message' && this.#known.has(item.id)) this.#learn(item.id, item);
    if (event.kind === 'gone' && event.room === this.#room) for (const key of event.messages) if (this.#known.has(key)) this.#learn(key, null);
  }

  /** Undefined until it is known. */
  find(key: MessageKey, shown: readonly TimelineItem[]): Quoted {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const here = shown.find((item) => item.id === key);
    if (here?.kind === 'message') {
      this.#known.set(key, here);
      return here;
    }
    this.#ask(key);
    return undefined;
  }

  #learn(key: MessageKey, item: MessageItem | null): void {
    this.#known.set(key, item);
    this.version += 1;
    this.#host.requestUpdate();
  }

  #ask(key: MessageKey): void {
    const [engine, room] = [this.#engine, this.#room];
    if (engine === null || room === null || this.#asked.has(key)) return;
    this.#asked.add(key);
    const take = (item: MessageItem | null): void => {
      if (room !== this.#room) return;
      this.#learn(key, item);
    };
    engine.message(room, key).then(take, () => { take(null); });
  }
}
