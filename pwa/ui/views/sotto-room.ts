import { LitElement, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Connection, Engine, MessageItem, MessageKey, RoomKey, RoomSummary } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { Compose, type About } from '../controllers/compose.ts';
import { LogScroll } from '../controllers/log-scroll.ts';
import { MessageActs } from '../controllers/message-acts.ts';
import { Quotes } from '../controllers/quotes.ts';
import { TimelineWindow } from '../controllers/timeline-window.ts';
import { icon } from '../elements/icon.ts';
import { otherOf, partnerOf, roomFace } from '../elements/room-face.ts';
import '../elements/sotto-banner.ts';
import '../elements/sotto-composer.ts';
import type { Purpose, SottoComposer, WriteEvent } from '../elements/sotto-composer.ts';
import '../elements/sotto-connection-line.ts';
import type { ActEvent, SottoMessageGroup } from '../elements/sotto-message-group.ts';
import '../elements/sotto-message-group.ts';
import { base, buttons, marks } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { layOut } from '../timeline/layout.ts';
import type { Block } from '../timeline/layout.ts';
import { contentText, isGrave, noticeText } from '../words/notices.ts';
import { problemOf, problemSentence } from '../words/problems.ts';
import { dayName } from '../words/times.ts';
import { mayInvite } from '../words/people.ts';
import { openSheet } from './sheets.ts';
import type { SheetEvent } from './sheets.ts';
import './sotto-room-banners.ts';
import './sotto-standing.ts';
import { roomStyles } from './sotto-room.styles.ts';

const words = {
  back: 'Back to rooms',
  details: (name: string) => `About ${name}`,
  find: 'Find in this room',
  invite: 'Invite people',
  messages: (name: string) => `Messages in ${name}`,
  people: (count: number) => (count === 1 ? 'Only you' : `${count} people`),
  direct: 'Just the two of you',
  withYou: (name: string) => `You and ${name}`,
  fresh: 'New',
  toEnd: 'Go to the newest message',
  toNew: (count: number) => (count === 1 ? 'Go to 1 new message' : `Go to ${count} new messages`),
  beginning: 'This is where it begins',
  alone: 'Only you are here so far. Invite someone to talk to.',
  inviteSomeone: 'Invite someone',
  understood: 'I understand',
  unanswered: (name: string) => `${name} was asked and has not answered yet. You can write as soon as they accept.`,
  partnerLeft: (name: string) => `${name} left this chat. What was written stays; write to them from a room that you share to begin anew.`,
  held: 'Writing waits until you have looked at the warning above. What you wrote is kept.',
  notLoaded: 'These messages could not be read.',
  again: 'Try again',
} as const;

/** One conversation. Fires `up`, `open-details`, `open-sheet`, `reached`. */
@customElement('sotto-room')
export class SottoRoom extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) connection: Connection = { kind: 'online' };
  /** A message to show: `reached` is fired when it does. */
  @property({ attribute: false }) target: MessageKey | null = null;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private newAfter: number | null = null;
  @state() private problem = '';
  /** The message that was gone to. */
  @state() private held: MessageKey | null = null;
  @query('.log') private readonly log!: HTMLElement;
  @query('.content') private readonly content!: HTMLElement;
  @query('sotto-composer') private readonly composer!: SottoComposer | null;
  #opened: RoomKey | null = null;
  #placed = false;
  #readThrough = -1;
  readonly #timeline = new TimelineWindow(this);
  readonly #compose = new Compose(this);
  readonly #quotes = new Quotes(this);
  readonly #acts = new MessageActs(this, {
    reply: (message) => { this.#begin(() => { this.#compose.reply(message); }); },
    edit: (message) => { this.#begin(() => { this.#compose.edit(message); }); },
    forward: (message) => { openSheet(this, { kind: 'forward', message: message.id }); },
    openThread: (message) => { openSheet(this, { kind: 'thread', message: message.id }); },
    showVersions: (message) => { openSheet(this, { kind: 'versions', message: message.id }); },
    goTo: (key) => { void this.#goTo(key); },
    failed: (problem) => { this.problem = problemSentence(problem); },
  });
  readonly #scroll = new LogScroll(this, {
    nearStart: () => { void this.#timeline.older(); },
    nearEnd: () => { if (this.#timeline.detached) void this.#timeline.newer(this.room?.latest?.position ?? Number.MAX_SAFE_INTEGER); },
    seen: () => { this.#markSeen(); },
  });

  static override styles = [base, buttons, marks, roomStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#markSeen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#markSeen);
    this.#opened = null;
  }

  /** Where one lands on coming here: with a keyboard in the composer, on a phone at the room's name. */
  override focus(): void {
    const keyboard = matchMedia('(hover: hover) and (pointer: fine)').matches;
    if (keyboard && this.composer !== null) this.composer.focus();
    else this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { engine, room } = this;
    if (engine === null || room === null || room.room === this.#opened) return;
    this.#opened = room.room;
    this.#placed = false;
    this.#readThrough = room.readThrough;
    this.problem = '';
    this.newAfter = room.unread > 0 ? room.readThrough : null;
    this.#timeline.open(engine, room.room);
    this.#compose.open(engine, room.room, room.draft);
    this.#quotes.open(engine, room.room);
    this.#acts.open(engine, room.room);
    this.held = null;
  }

  protected override updated(): void {
    if (this.room === null) return;
    this.#scroll.watch({ scroller: this.log, content: this.content });
    if (this.#timeline.loaded && !this.#placed) {
      this.#placed = true;
      const line = this.renderRoot.querySelector('.new');
      this.#scroll.begin(line === null ? null : () => this.renderRoot.querySelector('.new'));
    }
    // A message that comes into a room with space left neither scrolls it nor makes it higher.
    if (this.#scroll.atEnd) this.#markSeen();
    if (this.#placed && this.target !== null) {
      void this.#goTo(this.target);
      this.dispatchEvent(new CustomEvent('reached'));
    }
  }

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    const offline = this.connection.kind !== 'online';
    const days = layOut(this.#timeline.items, this.newAfter);
    return html`
      ${this.#header(room)}
      ${this.narrow ? html`<sotto-connection-line .connection=${this.connection}></sotto-connection-line>` : nothing}
      <div class="banners">
        <sotto-room-banners .engine=${this.engine} .room=${room} @open-sheet=${(event: SheetEvent) => { openSheet(this, event.detail); }} @open-details=${() => { this.#say('open-details'); }}></sotto-room-banners>
        ${this.problem === '' ? nothing : html`<sotto-banner tone="danger" heading=${this.problem} dismissal=${words.understood} @dismiss=${() => { this.problem = ''; }}></sotto-banner>`}
      </div>
      <div class="frame">
        <div class="log" role="log" aria-live="off" tabindex="0" aria-label=${words.messages(room.name)} @keydown=${this.#arrows}>
          <div class="content">
            ${this.#beginning(room)}
            ${repeat(days, (day) => day.start, (day) => html`
              <section class="day" aria-label=${dayName(day.start)}>
                <h2 class="day-line"><span>${dayName(day.start)}</span></h2>
                ${repeat(day.blocks, (block) => block.key, (block) => this.#block(block, room, offline))}
              </section>`)}
          </div>
        </div>
        ${this.#toEndButton(room)}
      </div>
      ${this.#menu(room)}
      ${this.#foot(room)}`;
  }

  #header(room: RoomSummary) {
    const other = otherOf(room);
    return html`
      <div class="head">
        ${this.narrow ? html`<button class="round" type="button" aria-label=${words.back} title=${words.back} @click=${() => { this.#say('up'); }}>${icon('back', 24)}</button>` : nothing}
        <h1 tabindex="-1">
          <button class="about" type="button" title=${words.details(room.name)} @click=${() => { this.#say('open-details'); }}>
            ${roomFace(room)}
            <span class="who"><span class="title named"><bdi>${room.name}</bdi>${partnerOf(room)?.verified === true ? verifiedMark() : nothing}</span><span class="sub">${other === undefined ? words.people(room.members.length) : other.name === room.name ? words.direct : words.withYou(other.name)}</span></span>
          </button>
        </h1>
        <button class="round" type="button" aria-label=${words.find} title=${words.find} aria-haspopup="dialog" @click=${() => { openSheet(this, { kind: 'search' }); }}>${icon('search')}</button>
        ${mayInvite(room) ? html`<button class="round" type="button" aria-label=${words.invite} title=${words.invite} @click=${() => { openSheet(this, { kind: 'invite' }); }}>${icon('invite')}</button>` : nothing}
      </div>`;
  }

  #beginning(room: RoomSummary) {
    if (this.#timeline.problem !== null && !this.#timeline.loaded) {
      return html`<div class="begin" role="alert"><p>${words.notLoaded}</p><button class="button small" type="button" @click=${() => { void this.#timeline.latest(); }}>${words.again}</button></div>`;
    }
    if (!this.#timeline.loaded || this.#timeline.hasOlder) return html`<div class="older"></div>`;
    const alone = room.members.length === 1 && room.kind === 'group' && room.standing.kind === 'member';
    return html`
      <div class="begin">
        ${roomFace(room)}
        <p class="begin-name" dir="auto">${room.name}</p>
        ${room.standing.kind === 'member' ? html`<p>${alone ? words.alone : words.beginning}</p>` : nothing}
        ${alone ? html`<button class="button filled small" type="button" @click=${() => { openSheet(this, { kind: 'invite' }); }}>${icon('invite', 18)}${words.inviteSomeone}</button>` : nothing}
      </div>`;
  }

  #block(block: Block, room: RoomSummary, offline: boolean) {
    switch (block.kind) {
      case 'group':
        return html`<sotto-message-group data-block data-position=${block.messages.at(-1)?.position ?? ''} .group=${block} ?named=${room.members.length > 2} .offline=${offline} .me=${room.me}
          .quoted=${this.#quoted} .held=${this.#acts.menu?.message.id ?? this.held} ?active=${this.#mayWrite(room)} @act=${(event: ActEvent) => { this.#acts.take(event.detail); }}></sotto-message-group>`;
      case 'notice':
        return html`<p class=${isGrave(block.notice.fact) ? 'notice grave' : 'notice'} data-block data-position=${block.notice.position}>${noticeText(block.notice.fact, room.me)}</p>`;
      case 'new':
        return html`<p class="new" data-block><span>${words.fresh}</span></p>`;
      default:
        return assertNever(block);
    }
  }

  #menu(room: RoomSummary) {
    const { menu } = this.#acts;
    return menu === null ? nothing
      : html`<sotto-message-menu .message=${menu.message} .anchor=${menu.anchor} .room=${room} .me=${room.me} @choose=${this.#acts.choose} @close=${this.#acts.closeMenu}></sotto-message-menu>`;
  }

  #mayWrite(room: RoomSummary): boolean {
    return room.standing.kind === 'member' && room.unacknowledged.length === 0;
  }

  readonly #quoted = (key: MessageKey) => this.#quotes.find(key, this.#timeline.items);

  #begin(what: () => void): void {
    what();
    void this.updateComplete.then(() => { this.composer?.focus(); });
  }

  /** Shows a message wherever in the conversation it is, for a moment set apart. */
  async #goTo(key: MessageKey): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    try {
      const { position, thread } = await engine.message(room.room, key);
      if (thread !== undefined) return openSheet(this, { kind: 'thread', message: thread });
      if (position !== null && !this.#timeline.items.some((item) => item.id === key)) await this.#timeline.around(position);
    } catch (reason) {
      this.problem = problemSentence(problemOf(reason));
      return;
    }
    this.held = key;
    await this.updateComplete;
    const block = (): Element | null => [...this.renderRoot.querySelectorAll<SottoMessageGroup>('sotto-message-group')].find(({ group }) => group?.messages.some(({ id }) => id === key) === true) ?? null;
    this.#scroll.begin(block);
    block()?.scrollIntoView({ block: 'center' });
  }

  #toEndButton(room: RoomSummary) {
    if (!this.#scroll.farFromEnd && !this.#timeline.detached) return nothing;
    return html`
      <button class="to-end" type="button" aria-label=${room.unread > 0 ? words.toNew(room.unread) : words.toEnd} @click=${this.#toEnd}>
        ${icon('down')}${room.unread > 0 ? html`<span class="count" aria-hidden="true">${room.unread}</span>` : nothing}
      </button>`;
  }

  #foot(room: RoomSummary) {
    if (room.standing.kind !== 'member') {
      return html`<sotto-standing .engine=${this.engine} .room=${room} @open-sheet=${(event: SheetEvent) => { openSheet(this, event.detail); }} @gone=${() => { this.#say('up'); }}></sotto-standing>`;
    }
    if (room.unacknowledged.length > 0) return html`<p class="standing" role="status">${words.held}</p>`;
    // Whoever comes in later opens nothing of what was written before.
    if (room.kind === 'direct' && partnerOf(room) === undefined) return html`<p class="standing" role="status">${this.#partnerWasHere(room) ? words.partnerLeft(room.name) : words.unanswered(room.name)}</p>`;
    return html`
      <sotto-composer .text=${this.#compose.text} .purpose=${purposeOf(this.#compose.about)} .room=${room.name} .sending=${this.#compose.sending} .problem=${this.#compose.problem === null ? '' : problemSentence(this.#compose.problem)}
        @write=${(event: WriteEvent) => { this.#compose.write(event.detail.text); }} @send=${this.#send} @leave=${this.#compose.save}
        @drop=${() => { this.#compose.drop(); }} @last=${this.#editLast}></sotto-composer>`;
  }

  readonly #editLast = (): void => {
    const last = this.#timeline.items.findLast((item): item is MessageItem => item.kind === 'message' && item.mine && item.content.kind === 'text');
    if (last !== undefined && !this.#timeline.detached) this.#begin(() => { this.#compose.edit(last); });
  };

  #partnerWasHere({ me }: RoomSummary): boolean {
    return this.#timeline.items.some((item) => (item.kind === 'message' ? !item.mine : (item.fact.kind === 'joined' || item.fact.kind === 'left') && item.fact.who.person !== me));
  }

  readonly #send = async (): Promise<void> => {
    const sent = this.#compose.send();
    if (this.#timeline.detached) await this.#timeline.latest();
    if (await sent) this.#scroll.toEnd(false);
  };

  readonly #toEnd = async (): Promise<void> => {
    if (this.#timeline.detached) await this.#timeline.latest();
    await this.updateComplete;
    this.#scroll.toEnd(true);
    this.log.focus({ preventScroll: true });
  };

  /** What has been on screen, in front of somebody, is read. */
  readonly #markSeen = (): void => {
    const { engine, room } = this;
    if (engine === null || room === null || !this.#placed || document.visibilityState !== 'visible') return;
    const position = this.#scroll.atEnd && !this.#timeline.detached ? (this.#timeline.items.findLast((item) => item.position !== null)?.position ?? -1) : this.#lastOnScreen();
    if (position <= this.#readThrough) return;
    this.#readThrough = position;
    engine.markRead(room.room, position).catch((reason: unknown) => { this.problem = problemSentence(problemOf(reason)); });
  };

  #lastOnScreen(): number {
    const edge = this.log.getBoundingClientRect().bottom;
    const blocks = [...this.content.querySelectorAll<HTMLElement>('[data-position]')];
    const seen = blocks.findLast((block) => block.dataset.position !== '' && block.getBoundingClientRect().bottom <= edge);
    return Number(seen?.dataset.position ?? -1);
  }

  /** Arrow keys go from message to message, from the newest up. */
  readonly #arrows = (event: KeyboardEvent): void => {
    if (!['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    const messages = [...this.renderRoot.querySelectorAll<SottoMessageGroup>('sotto-message-group')].flatMap((group) => group.messages);
    const at = messages.findIndex((message) => message.matches(':focus'));
    const from = at === -1 ? messages.length : at;
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: messages.length - 1 }[event.key] ?? from;
    event.preventDefault();
    const message = messages[Math.min(Math.max(to, 0), messages.length - 1)];
    message?.focus({ preventScroll: true });
    message?.scrollIntoView({ block: 'nearest' });
  };

  #say(event: 'up' | 'open-details'): void {
    this.dispatchEvent(new CustomEvent(event));
  }
}

function purposeOf(about: About | null): Purpose | null {
  return about === null ? null : { kind: about.kind, name: about.message.sender.name, text: contentText(about.message) };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room': SottoRoom }
}
