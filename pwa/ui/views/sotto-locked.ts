import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { AppLock, LockState, Passkeys } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-mark.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { clockTime } from '../words/times.ts';
import './sotto-erase.ts';

const words = {
  get title() { return msg('Sotto is locked'); },
  get label() { return msg('Passphrase'); },
  get unlock() { return msg('Unlock'); },
  get passkey() { return msg('Unlock with a passkey'); },
  get empty() { return msg('Write your passphrase first.'); },
  get forgot() { return msg('Forgot it?'); },
  wait: (time: string) => msg(str`Too many wrong tries. You can try again at ${time}. Nothing is erased.`),
} as const;

/** Nothing is open, and nothing can be seen. */
@customElement('sotto-locked')
export class SottoLocked extends LitElement {
  @property({ attribute: false }) lock: AppLock | null = null;
  @property({ attribute: false }) passkeys: Passkeys | null = null;
  @property({ attribute: false }) locked: Extract<LockState, { kind: 'locked' }> | null = null;
  @state() private hint = '';
  @state() private forgot = false;
  @query('input') private readonly field!: HTMLInputElement | null;
  readonly #doing = new Doing(this);
  #waited: ReturnType<typeof setTimeout> | undefined;

  static override styles = [base, buttons, fields, css`
    :host { display: grid; block-size: 100%; overflow-y: auto; padding: calc(24px + var(--safe-top)) 24px calc(24px + var(--safe-bottom));
      background: radial-gradient(120% 60% at 50% 0%, var(--accent-tint), transparent 70%) var(--paper); }
    main { display: grid; align-content: center; gap: 28px; inline-size: 100%; max-inline-size: 340px; margin: 0 auto; min-block-size: 100%; }
    .hello { display: grid; justify-items: center; gap: 12px; text-align: center; }
    sotto-mark { --mark: 72px; }
    h1 { font-size: var(--text-xl); font-weight: 650; line-height: var(--line-tight); letter-spacing: -0.012em; }
    form { display: grid; gap: 14px; }
    .input { background: var(--raised); border-color: var(--hairline); }
    .forgot { justify-self: center; }
  `];

  override firstUpdated(): void {
    if (matchMedia('(hover: hover) and (pointer: fine)').matches) this.field?.focus();
  }

  protected override willUpdate(): void {
    clearTimeout(this.#waited);
    const until = this.locked?.waitUntil ?? null;
    if (until !== null && until > Date.now()) this.#waited = setTimeout(() => { this.requestUpdate(); }, until - Date.now());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#waited);
  }

  protected override render() {
    const { locked, passkeys } = this;
    if (locked === null) return nothing;
    const until = locked.waitUntil !== null && locked.waitUntil > Date.now() ? locked.waitUntil : null;
    const shut = until !== null || this.#doing.busy;
    return html`
      <main>
        <div class="hello"><sotto-mark></sotto-mark><h1>${words.title}</h1></div>
        <form @submit=${this.#unlock} novalidate>
          ${locked.ways.passphrase ? html`
            <div class="field">
              <label for="passphrase">${words.label}</label>
              <input class="input" id="passphrase" type="password" autocomplete="current-password" enterkeyhint="go" dir="auto" aria-describedby="hint" ?disabled=${until !== null} ?readonly=${this.#doing.busy} @input=${() => { this.hint = ''; }} />
              <p class="hint" id="hint" role="status">${this.hint}</p>
            </div>` : nothing}
          ${until === null ? problemLine(this.#doing.problem) : html`<p class="problem" role="alert">${icon('clock', 18)}<span>${words.wait(clockTime(until))}</span></p>`}
          ${locked.ways.passphrase ? html`<button class="button filled wide" type="submit" ?disabled=${shut}>${words.unlock}</button>` : nothing}
          ${locked.ways.passkeys.length === 0 || passkeys === null ? nothing : html`<button class="button wide ${locked.ways.passphrase ? '' : 'filled'}" type="button" ?disabled=${shut} @click=${this.#usePasskey}>${icon('key', 18)}${words.passkey}</button>`}
          <button class="button plain small forgot" type="button" aria-haspopup="dialog" @click=${() => { this.forgot = true; }}>${words.forgot}</button>
        </form>
      </main>
      ${this.forgot ? html`<sotto-erase .lock=${this.lock} forgotten @close=${() => { this.forgot = false; }}></sotto-erase>` : nothing}`;
  }

  readonly #unlock = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { lock, field } = this;
    if (lock === null || field === null || this.#doing.busy) return;
    const passphrase = field.value;
    if (passphrase === '') {
      this.hint = words.empty;
      field.focus();
      return;
    }
    if (await this.#doing.run(() => lock.unlock({ passphrase }))) field.value = '';
    else field.select();
  };

  readonly #usePasskey = async (): Promise<void> => {
    const { lock, passkeys, locked } = this;
    if (lock === null || passkeys === null || locked === null) return;
    await this.#doing.run(async () => { await lock.unlock({ passkey: await passkeys.use(locked.ways.passkeys) }); });
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-locked': SottoLocked }
}
