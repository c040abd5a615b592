import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RoomSummary } from '../../engine/api.ts';
import { plural } from '../words/counts.ts';
import { isolated } from '../words/people.ts';
import { presenceText, typingText } from '../words/signs.ts';
import { stayOf } from '../words/stays.ts';
import { icon } from './icon.ts';
import { otherOf, partnerOf } from './room-face.ts';
import { base } from './styles.ts';
import { dotsStyles, typingDots } from './typing-dots.ts';

const words = {
  people: (count: number) => plural(count, msg('Only you|{n} people')),
  get direct() { return msg('Just the two of you'); },
  withYou: (name: string) => msg(str`You and ${isolated(name)}`),
  disappearing: (time: string) => msg(str`Messages disappear after ${time}`),
} as const;

/** "5 minutes ago" is to be so. */
const FRESH_FOR = 30_000;

/** The line under a room's name: who is writing, else who is there, else who is in it; and that what is said here disappears. */
@customElement('sotto-room-status')
export class SottoRoomStatus extends LitElement {
  @property({ attribute: false }) room: RoomSummary | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [base, dotsStyles, css`
    :host { display: flex; align-items: center; gap: 6px; min-inline-size: 0; font-size: var(--text-s); line-height: 1.35; color: var(--ink-3); }
    .line { min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }
    .typing { color: var(--accent-ink); font-weight: 500; }
    .online::before { content: ''; display: inline-block; inline-size: 8px; block-size: 8px; margin-inline-end: 6px; border-radius: 50%; background: var(--good); vertical-align: 0.06em; }
    .stays { display: inline-flex; align-items: center; gap: 3px; flex: none; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => { this.requestUpdate(); }, FRESH_FOR);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const { disappearing } = room.settings;
    return html`
      ${this.#line(room)}
      ${disappearing === null ? nothing : html`<span class="stays" role="img" aria-label=${words.disappearing(stayOf(disappearing))} title=${words.disappearing(stayOf(disappearing))}>${icon('timer', 14)}</span>`}`;
  }

  #line(room: RoomSummary) {
    if (room.typing.length > 0) return html`<span class="line typing">${typingDots()}<bdi>${typingText(room)}</bdi></span>`;
    const partner = partnerOf(room);
    if (partner !== undefined && partner.presence !== null) return html`<span class=${partner.presence.online ? 'line online' : 'line'}>${presenceText(partner.presence)}</span>`;
    const other = otherOf(room);
    return html`<span class="line">${other === undefined ? words.people(room.members.length) : other.name === room.name ? words.direct : words.withYou(other.name)}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-status': SottoRoomStatus }
}
