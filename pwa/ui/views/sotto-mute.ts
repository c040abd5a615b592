import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { mutedText } from '../words/signs.ts';
import { stayOf } from '../words/stays.ts';

const words = {
  get title() { return msg('Mute'); },
  get text() { return msg('Nothing tells you of what is said here, its count is grey, and nobody here sees that you write or are there. Only this device knows.'); },
  get always() { return msg('Until you unmute it'); },
  get mentions() { return msg('But tell me when I am mentioned'); },
  get unmute() { return msg('Unmute'); },
} as const;

/** Seconds. */
const TIMES = [3600, 8 * 3600, 7 * 86_400] as const;

/** For how long a room is to be quiet. Fires `close`. */
@customElement('sotto-mute')
export class SottoMute extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private mentions: boolean | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 14px; }
    .text { color: var(--ink-2); font-size: var(--text-m); }
    .row .text { font-size: var(--text-s); }
    label.row { cursor: pointer; grid-template-columns: minmax(0, 1fr) auto; padding-inline: 14px 10px; }
    button.row { grid-template-columns: minmax(0, 1fr); padding-inline: 14px; }
  `];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const { muted } = room.place;
    return html`
      <sotto-sheet .label=${words.title} @close=${this.#close}>
        <div class="all">
          <p class="text">${muted === null ? words.text : mutedText(muted)}</p>
          <div class="card"><label class="row"><strong>${words.mentions}</strong><input type="checkbox" role="switch" .checked=${this.#wantsMentions} @change=${this.#setMentions} /></label></div>
          ${problemLine(this.#doing.problem)}
          <div class="card">
            ${TIMES.map((seconds) => html`<button class="row" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#mute(Date.now() + seconds * 1000); }}><strong>${stayOf(seconds)}</strong></button>`)}
            <button class="row" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#mute(null); }}><strong>${words.always}</strong></button>
          </div>
          ${muted === null ? nothing : html`<button class="button wide" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#unmute(); }}>${icon('bell')}${words.unmute}</button>`}
        </div>
      </sotto-sheet>`;
  }

  readonly #setMentions = (event: Event): void => {
    this.mentions = (event.target as HTMLInputElement).checked;
    const muted = this.room?.place.muted;
    if (muted !== undefined && muted !== null) void this.#set({ ...muted, mentions: this.mentions });
  };

  get #wantsMentions(): boolean {
    return this.mentions ?? this.room?.place.muted?.mentions ?? true;
  }

  async #mute(until: number | null): Promise<void> {
    if (await this.#set({ until, mentions: this.#wantsMentions })) this.#close();
  }

  async #unmute(): Promise<void> {
    if (await this.#set(null)) this.#close();
  }

  #set(muted: RoomSummary['place']['muted']): Promise<boolean> {
    return this.#doing.run(async () => {
      if (this.engine !== null && this.room !== null) await this.engine.setPlace(this.room.room, { muted });
    });
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-mute': SottoMute }
}
