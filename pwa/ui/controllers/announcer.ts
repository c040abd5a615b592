import { msg, str } from '@lit/localize';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Connection, EngineState, RoomKey, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { connectionText } from '../elements/sotto-connection-line.ts';
import { contentText, noticeText } from '../words/notices.ts';
import { isolated } from '../words/people.ts';
import { typingText } from '../words/signs.ts';

const words = {
  here: (name: string, text: string) => msg(str`${isolated(name)}: ${text}`),
  elsewhere: (name: string, room: string, text: string) => msg(str`${isolated(name)} in ${isolated(room)}: ${text}`),
  knock: (name: string, room: string) => msg(str`${isolated(name)} would like to come in to ${isolated(room)}`),
  stranger: (name: string, room: string) => msg(str`A warning in ${isolated(room)}: this is not the ${isolated(name)} you verified`),
  get back() { return msg('Online again'); },
} as const;

/** Milliseconds for which it is known that somebody writes. */
const TYPED_FOR = 30_000;

/** A muted room says nothing while one is elsewhere, unless one is mentioned and wants that. */
function isQuiet({ room, me, place: { muted } }: RoomSummary, item: TimelineItem, open: RoomKey | null): boolean {
  if (muted === null || open === room) return false;
  const mentioned = item.kind === 'message' && 'mentions' in item.content && item.content.mentions?.some(({ person }) => person === me) === true;
  return !(muted.mentions && mentioned);
}

/** What a screen reader is told as it happens: new messages of others, who asks to come in, and the connection. */
export class Announcer implements ReactiveController {
  text = '';
  readonly #host: ReactiveControllerHost;
  readonly #said = new Map<string, number>();
  #connection: Connection['kind'] | null = null;
  /** Who knocks and who takes a verified name: told once, and not what stood already when Sotto was opened. */
  #asking: ReadonlySet<string> | null = null;
  #typed: { readonly room: RoomKey | null; readonly at: number } = { room: null, at: 0 };

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
    if (last === undefined || isQuiet(room, last, open)) return;
    if (last.kind === 'notice') this.#say(noticeText(last.fact, room.me));
    else this.#say(open === room.room ? words.here(isolated(last.sender.name), contentText(last)) : words.elsewhere(isolated(last.sender.name), isolated(room.name), contentText(last)));
  }

  people(state: EngineState | null): void {
    if (state === null) return;
    const asking = new Set<string>();
    for (const room of state.rooms) {
      for (const { id, who } of room.knocks) this.#ask(asking, `${room.room} ${id}`, words.knock(isolated(who.name), isolated(room.name)));
      for (const { who } of room.unacknowledged) this.#ask(asking, `${room.room} ${who.person}`, words.stranger(isolated(who.name), isolated(room.name)));
    }
    this.#asking = asking;
  }

  /** That somebody writes in the room that is open: once in a while, and not each time that they pause. */
  typing(room: RoomSummary | undefined): void {
    const text = room === undefined ? '' : typingText({ ...room, kind: 'group' });
    if (room === undefined || text === '' || (room.room === this.#typed.room && Date.now() - this.#typed.at < TYPED_FOR)) return;
    this.#typed = { room: room.room, at: Date.now() };
    this.#say(text, false);
  }

  #ask(asking: Set<string>, key: string, text: string): void {
    asking.add(key);
    if (this.#asking?.has(key) === false) this.#say(text, false);
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
