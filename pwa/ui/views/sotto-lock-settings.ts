import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { AppLock, LockState, Passkeys } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, options, rows } from '../elements/styles.ts';
import './sotto-erase.ts';

const MINUTE = 60_000;
const LEAST = 8;

const words = {
  get title() { return msg('App lock'); },
  get none() { return msg('Without a lock, whoever holds this device unlocked can read everything. With one, nothing here opens without you.'); },
  get forget() { return msg('If you forget it, nobody can help: you start anew, without your messages.'); },
  get passphrase() { return msg('Passphrase'); },
  get again() { return msg('Once more'); },
  get set() { return msg('Lock with this passphrase'); },
  get change() { return msg('Change the passphrase'); },
  get short() { return msg('Take at least 8 characters. A few words are easier to remember than signs.'); },
  get differ() { return msg('The two are not the same.'); },
  get passkey() { return msg('Lock with a passkey'); },
  get passkeyText() { return msg('Your fingerprint, face or the PIN of this device, where it can do that'); },
  get passkeyName() { return msg('Sotto on this device'); },
  get hasPassphrase() { return msg('Passphrase'); },
  get hasPasskey() { return msg('Passkey'); },
  get remove() { return msg('Remove'); },
  get after() { return msg('Lock after'); },
  get minute() { return msg('1 min'); },
  get five() { return msg('5 min'); },
  get hour() { return msg('1 hour'); },
  get never() { return msg('Never'); },
  get hide() { return msg('Lock when put away'); },
  get hideText() { return msg('As soon as you leave the app or its tab'); },
  get now() { return msg('Lock now'); },
  get erase() { return msg('Erase everything on this device'); },
} as const;

/** The lock of the app: how it opens, when it closes, and the way out of everything. Fires `close`. */
@customElement('sotto-lock-settings')
export class SottoLockSettings extends LitElement {
  @property({ attribute: false }) lock: AppLock | null = null;
  @property({ attribute: false }) passkeys: Passkeys | null = null;
  @property({ attribute: false }) locking: LockState | null = null;
  @state() private hint = '';
  @state() private changing = false;
  @state() private erasing = false;
  @query('#new') private readonly field!: HTMLInputElement | null;
  @query('#again') private readonly again!: HTMLInputElement | null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, options, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 16px; }
    .ask { color: var(--ink-2); font-size: var(--text-m); }
    form { display: grid; gap: 12px; }
    .lines + .button { justify-self: end; }
  `];

  protected override render() {
    const { locking } = this;
    if (locking === null || locking.kind === 'locked') return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          ${locking.kind === 'none' ? html`<p class="ask">${words.none}</p>${this.#passphraseForm(words.set)}${this.#passkeyRow()}` : this.#set(locking)}
          ${problemLine(this.#doing.problem)}
          <div class="card"><button class="row danger" type="button" aria-haspopup="dialog" @click=${() => { this.erasing = true; }}><span class="dot">${icon('trash')}</span><strong>${words.erase}</strong></button></div>
        </div>
      </sotto-sheet>
      ${this.erasing ? html`<sotto-erase .lock=${this.lock} @close=${() => { this.erasing = false; }}></sotto-erase>` : nothing}`;
  }

  #set({ ways, settings }: Extract<LockState, { kind: 'unlocked' }>) {
    const { lock } = this;
    const choose = (after: number | null, text: string) => html`<label><input type="radio" name="after" .checked=${settings.after === after} @change=${() => { void this.#doing.run(async () => lock?.setLockSettings({ ...settings, after })); }}>${text}</label>`;
    return html`
      <div class="card">
        ${ways.passphrase ? html`<div class="row"><span class="dot good">${icon('check')}</span><span class="lines"><strong>${words.hasPassphrase}</strong></span>${this.#remove('passphrase', words.hasPassphrase)}</div>` : nothing}
        ${ways.passkeys.map((place) => html`<div class="row"><span class="dot good">${icon('key')}</span><span class="lines"><strong>${words.hasPasskey}</strong></span>${this.#remove(place, words.hasPasskey)}</div>`)}
      </div>
      ${this.changing ? this.#passphraseForm(words.change) : html`<button class="button" type="button" @click=${() => { this.changing = true; }}>${ways.passphrase ? words.change : words.set}</button>`}
      ${ways.passkeys.length === 0 ? this.#passkeyRow() : nothing}
      <fieldset><legend>${words.after}</legend><div class="options">${choose(MINUTE, words.minute)}${choose(5 * MINUTE, words.five)}${choose(60 * MINUTE, words.hour)}${choose(null, words.never)}</div></fieldset>
      <div class="card"><label class="row"><span class="dot">${icon('lock')}</span><span class="lines"><strong>${words.hide}</strong><span class="text">${words.hideText}</span></span>
        <input type="checkbox" role="switch" .checked=${settings.onHide} @change=${(event: Event) => { const onHide = (event.target as HTMLInputElement).checked; void this.#doing.run(async () => lock?.setLockSettings({ ...settings, onHide })); }}></label></div>
      <button class="button filled" type="button" @click=${() => { void this.#doing.run(async () => lock?.lock()); }}>${icon('lock', 18)}${words.now}</button>`;
  }

  #remove(way: Parameters<AppLock['removeLock']>[0], name: string) {
    return html`<button class="button plain small" type="button" aria-label=${`${words.remove}: ${name}`} @click=${() => { void this.#doing.run(async () => this.lock?.removeLock(way)); }}>${words.remove}</button>`;
  }

  #passphraseForm(set: string) {
    return html`
      <form @submit=${this.#addPassphrase} novalidate>
        <div class="field"><label for="new">${words.passphrase}</label><input class="input" id="new" type="password" autocomplete="new-password" dir="auto" aria-describedby="hint" @input=${() => { this.hint = ''; }}></div>
        <div class="field"><label for="again">${words.again}</label><input class="input" id="again" type="password" autocomplete="new-password" dir="auto" aria-describedby="hint" @input=${() => { this.hint = ''; }}>
          <p class="hint" id="hint" role="status">${this.hint === '' ? words.forget : this.hint}</p></div>
        <button class="button filled wide" type="submit" ?disabled=${this.#doing.busy}>${set}</button>
      </form>`;
  }

  #passkeyRow() {
    if (this.passkeys === null) return nothing;
    return html`<div class="card"><button class="row" type="button" ?disabled=${this.#doing.busy} @click=${this.#addPasskey}><span class="dot">${icon('key')}</span><span class="lines"><strong>${words.passkey}</strong><span class="text">${words.passkeyText}</span></span></button></div>`;
  }

  readonly #addPassphrase = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { lock, field, again } = this;
    if (lock === null || field === null || again === null) return;
    const passphrase = field.value;
    if (passphrase.length < LEAST || passphrase !== again.value) {
      this.hint = passphrase.length < LEAST ? words.short : words.differ;
      (passphrase.length < LEAST ? field : again).focus();
      return;
    }
    if (!(await this.#doing.run(() => lock.addLock({ passphrase })))) return;
    [field.value, again.value] = ['', ''];
    this.changing = false;
  };

  readonly #addPasskey = async (): Promise<void> => {
    const { lock, passkeys } = this;
    if (lock === null || passkeys === null) return;
    await this.#doing.run(async () => { await lock.addLock({ passkey: await passkeys.make(words.passkeyName) }); });
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-lock-settings': SottoLockSettings }
}
