import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { standingWords } from '../words/standings.ts';
import { openSheet } from './sheets.ts';

const words = {
  get accept() { return msg('Accept'); },
  get decline() { return msg('Decline'); },
  get rejoin() { return msg('Join again'); },
  get rejoining() { return msg('Joining…'); },
  get forget() { return msg('Delete from this device'); },
} as const;

/** Stands where one would write, in a room in which one cannot: why, and what one can do. Fires `open-sheet`, `gone` where the room was declined. */
@customElement('sotto-standing')
export class SottoStanding extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, css`
    :host { display: block; background: var(--surface); }
    .inner { display: grid; justify-items: center; gap: 4px; max-inline-size: 560px; margin-inline: auto; padding: 18px 24px calc(18px + var(--safe-bottom)); text-align: center; text-wrap: balance; }
    .title { font-weight: 600; overflow-wrap: anywhere; }
    .text { font-size: var(--text-m); line-height: 1.4; color: var(--ink-2); }
    .choices { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 10px; inline-size: min(100%, 380px); margin-block-start: 14px; }
    .problem { margin-block-start: 10px; }
  `];

  protected override render() {
    const { room } = this;
    const said = room === null ? null : standingWords(room.standing);
    if (room === null || said === null) return nothing;
    return html`
      <div class="inner">
        <p class="title" role="status">${said.title}</p>
        <p class="text">${said.text}</p>
        ${problemLine(this.#doing.problem)}
        ${this.#choices(room)}
      </div>`;
  }

  #choices(room: RoomSummary) {
    const { busy } = this.#doing;
    switch (room.standing.kind) {
      case 'asked':
        return html`<div class="choices">
          <button class="button" type="button" ?disabled=${busy} @click=${() => { void this.#answer(room, false); }}>${words.decline}</button>
          <button class="button filled" type="button" ?disabled=${busy} @click=${() => { void this.#answer(room, true); }}>${words.accept}</button></div>`;
      case 'broken':
        return html`<div class="choices"><button class="button filled" type="button" ?disabled=${busy} @click=${() => { void this.#doing.run(async () => this.engine?.rejoin(room.room)); }}>${busy ? words.rejoining : words.rejoin}</button></div>`;
      case 'left':
      case 'removed':
      case 'refused':
        return html`<div class="choices"><button class="button small" type="button" @click=${() => { openSheet(this, { kind: 'forget' }); }}>${words.forget}</button></div>`;
      case 'joining':
      case 'waiting':
      case 'member':
        return nothing;
      default:
        return nothing;
    }
  }

  async #answer({ room }: RoomSummary, accept: boolean): Promise<void> {
    const done = await this.#doing.run(async () => this.engine?.answerRequest(room, accept));
    if (done && !accept) this.dispatchEvent(new CustomEvent('gone'));
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-standing': SottoStanding }
}
