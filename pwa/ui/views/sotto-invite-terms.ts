import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { InviteTerms, Role, RoomSummary } from '../../engine/api.ts';
import { base, buttons, fields, options } from '../elements/styles.ts';
import { lasting } from '../words/counts.ts';
import { roleName, roleText } from '../words/people.ts';

const words = {
  get label() { return msg('What it is for'); },
  get placeholder() { return msg('Family'); },
  get hint() { return msg('To tell your links apart. Admins of the room see it too.'); },
  get howLong() { return msg('How long it works'); },
  get howMany() { return msg('For how many people'); },
  get role() { return msg('What they may do'); },
  get make() { return msg('Make a new link'); },
} as const;

const HOURS = [[1, () => lasting(1, 'hour')], [24, () => lasting(1, 'day')], [168, () => lasting(7, 'day')], [0, () => msg('No end')]] as const;
const USES = [[1, () => msg('One')], [10, () => msg('Ten')], [0, () => msg('Any number')]] as const;
const ROLES = ['member', 'admin'] as const satisfies readonly Role[];

export type TermsEvent = CustomEvent<{ readonly terms: InviteTerms }>;

/** What an invite that is about to be made allows. Fires `make` with `{ terms }`. */
@customElement('sotto-invite-terms')
export class SottoInviteTerms extends LitElement {
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) terms: InviteTerms = { hours: 168, uses: 0 };
  @property({ type: Boolean }) busy = false;
  @state() private label = '';

  static override styles = [base, buttons, fields, options, css`form { display: grid; gap: 20px; }`];

  protected override render() {
    const { terms, room } = this;
    return html`
      <form @submit=${this.#make} novalidate>
        <div class="field">
          <label for="label">${words.label}</label>
          <input class="input" id="label" autocomplete="off" autocapitalize="sentences" dir="auto" maxlength="40" placeholder=${words.placeholder} aria-describedby="hint" .value=${this.label} @input=${(event: Event) => { this.label = (event.target as HTMLInputElement).value; }} />
          <p class="hint" id="hint">${words.hint}</p>
        </div>
        <fieldset><legend>${words.howLong}</legend><div class="options">${HOURS.map(([hours, label]) => html`
          <label><input type="radio" name="hours" .checked=${terms.hours === hours} @change=${() => { this.terms = { ...this.terms, hours }; }} />${label()}</label>`)}</div></fieldset>
        <fieldset><legend>${words.howMany}</legend><div class="options">${USES.map(([uses, label]) => html`
          <label><input type="radio" name="uses" .checked=${terms.uses === uses} @change=${() => { this.terms = { ...this.terms, uses }; }} />${label()}</label>`)}</div></fieldset>
        ${room === null || room.role === 'member' ? nothing : html`
          <fieldset><legend>${words.role}</legend><div class="options">${ROLES.map((role) => html`
            <label><input type="radio" name="role" .checked=${(terms.role ?? 'member') === role} @change=${() => { this.terms = { ...this.terms, role }; }} />${roleName(role)}</label>`)}</div>
            <p class="hint" role="status">${roleText(terms.role ?? 'member', room.settings.approval)}</p></fieldset>`}
        <button class="button filled wide" type="submit" ?disabled=${this.busy}>${words.make}</button>
      </form>`;
  }

  readonly #make = (event: Event): void => {
    event.preventDefault();
    const label = this.label.trim();
    const terms: InviteTerms = { ...this.terms, ...(label === '' ? {} : { label }) };
    this.dispatchEvent(new CustomEvent('make', { detail: { terms } }) satisfies TermsEvent);
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-invite-terms': SottoInviteTerms }
}
