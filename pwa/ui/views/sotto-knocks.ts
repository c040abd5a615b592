import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Knock, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { fromNow } from '../words/times.ts';
import { isolated } from '../words/people.ts';

const words = {
  by: (label: string, time: string) => (label === '' ? msg(str`Knocked ${time}`) : msg(str`By “${isolated(label)}”, ${time}`)),
  get admit() { return msg('Let in'); },
  admitOf: (name: string) => msg(str`Let ${isolated(name)} in`),
  get refuse() { return msg('Refuse'); },
  refuseOf: (name: string) => msg(str`Refuse ${isolated(name)}`),
} as const;

/** Who waits to be let into a room, and the answer. */
@customElement('sotto-knocks')
export class SottoKnocks extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { display: grid; gap: 8px; }
    .row { grid-template-columns: 40px minmax(0, 1fr) auto; }
    .row strong { font-weight: 600; }
    .answers { display: flex; gap: 4px; }
    .round { background: var(--well); color: var(--danger); }
    .round.yes { background: var(--accent-fill); color: var(--on-accent); }
    .round.yes:hover { background: var(--accent-fill-pressed); }
    .round:disabled { opacity: 0.5; }
  `];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    return html`${problemLine(this.#doing.problem)}<ul class="card">${repeat(room.knocks, (knock) => knock.id, (knock) => this.#row(knock, room))}</ul>`;
  }

  #row(knock: Knock, room: RoomSummary) {
    const { name } = knock.who;
    const answer = (admit: boolean) => () => { void this.#doing.run(async () => this.engine?.answerKnock(room.room, knock.id, admit)); };
    return html`
      <li class="row">
        <sotto-avatar .name=${name} .key=${knock.who.person}></sotto-avatar>
        <span class="lines"><strong><bdi>${name}</bdi></strong><span class="text">${words.by(knock.by, fromNow(knock.at))}</span></span>
        <span class="answers">
          <button class="round" type="button" aria-label=${words.refuseOf(name)} title=${words.refuse} ?disabled=${this.#doing.busy} @click=${answer(false)}>${icon('close')}</button>
          <button class="round yes" type="button" aria-label=${words.admitOf(name)} title=${words.admit} ?disabled=${this.#doing.busy} @click=${answer(true)}>${icon('check')}</button>
        </span>
      </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-knocks': SottoKnocks }
}
