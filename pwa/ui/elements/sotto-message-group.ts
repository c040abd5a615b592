import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, MessageItem, MessageKey, PersonKey, RoomKey } from '../../engine/api.ts';
import { onLongPress } from '../controllers/long-press.ts';
import type { MessageGroup } from '../timeline/layout.ts';
import { clockTime, exactTime } from '../words/times.ts';
import { stayOf } from '../words/stays.ts';
import { hueOf } from './hue.ts';
import { icon } from './icon.ts';
import { contentOf, quoteOf, reactionsOf, threadOf, type MessageAct, type Quoted } from './message-content.ts';
import { messageStyles } from './message-styles.ts';
import './sotto-avatar.ts';
import { statusMark } from './status-mark.ts';
import { base } from './styles.ts';
import { isolated } from '../words/people.ts';

const words = {
  get you() { return msg('You'); },
  said: (name: string, time: string) => msg(str`${isolated(name)}, ${time}`),
  get edited() { return msg('edited'); },
  get pinned() { return msg('Pinned'); },
  disappears: (time: string) => msg(str`Disappears after ${time}`),
  get more() { return msg('Reply, react and more'); },
  get willSend() { return msg('will send when you’re back online'); },
} as const;

/** One to three emoji and nothing else: shown large, without a bubble. */
const FEW_EMOJI = new RegExp('^(?:\\p{RGI_Emoji}\\s*){1,3}$', 'v');

export type ActEvent = CustomEvent<MessageAct>;

/** Consecutive messages of one person: name once, avatar once, time and status in the last bubble. Fires `act`. */
@customElement('sotto-message-group')
export class SottoMessageGroup extends LitElement {
  @property({ attribute: false }) group: MessageGroup | null = null;
  /** Where what is attached is opened. */
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomKey | null = null;
  /** In a room of two, it is plain who speaks. */
  @property({ type: Boolean }) named = false;
  @property({ type: Boolean }) offline = false;
  @property({ attribute: false }) me: PersonKey | null = null;
  @property({ attribute: false }) quoted: (key: MessageKey) => Quoted = () => undefined;
  /** Whether something can be done to messages here. */
  @property({ type: Boolean }) active = false;
  /** The message that the menu is open for, or that was gone to. */
  @property() held: string | null = null;
  /** The message whose exact time was asked for. */
  @state() private expanded: string | null = null;

  /** For moving through the conversation with the arrow keys. */
  get messages(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.bubble')];
  }

  static override styles = [base, messageStyles, css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr); column-gap: 8px; padding-inline: 12px; }
    :host([named]) { grid-template-columns: 32px minmax(0, 1fr); }
    .side { display: flex; flex-direction: column; justify-content: flex-end; }
    sotto-avatar { --avatar: 32px; position: sticky; inset-block-end: 8px; }
    .column { display: flex; flex-direction: column; align-items: flex-start; gap: 2px; min-inline-size: 0; }
    .column.mine { align-items: flex-end; grid-column: 1 / -1; }
    .bubble {
      position: relative; max-inline-size: min(80%, 560px); padding: 7px 13px 8px; border-radius: 18px; background: var(--theirs); color: var(--ink);
      transition: background-color var(--calm) var(--ease), color var(--calm) var(--ease); cursor: default;
    }
    :host([named]) .theirs .bubble { max-inline-size: min(90%, 560px); }
    .theirs .bubble { border-start-start-radius: 6px; border-end-start-radius: 6px; }
    .theirs .bubble.first { border-start-start-radius: 18px; }
    .theirs .bubble.last { border-end-start-radius: 18px; }
    .mine .bubble { background: var(--mine); color: var(--on-accent); border-start-end-radius: 6px; border-end-end-radius: 6px; }
    .mine .bubble.first { border-start-end-radius: 18px; }
    .mine .bubble.last { border-end-end-radius: 18px; }
    .mine .bubble.queued { background: var(--accent-tint); color: var(--ink-2); }
    .mine .bubble ::selection { background: oklch(80% 0.08 285); color: oklch(22% 0.02 280); }
    .row { display: flex; align-items: center; gap: 4px; max-inline-size: 100%; min-inline-size: 0; }
    .mine .row { flex-direction: row-reverse; inline-size: 100%; }
    .theirs .row { inline-size: 100%; }
    .bubble.held { box-shadow: 0 0 0 3px color-mix(in oklch, var(--accent) 45%, transparent); }
    .more-button { flex: none; display: none; place-items: center; inline-size: 32px; block-size: 32px; border-radius: 50%; color: var(--ink-3); opacity: 0; transition: opacity var(--fast) var(--ease); }
    .more-button:hover { background: var(--well); color: var(--ink); }
    @media (hover: hover) and (pointer: fine) { .more-button { display: grid; } .row:hover .more-button, .row:focus-within .more-button { opacity: 1; } }
    .name {
      font-size: var(--text-s); font-weight: 600; line-height: 1.35; margin-block-end: 1px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
      color: light-dark(oklch(45% 0.13 var(--hue)), oklch(80% 0.1 var(--hue)));
    }
    .meta {
      float: inline-end; display: inline-flex; align-items: center; gap: 3px; margin-inline-start: 10px; margin-block: 7px -3px; font-size: var(--text-xs);
      line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; font-style: normal; color: var(--ink-3); user-select: none;
    }
    .theirs .meta { color: light-dark(oklch(47% 0.018 280), oklch(73% 0.014 280)); }
    .mine .meta { color: var(--on-accent-2); }
    .mine .queued .meta { color: var(--ink-2); }
    .pinned { display: inline-grid; }
    .status { display: inline-grid; margin-inline-end: -3px; }
    .bubble.emoji { background: transparent; color: var(--ink); padding: 2px 4px; }
    .bubble.emoji .text { font-size: 2.75rem; line-height: 1.15; }
    .bubble.emoji .meta { margin-block-start: 2.1rem; color: var(--ink-3); }
    .caption { font-size: var(--text-xs); line-height: 1.4; color: var(--ink-3); padding: 2px 10px 0; }
    .mine .caption { text-align: end; }
    .bubble:focus-visible { outline-offset: 1px; }
    .bubble.fresh { animation: settle var(--calm) var(--ease); transform-origin: 100% 100%; }
    .theirs .bubble.fresh { transform-origin: 0 100%; }
    @keyframes settle { from { opacity: 0; transform: translateY(10px) scale(0.97); } }
    @media (prefers-reduced-motion: reduce) { .bubble.fresh { animation: none; } }
    @media (forced-colors: active) { .bubble { border: 1px solid; } }
  `];

  protected override render() {
    const group = this.group;
    if (group === null) return nothing;
    this.style.setProperty('--hue', String(hueOf(group.sender.person)));
    const theirs = this.named && !group.mine;
    return html`
      ${theirs ? html`<div class="side"><sotto-avatar .name=${group.sender.name} .key=${group.sender.person}></sotto-avatar></div>` : nothing}
      <div class="column ${group.mine ? 'mine' : 'theirs'}">
        ${repeat(group.messages, (message) => message.id, (message, at) => this.#bubble(message, at, group, theirs))}
      </div>`;
  }

  #bubble(message: MessageItem, at: number, group: MessageGroup, theirs: boolean) {
    const first = at === 0;
    const last = at === group.messages.length - 1;
    const queued = message.status === 'queued';
    const next = group.messages[at + 1];
    // Where what follows differs in status, each says its own.
    const withMeta = last || (message.mine && next?.status !== message.status) || message.editedAt !== undefined || message.pinned === true;
    const emoji = message.content.kind === 'text' && message.reply === undefined && FEW_EMOJI.test(message.content.text.trim());
    const fresh = Date.now() - message.sentAt < 2500;
    const classes = ['bubble', first && 'first', last && 'last', queued && 'queued', emoji && 'emoji', fresh && 'fresh', this.held === message.id && 'held'].filter(Boolean).join(' ');
    const exact = exactTime(message.sentAt);
    return html`
      <div class="row">
        <div class=${classes} role="article" tabindex="-1" data-key=${message.id} aria-label=${words.said(message.mine ? words.you : message.sender.name, clockTime(message.sentAt))} aria-haspopup=${this.active ? 'menu' : nothing}
          @click=${() => { this.#toggle(message.id); }} @keydown=${(event: KeyboardEvent) => { this.#key(event, message); }}
          @contextmenu=${(event: MouseEvent) => { this.#context(event, message); }} @pointerdown=${(event: PointerEvent) => { this.#press(event, message); }}>
          ${first && theirs ? html`<div class="name"><bdi>${group.sender.name}</bdi></div>` : nothing}
          ${message.reply === undefined ? nothing : quoteOf(message, this.quoted(message.reply), this.#act)}
          ${contentOf(message, this.me, this.#act, withMeta ? this.#meta(message, exact) : nothing, this)}
        </div>
        ${this.active ? html`<button class="more-button" type="button" tabindex="-1" aria-label=${words.more} title=${words.more} @click=${(event: Event) => { this.#menu(event, message); }}>${icon('menu', 18)}</button>` : nothing}
      </div>
      ${reactionsOf(message, this.me, this.#act)}${threadOf(message, this.#act)}
      ${this.expanded === message.id ? html`<div class="caption" role="status">${exact}</div>` : nothing}
      ${queued && this.offline && last ? html`<div class="caption">${words.willSend}</div>` : nothing}`;
  }

  #meta(message: MessageItem, exact: string) {
    return html`<span class="meta">${message.expires === undefined ? nothing : html`<span class="pinned" role="img" aria-label=${words.disappears(stayOf(message.expires))} title=${words.disappears(stayOf(message.expires))}>${icon('timer', 12)}</span>`}${message.pinned === true ? html`<span class="pinned" title=${words.pinned}>${icon('pin', 12)}<span class="unseen">${words.pinned}</span></span>` : nothing}${
      message.editedAt === undefined || message.content.kind === 'deleted' ? nothing : html`<span>${words.edited}</span>`}<time datetime=${new Date(message.sentAt).toISOString()} title=${exact}>${clockTime(message.sentAt)}</time>${
      message.status === null ? nothing : statusMark(message.status)}</span>`;
  }

  readonly #act = (act: MessageAct): void => {
    this.dispatchEvent(new CustomEvent('act', { detail: act, bubbles: true, composed: true }) satisfies ActEvent);
  };

  #menu(event: Event, message: MessageItem): void {
    if (!this.active) return;
    event.preventDefault();
    const anchor = this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(message.id)}"]`);
    if (anchor !== null) this.#act({ kind: 'menu', message, anchor });
  }

  #key(event: KeyboardEvent, message: MessageItem): void {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) this.#menu(event, message);
    else if (event.key === 'Enter') {
      if (this.active) this.#menu(event, message);
      else this.#toggle(message.id);
    }
  }

  /** The browser's own menu stays where it has more to offer: on links, and on text that was selected. */
  #context(event: MouseEvent, message: MessageItem): void {
    if (event.composedPath().some((one) => one instanceof HTMLAnchorElement) || getSelection()?.isCollapsed === false) return;
    this.#menu(event, message);
  }

  #press(event: PointerEvent, message: MessageItem): void {
    if (this.active) onLongPress(event, () => { this.#menu(event, message); });
  }

  #toggle(id: string): void {
    // Somebody who selects text does not ask for the time.
    if (getSelection()?.isCollapsed === false) return;
    this.expanded = this.expanded === id ? null : id;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-message-group': SottoMessageGroup }
}
