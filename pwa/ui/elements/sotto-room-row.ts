import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RoomSummary } from '../../engine/api.ts';
import { timeOf } from '../timeline/layout.ts';
import { previewText } from '../words/notices.ts';
import { standingLine } from '../words/standings.ts';
import { typingText } from '../words/signs.ts';
import { listTime } from '../words/times.ts';
import { icon } from './icon.ts';
import { partnerOf, roomFace } from './room-face.ts';
import { statusMark } from './status-mark.ts';
import { base, marks } from './styles.ts';
import { dotsStyles, typingDots } from './typing-dots.ts';
import { verifiedMark } from './verified-mark.ts';
import { plural } from '../words/counts.ts';

const words = {
  get draft() { return msg('Draft:'); },
  unread: (count: number) => plural(count, msg('1 new message|{n} new messages')),
  many: '99+',
  get stranger() { return msg('Look at a warning first'); },
  knocks: (count: number) => plural(count, msg('Someone would like to come in|{n} people would like to come in')),
  get mentioned() { return msg('You are mentioned'); },
  get muted() { return msg('Muted'); },
  get pinned() { return msg('Pinned'); },
  get online() { return msg('online'); },
  get alarm() { return msg('The relay needs your attention'); },
  get nothing() { return msg('No messages yet'); },
} as const;

/** A room in the list: who, what was said last, when, and how much is new. */
@customElement('sotto-room-row')
export class SottoRoomRow extends LitElement {
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** The calendar’s: with it, what was today becomes yesterday. */
  @property({ attribute: false }) day = 0;
  @property({ type: Boolean, reflect: true }) current = false;

  static override styles = [base, marks, dotsStyles, css`
    :host { display: grid; grid-template-columns: 52px minmax(0, 1fr); column-gap: 12px; align-items: center; padding: 10px 12px; border-radius: 16px; min-block-size: 72px;
      transition: background-color var(--fast) var(--ease); }
    :host(:hover) { background: var(--hover, var(--surface)); }
    :host([current]) { background: var(--accent-tint); }
    sotto-avatar { --avatar: 52px; }
    .lines { display: grid; gap: 2px; min-inline-size: 0; }
    .line { display: flex; align-items: center; gap: 8px; min-inline-size: 0; }
    .name { flex: 1; min-inline-size: 0; font-weight: 600; line-height: 1.35; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }
    .time { display: inline-flex; align-items: center; gap: 3px; flex: none; font-size: var(--text-xs); color: var(--ink-3); font-variant-numeric: tabular-nums; }
    .status { display: inline-grid; }
    .unread .time { color: var(--accent-ink); font-weight: 600; }
    .preview { flex: 1; min-inline-size: 0; font-size: var(--text-m); line-height: 1.4; color: var(--ink-2); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }
    .unread .preview { color: var(--ink); }
    .quiet { color: var(--ink-3); }
    .knock { color: var(--accent-ink); }
    .stranger { color: var(--danger); }
    .draft { color: var(--accent-ink); font-weight: 600; }
    .typing { color: var(--accent-ink); font-weight: 500; }
    .face { position: relative; display: grid; }
    .online { position: absolute; inset-block-end: 1px; inset-inline-end: 1px; inline-size: 13px; block-size: 13px; border: 2px solid var(--row-ground, var(--surface)); border-radius: 50%; background: var(--good); }
    .mark { display: inline-grid; flex: none; color: var(--ink-3); }
    .alarm { display: inline-grid; color: var(--caution); }
    .badge { flex: none; min-inline-size: 1.375rem; padding: 0 7px; border-radius: 0.6875rem; background: var(--accent-fill); color: var(--on-accent); font-size: var(--text-xs); font-weight: 650;
      line-height: 1.375rem; text-align: center; font-variant-numeric: tabular-nums; }
    .badge.at { padding: 0; inline-size: 1.375rem; }
    .muted .badge:not(.at) { background: var(--pressed); color: var(--ink-2); }
    .muted.unread .time { color: var(--ink-3); }
  `];

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    const { latest, unread, mentioned, place: { muted, pinned } } = room;
    return html`
      <span class="face">${roomFace(room)}${partnerOf(room)?.presence?.online === true ? html`<span class="online" role="img" aria-label=${words.online}></span>` : nothing}</span>
      <div class=${['lines', unread > 0 && 'unread', muted !== null && 'muted'].filter(Boolean).join(' ')}>
        <div class="line">
          <span class="name named"><bdi>${room.name}</bdi>${partnerOf(room)?.verified === true ? verifiedMark() : nothing}</span>
          <span class="time">${latest?.kind === 'message' && latest.status !== null ? statusMark(latest.status) : nothing}${listTime(latest === null ? room.createdAt : timeOf(latest))}</span>
        </div>
        <div class="line">
          ${this.#preview(room)}
          ${room.alarms.length > 0 ? html`<span class="alarm" role="img" aria-label=${words.alarm} title=${words.alarm}>${icon('warning', 18)}</span>` : nothing}
          ${muted === null ? nothing : html`<span class="mark" role="img" aria-label=${words.muted} title=${words.muted}>${icon('mute', 16)}</span>`}
          ${pinned ? html`<span class="mark" role="img" aria-label=${words.pinned} title=${words.pinned}>${icon('pin', 16)}</span>` : nothing}
          ${mentioned > 0 ? html`<span class="badge at"><span aria-hidden="true">@</span><span class="unseen">${words.mentioned}</span></span>` : nothing}
          ${unread > 0 ? html`<span class="badge"><span aria-hidden="true">${unread > 99 ? words.many : unread}</span><span class="unseen">${words.unread(unread)}</span></span>` : nothing}
        </div>
      </div>`;
  }

  #preview(room: RoomSummary) {
    const standing = standingLine(room);
    if (standing !== '') return html`<span class=${room.standing.kind === 'asked' || room.standing.kind === 'broken' ? 'preview' : 'preview quiet'}>${standing}</span>`;
    if (room.unacknowledged.length > 0) return html`<span class="preview stranger">${words.stranger}</span>`;
    if (room.knocks.length > 0) return html`<span class="preview knock">${words.knocks(room.knocks.length)}</span>`;
    if (room.typing.length > 0) return html`<span class="preview typing">${typingDots()}<bdi>${typingText(room)}</bdi></span>`;
    if (room.draft.trim() !== '' && !this.current) return html`<span class="preview"><span class="draft">${words.draft}</span> <bdi>${room.draft}</bdi></span>`;
    if (room.latest === null) return html`<span class="preview quiet">${words.nothing}</span>`;
    return html`<span class=${room.latest.kind === 'notice' ? 'preview quiet' : 'preview'}><bdi>${previewText(room.latest, room)}</bdi></span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-row': SottoRoomRow }
}
