import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { MessageItem } from '../../engine/api.ts';
import type { MessageGroup } from '../timeline/layout.ts';
import { contentText } from '../words/notices.ts';
import { clockTime, exactTime } from '../words/times.ts';
import { hueOf } from './hue.ts';
import { icon } from './icon.ts';
import { linkedText } from './linked-text.ts';
import './sotto-avatar.ts';
import { statusMark } from './status-mark.ts';
import { base } from './styles.ts';

const words = {
  you: 'You',
  said: (name: string, time: string) => `${name}, ${time}`,
  newer: 'This message needs a newer version of Sotto. It is kept, and shown once you update.',
  willSend: 'will send when you’re back online',
} as const;

/** One to three emoji and nothing else: shown large, without a bubble. */
const FEW_EMOJI = new RegExp('^(?:\\p{RGI_Emoji}\\s*){1,3}$', 'v');

/** Consecutive messages of one person: name once, avatar once, time and status in the last bubble. */
@customElement('sotto-message-group')
export class SottoMessageGroup extends LitElement {
  @property({ attribute: false }) group: MessageGroup | null = null;
  /** In a room of two, it is plain who speaks. */
  @property({ type: Boolean }) named = false;
  @property({ type: Boolean }) offline = false;
  /** The message whose exact time was asked for. */
  @state() private expanded: string | null = null;

  /** For moving through the conversation with the arrow keys. */
  get messages(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.bubble')];
  }

  static override styles = [base, css`
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
    .name {
      font-size: var(--text-s); font-weight: 600; line-height: 1.35; margin-block-end: 1px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
      color: light-dark(oklch(45% 0.13 var(--hue)), oklch(80% 0.1 var(--hue)));
    }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; unicode-bidi: plaintext; }
    .text a { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 2px; color: var(--accent-ink); }
    .mine .bubble:not(.queued) a { color: inherit; }
    .mine .bubble a:focus-visible { outline-color: currentColor; }
    .newer { display: flex; gap: 8px; align-items: flex-start; font-size: var(--text-m); font-style: italic; color: var(--ink-2); }
    .mine .newer { color: inherit; }
    .newer .icon { margin-block-start: 1px; }
    .meta {
      float: inline-end; display: inline-flex; align-items: center; gap: 3px; margin-inline-start: 10px; margin-block: 7px -3px; font-size: var(--text-xs);
      line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; font-style: normal; color: var(--ink-3); user-select: none;
    }
    .theirs .meta { color: light-dark(oklch(47% 0.018 280), oklch(73% 0.014 280)); }
    .mine .meta { color: var(--on-accent-2); }
    .mine .queued .meta { color: var(--ink-2); }
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
    const withMeta = last || (message.mine && next?.status !== message.status);
    const emoji = message.content.kind === 'text' && FEW_EMOJI.test(message.content.text.trim());
    const fresh = Date.now() - message.sentAt < 2500;
    const classes = ['bubble', first && 'first', last && 'last', queued && 'queued', emoji && 'emoji', fresh && 'fresh'].filter(Boolean).join(' ');
    const exact = exactTime(message.sentAt);
    return html`
      <div class=${classes} role="article" tabindex="-1" aria-label=${words.said(message.mine ? words.you : message.sender.name, clockTime(message.sentAt))}
        @click=${() => { this.#toggle(message.id); }} @keydown=${(event: KeyboardEvent) => { if (event.key === 'Enter' && event.target === event.currentTarget) this.#toggle(message.id); }}>
        ${first && theirs ? html`<div class="name"><bdi>${group.sender.name}</bdi></div>` : nothing}
        ${message.content.kind === 'text'
          ? html`<div class="text" dir="auto">${linkedText(message.content.text)}${withMeta ? this.#meta(message, exact) : nothing}</div>`
          : html`<div class="newer">${icon('unknown', 18)}<span>${message.content.kind === 'unknown' ? words.newer : contentText(message)}</span></div>${withMeta ? this.#meta(message, exact) : nothing}`}
      </div>
      ${this.expanded === message.id ? html`<div class="caption" role="status">${exact}</div>` : nothing}
      ${queued && this.offline && last ? html`<div class="caption">${words.willSend}</div>` : nothing}`;
  }

  #meta(message: MessageItem, exact: string) {
    return html`<span class="meta"><time datetime=${new Date(message.sentAt).toISOString()} title=${exact}>${clockTime(message.sentAt)}</time>${
      message.status === null ? nothing : statusMark(message.status)}</span>`;
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
