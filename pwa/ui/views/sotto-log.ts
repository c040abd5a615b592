import { LitElement, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { msg, str } from '@lit/localize';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, MessageKey, Problem, RoomKey, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { LogScroll } from '../controllers/log-scroll.ts';
import { Quotes } from '../controllers/quotes.ts';
import { TimelineWindow } from '../controllers/timeline-window.ts';
import { icon } from '../elements/icon.ts';
import { roomFace } from '../elements/room-face.ts';
import type { SottoMessageGroup } from '../elements/sotto-message-group.ts';
import '../elements/sotto-message-group.ts';
import { base, buttons } from '../elements/styles.ts';
import { layOut } from '../timeline/layout.ts';
import type { Block } from '../timeline/layout.ts';
import { isGrave, noticeText } from '../words/notices.ts';
import { problemOf } from '../words/problems.ts';
import { dayName } from '../words/times.ts';
import { openSheet } from './sheets.ts';
import { logStyles } from './sotto-log.styles.ts';

const toNew = (count: number): string => (count === 1 ? msg('Go to 1 new message') : msg(str`Go to ${count} new messages`));

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
  readonly #timeline = new TimelineWindow(this);
  readonly #quotes = new Quotes(this);
  readonly #scroll = new LogScroll(this, {
    nearStart: () => { void this.#timeline.older(); },
    nearEnd: () => { if (this.#timeline.detached) void this.#timeline.newer(this.room?.latest?.position ?? Number.MAX_SAFE_INTEGER); },
    seen: () => { this.#markSeen(); },
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
    return !this.#timeline.detached;
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
    await this.updateComplete;
    const block = (): Element | null => [...this.renderRoot.querySelectorAll<SottoMessageGroup>('sotto-message-group')].find(({ group }) => group?.messages.some(({ id }) => id === key) === true) ?? null;
    this.#scroll.begin(block);
    block()?.scrollIntoView({ block: 'center' });
  }

  /** `smooth`: travels there, where it is near. */
  async toEnd(smooth: boolean): Promise<void> {
    if (this.#timeline.detached) await this.#timeline.latest();
    await this.updateComplete;
    this.#scroll.toEnd(smooth);
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { engine, room } = this;
    if (engine === null || room === null || room.room === this.#opened) return;
    this.#opened = room.room;
    this.#placed = false;
    this.#readThrough = room.readThrough;
    this.newAfter = room.unread > 0 ? room.readThrough : null;
    this.reached = null;
    this.#timeline.open(engine, room.room);
    this.#quotes.open(engine, room.room);
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
    if (this.#timeline.items === this.#told) return;
    this.#told = this.#timeline.items;
    this.dispatchEvent(new CustomEvent('shown'));
  }

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    const days = layOut(this.#timeline.items, this.newAfter);
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
      return html`<div class="begin" role="alert"><p>${msg('These messages could not be read.')}</p><button class="button small" type="button" @click=${() => { void this.#timeline.latest(); }}>${msg('Try again')}</button></div>`;
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
        return html`<sotto-message-group data-block data-position=${block.messages.at(-1)?.position ?? ''} .group=${block} ?named=${room.members.length > 2} .offline=${this.offline} .me=${room.me}
          .quoted=${this.#quoted} .held=${this.held ?? this.reached} ?active=${this.active}></sotto-message-group>`;
      case 'notice':
        return html`<p class=${isGrave(block.notice.fact) ? 'notice grave' : 'notice'} data-block data-position=${block.notice.position}>${noticeText(block.notice.fact, room.me)}</p>`;
      case 'new':
        return html`<p class="new" data-block><span>${msg('New')}</span></p>`;
      default:
        return assertNever(block);
    }
  }

  readonly #quoted = (key: MessageKey) => this.#quotes.find(key, this.#timeline.items);

  #toEndButton(room: RoomSummary) {
    if (!this.#scroll.farFromEnd && !this.#timeline.detached) return nothing;
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
    const position = this.#scroll.atEnd && !this.#timeline.detached ? (this.#timeline.items.findLast((item) => item.position !== null)?.position ?? -1) : this.#lastOnScreen();
    if (position <= this.#readThrough) return;
    this.#readThrough = position;
    engine.markRead(room.room, position).catch((reason: unknown) => { this.dispatchEvent(new CustomEvent('failed', { detail: problemOf(reason) }) satisfies FailedEvent); });
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
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-log': SottoLog }
}
