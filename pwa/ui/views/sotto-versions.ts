import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, MessageKey, RoomSummary, Version } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { formattedText } from '../elements/formatted-text.ts';
import { messageStyles } from '../elements/message-styles.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base } from '../elements/styles.ts';
import { exactTime } from '../words/times.ts';

const words = { get title() { return msg('Earlier versions'); }, get now() { return msg('As it is now'); } } as const;

/** How a message read before it was edited. Fires `close`. */
@customElement('sotto-versions')
export class SottoVersions extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property() message: MessageKey | null = null;
  @state() private versions: readonly Version[] = [];
  readonly #doing = new Doing(this);

  static override styles = [base, messageStyles, css`
    .versions { display: grid; gap: 10px; }
    .versions > li { padding: 10px 14px; border-radius: 14px; background: var(--surface); }
    time, small { display: block; font-size: var(--text-s); color: var(--ink-3); }
    small { font-weight: 600; color: var(--accent-ink); }
  `];

  override firstUpdated(): void {
    void this.#doing.run(async () => {
      if (this.engine !== null && this.room !== null && this.message !== null) this.versions = (await this.engine.versions(this.room.room, this.message)).toReversed();
    });
  }

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        ${problemLine(this.#doing.problem)}
        <ol class="versions">${this.versions.map(({ text, at }, i) => html`<li>${i === 0 ? html`<small>${words.now}</small>` : ''}<div class="text" dir="auto">${formattedText(text)}</div><time>${exactTime(at)}</time></li>`)}</ol>
      </sotto-sheet>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-versions': SottoVersions }
}
