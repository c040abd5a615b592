import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { assertNever } from '../../../shared/never.ts';
import type { Engine, MessageItem, MessageKey, Problem, RoomKey } from '../../engine/api.ts';
import type { MessageAct } from '../elements/message-content.ts';
import type { ChooseEvent, Choice } from '../views/sotto-message-menu.ts';
import { problemOf } from '../words/problems.ts';

/** What needs the room's own view. */
export interface RoomActs {
  reply(message: MessageItem): void;
  edit(message: MessageItem): void;
  forward(message: MessageItem): void;
  openThread(message: MessageItem): void;
  showVersions(message: MessageItem): void;
  goTo(key: MessageKey): void;
  failed(problem: Problem): void;
}

/** What people do to messages: by touch, by the menu beside one, by keys. */
export class MessageActs implements ReactiveController {
  /** The message that the menu stands beside. */
  menu: { readonly message: MessageItem; readonly anchor: HTMLElement } | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #on: RoomActs;
  /** What was chosen takes the focus elsewhere. */
  #goesOn = false;
  #engine: Engine | null = null;
  #room: RoomKey | null = null;

  constructor(host: ReactiveControllerHost, on: RoomActs) {
    this.#host = host;
    this.#on = on;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.menu = null;
  }

  open(engine: Engine, room: RoomKey): void {
    if (room !== this.#room) this.menu = null;
    this.#engine = engine;
    this.#room = room;
  }

  readonly take = (act: MessageAct): void => {
    switch (act.kind) {
      case 'menu':
        this.menu = { message: act.message, anchor: act.anchor };
        this.#goesOn = false;
        // Fetched the first time that it is wanted; until then its place is empty.
        void import('../views/sotto-message-menu.ts');
        this.#host.requestUpdate();
        return;
      case 'react':
        return this.#do((engine, room) => engine.react(room, act.message.id, act.emoji, act.on));
      case 'vote':
        return this.#do((engine, room) => engine.vote(room, act.message.id, act.choices));
      case 'go-to':
        return this.#on.goTo(act.key);
      case 'thread':
        return this.#on.openThread(act.message);
      default:
        assertNever(act);
    }
  };

  readonly closeMenu = (): void => {
    const anchor = this.menu?.anchor;
    this.menu = null;
    this.#host.requestUpdate();
    if (!this.#goesOn) anchor?.focus({ preventScroll: true });
  };

  readonly choose = ({ detail }: ChooseEvent): void => {
    const message = this.menu?.message;
    if (message === undefined) return;
    if ('emoji' in detail) this.#do((engine, room) => engine.react(room, message.id, detail.emoji, detail.on));
    else this.#carryOut(detail.choice, message);
  };

  #carryOut(choice: Choice, message: MessageItem): void {
    this.#goesOn = ['reply', 'thread', 'edit', 'forward', 'versions'].includes(choice);
    switch (choice) {
      case 'reply':
        return this.#on.reply(message);
      case 'thread':
        return this.#on.openThread(message);
      case 'edit':
        return this.#on.edit(message);
      case 'forward':
        return this.#on.forward(message);
      case 'versions':
        return this.#on.showVersions(message);
      case 'copy':
        return this.#do(() => navigator.clipboard.writeText(message.content.kind === 'text' || message.content.kind === 'media' ? message.content.text : ''));
      case 'pin':
      case 'unpin':
        return this.#do((engine, room) => engine.pin(room, message.id, choice === 'pin'));
      case 'close':
        return this.#do((engine, room) => engine.closePoll(room, message.id));
      case 'deleteForAll':
        return this.#do((engine, room) => engine.deleteForAll(room, message.id));
      case 'deleteHere':
        return this.#do((engine, room) => engine.deleteHere(room, [message.id]));
      default:
        assertNever(choice);
    }
  }

  #do(what: (engine: Engine, room: RoomKey) => Promise<unknown>): void {
    if (this.#engine === null || this.#room === null) return;
    what(this.#engine, this.#room).catch((reason: unknown) => { this.#on.failed(problemOf(reason)); });
  }
}
