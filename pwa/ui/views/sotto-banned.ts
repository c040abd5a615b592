import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Banned, Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { isolated, mayManage } from '../words/people.ts';

const words = {
  get title() { return msg('Banned'); },
  get say() { return msg('No invite lets these people in, whatever name they take.'); },
  by: (name: string) => msg(str`By ${isolated(name)}`),
  get lift() { return msg('Lift the ban'); },
  liftOf: (name: string) => msg(str`Lift the ban on ${isolated(name)}`),
  get nobody() { return msg('Nobody is banned any more.'); },
} as const;

/** Who may not come back, and taking that back. Fires `close`. */
@customElement('sotto-banned')
export class SottoBanned extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`:host { --card: var(--surface); } .all { display: grid; gap: 14px; } .say { font-size: var(--text-m); color: var(--ink-2); } .row { grid-template-columns: 40px minmax(0, 1fr) auto; }`];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          <p class="say" role="status">${room.banned.length === 0 ? words.nobody : words.say}</p>
          ${problemLine(this.#doing.problem)}
          ${room.banned.length === 0 ? nothing : html`<ul class="card">${repeat(room.banned, (one) => one.person, (one) => this.#row(one, room))}</ul>`}
        </div>
      </sotto-sheet>`;
  }

  #row(one: Banned, room: RoomSummary) {
    return html`
      <li class="row">
        <sotto-avatar .name=${one.name} .key=${one.person}></sotto-avatar>
        <span class="lines"><strong><bdi>${one.name}</bdi></strong><span class="text">${words.by(one.by.name)}</span></span>
        ${mayManage(room) ? html`<button class="button small" type="button" aria-label=${words.liftOf(one.name)} ?disabled=${this.#doing.busy}
          @click=${() => { void this.#doing.run(async () => this.engine?.unban(room.room, one.person)); }}>${words.lift}</button>` : nothing}
      </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-banned': SottoBanned }
}
