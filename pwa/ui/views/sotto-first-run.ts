import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine, Problem } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-mark.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { problemOf } from '../words/problems.ts';

const words = {
  title: 'Sotto',
  get line() { return msg('Chat that only the people in it can read.'); },
  get invited() { return msg('You have an invite. First, a name.'); },
  get label() { return msg('Your name'); },
  get placeholder() { return msg('What friends call you'); },
  get go() { return msg('Continue'); },
  get shown() { return msg('People you chat with see it. There is no account and no phone number.'); },
  get kept() { return msg('Your keys and messages stay on this device. If you lose it, nobody can bring them back.'); },
  get empty() { return msg('Write a name first. Any will do.'); },
} as const;

const LONGEST_NAME = 64;

/** One screen: what Sotto is, a name, go. */
@customElement('sotto-first-run')
export class SottoFirstRun extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  /** An invite link waits for this to be done. */
  @property({ type: Boolean }) invited = false;
  @state() private busy = false;
  @state() private hint = '';
  @state() private problem: Problem | null = null;
  @query('input') private readonly field!: HTMLInputElement;

  static override styles = [base, buttons, fields, css`
    :host { display: grid; block-size: 100%; overflow-y: auto; padding: calc(24px + var(--safe-top)) 24px calc(24px + var(--safe-bottom));
      background: radial-gradient(120% 60% at 50% 0%, var(--accent-tint), transparent 70%) var(--paper); }
    main { display: grid; grid-template-rows: 1fr auto; gap: 32px; inline-size: 100%; max-inline-size: 380px; margin: 0 auto; min-block-size: 100%; }
    .hello { display: grid; gap: 10px; align-content: center; justify-items: center; text-align: center; padding-block: 24px 0; }
    sotto-mark { --mark: 84px; margin-block-end: 14px; }
    h1 { font-size: var(--text-xxl); font-weight: 700; line-height: var(--line-tight); letter-spacing: -0.022em; }
    .line { font-size: var(--text-l); color: var(--ink-2); max-inline-size: 28ch; text-wrap: balance; }
    form { display: grid; gap: 14px; }
    .input { background: var(--raised); border-color: var(--hairline); }
    .facts { display: grid; gap: 12px; padding-block-start: 8px; }
    .facts li { display: grid; grid-template-columns: auto 1fr; gap: 12px; font-size: var(--text-s); color: var(--ink-2); }
    .facts .icon { color: var(--ink-3); }
    @media (min-width: 600px) and (min-height: 640px) {
      main { grid-template-rows: auto auto; align-content: center; gap: 36px; }
    }
  `];

  override firstUpdated(): void {
    if (matchMedia('(hover: hover) and (pointer: fine)').matches) this.field.focus();
  }

  protected override render() {
    return html`
      <main>
        <div class="hello">
          <sotto-mark></sotto-mark>
          <h1>${words.title}</h1>
          <p class="line">${this.invited ? words.invited : words.line}</p>
        </div>
        <form @submit=${this.#submit} novalidate>
          <div class="field">
            <label for="name">${words.label}</label>
            <input class="input" id="name" name="name" autocomplete="nickname" autocapitalize="words" spellcheck="false" dir="auto" maxlength=${LONGEST_NAME}
              placeholder=${words.placeholder} enterkeyhint="go" aria-describedby="hint" ?readonly=${this.busy} @input=${() => { this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint}</p>
          </div>
          ${problemLine(this.problem)}
          <button class="button filled wide" type="submit" ?disabled=${this.busy}>${words.go}</button>
          <ul class="facts">
            <li>${icon('people')}<span>${words.shown}</span></li>
            <li>${icon('lock')}<span>${words.kept}</span></li>
          </ul>
        </form>
      </main>`;
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
    this.problem = null;
    try {
      await this.engine.createProfile(name);
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.busy = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-first-run': SottoFirstRun }
}
