import { LitElement, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { msg, str } from '@lit/localize';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, MessageKey, Problem, RoomKey, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { LogScroll, type Place } from '../controllers/log-scroll.ts';
import { Quotes } from '../controllers/quotes.ts';
import { TimelineWindow } from '../controllers/timeline-window.ts';
import { icon } from '../elements/icon.ts';
import { roomFace } from '../elements/room-face.ts';
import type { Quoted } from '../elements/message-content.ts';
import { SottoMessageGroup } from '../elements/sotto-message-group.ts';
import { base, buttons } from '../elements/styles.ts';
import { layOut } from '../timeline/layout.ts';
import type { Block, Day, MessageGroup } from '../timeline/layout.ts';
import { plural } from '../words/counts.ts';
import { isGrave, noticeText } from '../words/notices.ts';
import { problemOf } from '../words/problems.ts';
import { dayName } from '../words/times.ts';
import { openSheet } from './sheets.ts';
import { logStyles } from './sotto-log.styles.ts';

const toNew = (count: number): string => plural(count, msg('Go to 1 new message|Go to {n} new messages'));

export type FailedEvent = CustomEvent<Problem>;

/**
 * What was said in a room, as it scrolls: days, groups, notices, the line where reading stopped, the way to the end. Fires the groups'
 * `act`, `open-sheet`, `failed`, and `shown` when {@link SottoLog.items} are others.
 */
@customElement('sotto-log')
export class SottoLog extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ type: Boolean }) offline = false;
  /** Whether something can be done to messages here. */
  @property({ type: Boolean }) active = false;
  /** The message that is set apart. */
  @property({ attribute: false }) held: MessageKey | null = null;
  @state() private newAfter: number | null = null;
  /** The message that was gone to. */
  @state() private reached: MessageKey | null = null;
  @query('.log') private readonly log!: HTMLElement;
  @query('.content') private readonly content!: HTMLElement;
  #opened: RoomKey | null = null;
  #placed = false;
  #readThrough = -1;
  #told: readonly TimelineItem[] = [];
  #days: readonly Day[] = [];
  /** The message that has the focus, before it is drawn anew or let go. */
  #focused: string | null = null;
  readonly #timeline = new TimelineWindow(this, () => this.#scroll.atEnd);
  readonly #quotes = new Quotes(this);
  #quoted: { readonly version: number; readonly find: (key: MessageKey) => Quoted } = { version: -1, find: unquoted };
  readonly #scroll = new LogScroll(this, {
    nearStart: () => { void this.#timeline.older(); },
    nearEnd: () => { void this.#timeline.newer(); },
    seen: () => { this.#markSeen(); },
    endsHere: () => !this.#timeline.hasNewer,
    placeAt: (height) => this.#placeAt(height),
    find: (key) => this.#find(key),
  });

  static override styles = [base, buttons, logStyles];

  /** The part of the conversation that is here, oldest first. */
  get items(): readonly TimelineItem[] {
    return this.#timeline.items;
  }

  /** The room whose conversation stands here, once it does. */
  get showing(): RoomKey | null {
    return this.#placed ? this.#opened : null;
  }

  /** Whether that part ends with the newest. */
  get hasNewest(): boolean {
    return !this.#timeline.hasNewer;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#markSeen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#markSeen);
    this.#opened = null;
  }

  /** Shows a message wherever in the conversation it is, for a moment set apart. Rejects where it is not here. */
  async goTo(key: MessageKey): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    const { position, thread } = await engine.message(room.room, key);
    if (thread !== undefined) return openSheet(this, { kind: 'thread', message: thread });
    if (position !== null && !this.#timeline.items.some((item) => item.id === key)) await this.#timeline.around(position);
    this.reached = key;
    this.#scroll.begin({ find: () => this.#find(key), stand: 'middle' });
    await this.#drawn();
    this.#scroll.arrive();
  }

  /** Shows the newest. `smooth`: travels there, where it is near. */
  async toEnd(smooth: boolean): Promise<void> {
    if (this.#timeline.hasNewer) await this.#timeline.latest();
    await this.#drawn();
    this.#scroll.toEnd(smooth);
  }

  /** Shows the first message that is not read yet; the newest where there is none. */
  async toFirstUnread(): Promise<void> {
    const { room } = this;
    if (room === null || room.unread === 0) return this.toEnd(true);
    const first = this.#firstUnread(room);
    this.newAfter = room.readThrough;
    if (first === undefined) await this.#timeline.around(room.readThrough);
    this.#scroll.begin({ find: () => this.#find('new'), stand: 'high' });
    await this.#drawn();
    this.#scroll.arrive();
  }

  /** Undefined where it is not in the part that is here. */
  #firstUnread({ readThrough }: RoomSummary): TimelineItem | undefined {
    const { items, hasOlder } = this.#timeline;
    const isRead = (item: TimelineItem): boolean => item.position !== null && item.position <= readThrough;
    const first = items.find((item) => item.kind === 'message' && !item.mine && !isRead(item));
    return first !== undefined && hasOlder && !items.some(isRead) ? undefined : first;
  }

  /** Resolves when everything that is to be seen is in the document. */
  async #drawn(): Promise<void> {
    await this.updateComplete;
    await Promise.all(this.#groups().map((group) => group.updateComplete));
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { engine, room } = this;
    this.#focused = this.#focusedKey();
    if (engine === null || room === null || room.room === this.#opened) return;
    this.#opened = room.room;
    this.#placed = false;
    this.#days = [];
    this.#readThrough = room.readThrough;
    this.newAfter = room.unread > 0 ? room.readThrough : null;
    this.reached = null;
    this.#timeline.open(engine, room.room, this.newAfter);
    this.#quotes.open(engine, room.room);
  }

  protected override updated(): void {
    if (this.room === null) return;
    this.#scroll.watch({ scroller: this.log, content: this.content });
    if (this.#timeline.loaded && !this.#placed) {
      this.#placed = true;
      this.#scroll.begin(this.#find('new') === null ? null : { find: () => this.#find('new'), stand: 'high' });
    }
    if (this.#focused !== null && this.shadowRoot?.activeElement === null) void this.#refocus(this.#focused);
    // A message that comes into a room with space left neither scrolls it nor makes it higher.
    if (this.#scroll.atEnd) this.#markSeen();
    if (this.#timeline.items === this.#told) return;
    this.#told = this.#timeline.items;
    this.#scroll.changed();
    this.dispatchEvent(new CustomEvent('shown'));
  }

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    const days = layOut(this.#timeline.items, this.newAfter, this.#days);
    this.#days = days;
    return html`
      <div class="log" role="log" aria-live="off" tabindex="0" aria-label=${msg(str`Messages in ${room.name}`)} @keydown=${this.#arrows}>
        <div class="content">
          ${this.#beginning(room)}
          ${repeat(days, (day) => day.start, (day) => html`
            <section class="day" aria-label=${dayName(day.start)}>
              <h2 class="day-line"><span>${dayName(day.start)}</span></h2>
              ${repeat(day.blocks, (block) => block.key, (block) => this.#block(block, room))}
            </section>`)}
        </div>
      </div>
      ${this.#toEndButton(room)}`;
  }

  #beginning(room: RoomSummary) {
    if (this.#timeline.problem !== null && !this.#timeline.loaded) {
      return html`<div class="begin" role="alert"><p>${msg('These messages could not be read.')}</p><button class="button small" type="button" @click=${() => { void this.#timeline.reload(); }}>${msg('Try again')}</button></div>`;
    }
    if (!this.#timeline.loaded || this.#timeline.hasOlder) return html`<div class="older"></div>`;
    const alone = room.members.length === 1 && room.kind === 'group' && room.standing.kind === 'member';
    return html`
      <div class="begin">
        ${roomFace(room)}
        <p class="begin-name" dir="auto">${room.name}</p>
        ${room.standing.kind === 'member' ? html`<p>${alone ? msg('Only you are here so far. Invite someone to talk to.') : msg('This is where it begins')}</p>` : nothing}
        ${alone ? html`<button class="button filled small" type="button" @click=${() => { openSheet(this, { kind: 'invite' }); }}>${icon('invite', 18)}${msg('Invite someone')}</button>` : nothing}
      </div>`;
  }

  #block(block: Block, room: RoomSummary) {
    switch (block.kind) {
      case 'group':
        return html`<sotto-message-group data-block data-position=${block.messages.at(-1)?.position ?? ''} .group=${block} .engine=${this.engine} .room=${room.room} ?named=${room.members.length > 2} .offline=${this.offline} .me=${room.me}
          .quoted=${this.#quotedIn(block)} .held=${this.held ?? this.reached} ?active=${this.active}></sotto-message-group>`;
      case 'notice':
        return html`<p class=${isGrave(block.notice.fact) ? 'notice grave' : 'notice'} data-block data-key=${block.key} data-position=${block.notice.position}>${noticeText(block.notice.fact, room.me)}</p>`;
      case 'new':
        return html`<p class="new" data-block data-key="new"><span>${msg('New')}</span></p>`;
      default:
        return assertNever(block);
    }
  }

  /** Another function whenever a quote has changed: groups with answers are drawn again then, and only they. */
  #quotedIn({ messages }: MessageGroup): (key: MessageKey) => Quoted {
    if (!messages.some(({ reply }) => reply !== undefined)) return unquoted;
    if (this.#quoted.version !== this.#quotes.version) this.#quoted = { version: this.#quotes.version, find: (key) => this.#quotes.find(key, this.#timeline.items) };
    return this.#quoted.find;
  }

  #toEndButton(room: RoomSummary) {
    if (!this.#scroll.farFromEnd && !this.#timeline.hasNewer) return nothing;
    return html`
      <button class="to-end" type="button" aria-label=${room.unread > 0 ? toNew(room.unread) : msg('Go to the newest message')} @click=${this.#goToEnd}>
        ${icon('down')}${room.unread > 0 ? html`<span class="count" aria-hidden="true">${room.unread}</span>` : nothing}
      </button>`;
  }

  readonly #goToEnd = async (): Promise<void> => {
    await this.toEnd(true);
    this.log.focus({ preventScroll: true });
  };

  /** What has been on screen, in front of somebody, is read. */
  readonly #markSeen = (): void => {
    const { engine, room } = this;
    if (engine === null || room === null || !this.#placed || document.visibilityState !== 'visible') return;
    // At the end all is read, what stands in threads too: else it would stay new, and what disappears would never begin to.
    const atEnd = this.#scroll.atEnd && !this.#timeline.hasNewer;
    const position = atEnd ? Math.max(this.#timeline.items.findLast((item) => item.position !== null)?.position ?? -1, room.latest?.position ?? -1) : this.#lastOnScreen();
    if (position <= this.#readThrough) return;
    this.#readThrough = position;
    engine.markRead(room.room, position).catch((reason: unknown) => { this.dispatchEvent(new CustomEvent('failed', { detail: problemOf(reason) }) satisfies FailedEvent); });
  };

  #lastOnScreen(): number {
    const edge = this.log.getBoundingClientRect().bottom;
    const block = this.#blocks().findLast((one) => one.getBoundingClientRect().top < edge);
    if (block === undefined) return -1;
    if (!(block instanceof SottoMessageGroup)) return Number(block.dataset.position ?? -1);
    const seen = new Set(block.messages.filter((message) => message.getBoundingClientRect().bottom <= edge).map((message) => message.dataset.key));
    const first = block.group?.messages[0]?.position;
    return block.group?.messages.findLast(({ id, position }) => position !== null && seen.has(id))?.position ?? (first === undefined || first === null ? -1 : first - 1);
  }

  #blocks(): readonly HTMLElement[] {
    return [...this.content.querySelectorAll<HTMLElement>('[data-block]')];
  }

  #groups(): readonly SottoMessageGroup[] {
    return [...this.content.querySelectorAll<SottoMessageGroup>('sotto-message-group')];
  }

  #find(key: string): HTMLElement | null {
    const group = this.#groups().find((one) => one.group?.messages.some(({ id }) => id === key) === true);
    return group === undefined ? this.content.querySelector<HTMLElement>(`:scope [data-key="${CSS.escape(key)}"]`) : (group.messages.find((message) => message.dataset.key === key) ?? null);
  }

  /** The first thing that begins at or below a height; else what reaches over it. */
  #placeAt(height: number): Place | null {
    const blocks = this.#blocks();
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((blocks[middle]?.getBoundingClientRect().bottom ?? 0) <= height) low = middle + 1;
      else high = middle;
    }
    const near = blocks.slice(low, low + 2).flatMap((block) => (block instanceof SottoMessageGroup ? block.messages : [block]));
    const reaching = near.filter((one) => one.getBoundingClientRect().bottom > height);
    const element = reaching.find((one) => one.getBoundingClientRect().top >= height) ?? reaching.at(-1);
    return element?.dataset.key === undefined ? null : { key: element.dataset.key, element };
  }

  /** Whoever reads with keys or by ear keeps their place, where the message they were at is drawn anew or let go. */
  async #refocus(key: string): Promise<void> {
    await this.#drawn();
    if (this.shadowRoot?.activeElement === null) (this.#find(key) ?? this.log).focus({ preventScroll: true });
  }

  #focusedKey(): string | null {
    const focused = this.shadowRoot?.activeElement;
    return focused instanceof SottoMessageGroup ? (focused.messages.find((message) => message.matches(':focus'))?.dataset.key ?? null) : null;
  }

  /** Arrow keys go from message to message, from the last one in sight; Home and End to the first and the last of all. */
  readonly #arrows = (event: KeyboardEvent): void => {
    if (!['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === 'Home' || event.key === 'End') void this.#goToLimit(event.key);
    else this.#walk(event.key === 'ArrowUp' ? -1 : 1);
  };

  #walk(by: -1 | 1): void {
    const messages = this.#groups().flatMap((group) => group.messages);
    const at = messages.findIndex((message) => message.matches(':focus'));
    const edge = this.log.getBoundingClientRect().bottom;
    const from = at === -1 ? messages.findLastIndex((message) => message.getBoundingClientRect().top < edge) + (by === -1 ? 1 : 0) : at;
    focusOn(messages[Math.min(Math.max(from + by, 0), messages.length - 1)], 'nearest');
  }

  async #goToLimit(key: 'Home' | 'End'): Promise<void> {
    if (key === 'End') await this.toEnd(false);
    else if (this.#timeline.hasOlder) await this.#timeline.around(BEFORE_ALL);
    await this.#drawn();
    const messages = this.#groups().flatMap((group) => group.messages);
    focusOn(key === 'End' ? messages.at(-1) : messages[0], key === 'End' ? 'end' : 'start');
  }
}

const unquoted = (): Quoted => undefined;

/** A position that none has. */
const BEFORE_ALL = -1;

function focusOn(message: HTMLElement | undefined, block: ScrollLogicalPosition): void {
  message?.focus({ preventScroll: true });
  message?.scrollIntoView({ block });
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-log': SottoLog }
}
