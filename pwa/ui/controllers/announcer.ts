import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Connection, EngineState, RoomKey, TimelineItem } from '../../engine/api.ts';
import { connectionText } from '../elements/sotto-connection-line.ts';
import { contentText, noticeText } from '../words/notices.ts';

const words = {
  here: (name: string, text: string) => `${name}: ${text}`,
  elsewhere: (name: string, room: string, text: string) => `${name} in ${room}: ${text}`,
  back: 'Online again',
} as const;

/** What a screen reader is told as it happens: new messages of others, and the connection. */
export class Announcer implements ReactiveController {
  text = '';
  readonly #host: ReactiveControllerHost;
  readonly #said = new Map<string, number>();
  #connection: Connection['kind'] | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#connection = null;
  }

  items(event: { readonly room: string; readonly items: readonly TimelineItem[] }, state: EngineState | null, open: RoomKey | null): void {
    const room = state?.rooms.find((one) => one.room === event.room);
    if (room === undefined) return;
    // Changes to what is there already, and what this person did, are no news to them.
    const known = this.#said.get(event.room) ?? room.readThrough;
    const fresh = event.items.filter((item) => (item.position ?? -1) > known && !(item.kind === 'message' && item.mine));
    const newest = Math.max(known, ...event.items.map((item) => item.position ?? -1));
    this.#said.set(event.room, newest);
    const last = fresh.at(-1);
    if (last === undefined) return;
    if (last.kind === 'notice') this.#say(noticeText(last.fact, room.me));
    else this.#say(open === room.room ? words.here(last.sender.name, contentText(last)) : words.elsewhere(last.sender.name, room.name, contentText(last)));
  }

  connection(connection: Connection | null): void {
    if (connection === null || connection.kind === this.#connection) return;
    const before = this.#connection;
    if (connection.kind === 'connecting') return;
    this.#connection = connection.kind;
    if (connection.kind === 'offline') this.#say(connectionText(connection), false);
    else if (before === 'offline') this.#say(words.back, false);
  }

  #say(text: string, draw = true): void {
    this.text = text;
    if (draw) this.#host.requestUpdate();
  }
}
