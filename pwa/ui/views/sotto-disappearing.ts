import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { LONGEST_STAY_SECONDS, type Engine, type RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { stayOf } from '../words/stays.ts';

const words = {
  get title() { return msg('Disappearing messages'); },
  get text() { return msg('What is said from now on goes from every device so long after it was read there, with all that hangs on it. It is an agreement: whoever reads can also copy.'); },
  get off() { return msg('Off'); },
  get custom() { return msg('Another time'); },
  get number() { return msg('How many'); },
  get unit() { return msg('Of what'); },
  get seconds() { return msg('Seconds'); },
  get minutes() { return msg('Minutes'); },
  get hours() { return msg('Hours'); },
  get days() { return msg('Days'); },
  get weeks() { return msg('Weeks'); },
  get save() { return msg('Save'); },
  get saving() { return msg('Saving…'); },
  get wrong() { return msg('Choose a time of at most a year.'); },
} as const;

/** Seconds; null: they stay. */
const CHOICES = [null, 30, 300, 3600, 8 * 3600, 86_400, 7 * 86_400, 28 * 86_400] as const;
const UNITS = [['seconds', 1], ['minutes', 60], ['hours', 3600], ['days', 86_400], ['weeks', 604_800]] as const;

/** After how long messages disappear, agreed for everybody in the room. Fires `close`. */
@customElement('sotto-disappearing')
export class SottoDisappearing extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** What is chosen but not saved; undefined before a choice. */
  @state() private chosen: number | null | 'custom' | undefined = undefined;
  @state() private hint = '';
  @query('#number') private readonly number!: HTMLInputElement | null;
  @query('#unit') private readonly unit!: HTMLSelectElement | null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    form { display: grid; gap: 14px; }
    .text { color: var(--ink-2); font-size: var(--text-m); }
    fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
    label.row { grid-template-columns: 24px minmax(0, 1fr); min-block-size: 48px; padding-inline: 14px; cursor: pointer; }
    label.row:hover { background: var(--well); }
    label.row:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
    input[type='radio'] { appearance: none; margin: 0; inline-size: 22px; block-size: 22px; border-radius: 50%; border: 2px solid var(--ink-3); }
    input[type='radio']:checked { border: 7px solid var(--accent-fill); }
    select { font: inherit; color: inherit; }
    .other { display: grid; grid-template-columns: 1fr 1.4fr; gap: 10px; }
    @media (forced-colors: active) { input[type='radio'] { appearance: auto; } }
  `];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const now = room.settings.disappearing;
    const isListed = (CHOICES as readonly (number | null)[]).includes(now);
    const chosen = this.chosen === undefined ? (isListed ? now : 'custom') : this.chosen;
    const [unit, length] = [...UNITS].reverse().find(([, one]) => now !== null && now % one === 0) ?? (['days', 86_400] as const);
    return html`
      <sotto-sheet .label=${words.title} @close=${this.#close}>
        <form @submit=${this.#save} novalidate>
          <p class="text">${words.text}</p>
          <fieldset aria-label=${words.title}><div class="card">
            ${CHOICES.map((seconds) => this.#choice(seconds, seconds === null ? words.off : stayOf(seconds), chosen))}
            ${this.#choice('custom', words.custom, chosen)}
          </div></fieldset>
          ${chosen === 'custom' ? html`
            <div class="other">
              <div class="field"><label for="number">${words.number}</label><input class="input" id="number" type="number" inputmode="numeric" min="1" step="1" .value=${String(isListed || now === null ? 2 : now / length)} aria-describedby="hint" @input=${() => { this.hint = ''; }} /></div>
              <div class="field"><label for="unit">${words.unit}</label><select class="input" id="unit" @change=${() => { this.hint = ''; }}>${UNITS.map(([name]) => html`<option value=${name} ?selected=${name === unit}>${words[name]}</option>`)}</select></div>
            </div>
            <p class="hint" id="hint" role="status">${this.hint}</p>` : nothing}
          ${problemLine(this.#doing.problem)}
          <button class="button filled wide" type="submit" ?disabled=${this.#doing.busy}>${this.#doing.busy ? words.saving : words.save}</button>
        </form>
      </sotto-sheet>`;
  }

  #choice(value: number | null | 'custom', label: string, chosen: number | null | 'custom') {
    return html`<label class="row"><input type="radio" name="stay" .checked=${chosen === value} ?disabled=${this.#doing.busy} @change=${() => { this.chosen = value; this.hint = ''; }} /><strong>${label}</strong></label>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, room, number, unit } = this;
    if (engine === null || room === null) return;
    let disappearing = this.chosen === undefined ? room.settings.disappearing : this.chosen;
    if (number !== null && unit !== null) disappearing = Math.round(number.valueAsNumber * (UNITS.find(([name]) => name === unit.value)?.[1] ?? 0));
    if (disappearing === 'custom' || (disappearing !== null && !(disappearing >= 1 && disappearing <= LONGEST_STAY_SECONDS))) {
      this.hint = words.wrong;
      number?.focus();
      return;
    }
    if (disappearing === room.settings.disappearing || (await this.#doing.run(() => engine.setSettings(room.room, { disappearing })))) this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-disappearing': SottoDisappearing }
}
