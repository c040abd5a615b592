import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { problemOf, problemSentence } from '../words/problems.ts';

const words = {
  get title() { return msg('Start a room'); },
  get label() { return msg('Name of the room'); },
  get placeholder() { return msg('Sunday hikes'); },
  get hint() { return msg('Everyone in the room sees the name; the relay does not.'); },
  get empty() { return msg('Give the room a name first.'); },
  get go() { return msg('Start the room'); },
} as const;

/** Asks for a room's name and starts it. Fires `created` with `{ room }`, `close`. */
@customElement('sotto-new-room')
export class SottoNewRoom extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @state() private busy = false;
  @state() private hint = '';
  @state() private problem = '';
  @query('input') private readonly field!: HTMLInputElement;

  static override styles = [base, buttons, fields, css`form { display: grid; gap: 18px; }`];

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <form @submit=${this.#submit} novalidate>
          <div class="field">
            <label for="name">${words.label}</label>
            <input class="input" id="name" autofocus autocomplete="off" autocapitalize="sentences" dir="auto" maxlength="64" placeholder=${words.placeholder} enterkeyhint="go" aria-describedby="hint" ?readonly=${this.busy} @input=${() => { this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
          </div>
          ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${this.problem}</span></p>`}
          <button class="button filled wide" type="submit" ?disabled=${this.busy}>${words.go}</button>
        </form>
      </sotto-sheet>`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const name = this.field.value.trim();
    if (name === '') {
      this.hint = words.empty;
      this.field.focus();
      return;
    }
    if (this.engine === null || this.busy) return;
    this.busy = true;
    this.problem = '';
    try {
      const room = await this.engine.createRoom(name);
      this.dispatchEvent(new CustomEvent('created', { detail: { room } }));
    } catch (reason) {
      this.problem = problemSentence(problemOf(reason));
    } finally {
      this.busy = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-new-room': SottoNewRoom }
}
