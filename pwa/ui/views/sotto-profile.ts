import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine, Person, Preferences } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon, type IconName } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';

const words = {
  get title() { return msg('You'); },
  get label() { return msg('Your name'); },
  get hint() { return msg('People see it in every room. Each room learns of it when your device next makes new keys there.'); },
  get empty() { return msg('Write a name first. Any will do.'); },
  get save() { return msg('Save'); },
  get receipts() { return msg('Tell when you have read'); },
  get receiptsText() { return msg('Others see that you read their messages. Without it you do not see whether they read yours.'); },
  get device() { return msg('This device'); },
  get deviceText() { return msg('Installing Sotto, and how safely your messages are kept here'); },
  get notices() { return msg('Notifications'); },
  get noticesText() { return msg('Being told of new messages, and how much'); },
  get lock() { return msg('App lock'); },
  get lockText() { return msg('A passphrase or passkey, and erasing everything'); },
  get arrivals() { return msg('Tell when messages have arrived'); },
  get arrivalsText() { return msg('Others see that their messages are on your device. Without it you do not see whether yours are on theirs.'); },
  get typing() { return msg('Show that you are typing'); },
  get typingText() { return msg('Others see it while you write. Without it you do not see when they do.'); },
  get presence() { return msg('Show when you are here'); },
  get presenceText() { return msg('Others see when you have Sotto in front of you, and when you last had. Without it you do not see it of them.'); },
  get about() { return msg('About Sotto'); },
  get aboutText() { return msg('Its version, and the hash of the code that runs here'); },
  get key() { return msg('Your identity'); },
  get keyText() { return msg('A key that was made on this device. It is you, whatever name you go by; others verify it with your safety number.'); },
} as const;

/** One's own name and identity. Fires `close`, `about` for what the app itself is, `lock` for what opens it, `notices` for what it tells, and `device` for where it lives. */
@customElement('sotto-profile')
export class SottoProfile extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) profile: Person | null = null;
  @property({ attribute: false }) preferences: Preferences | null = null;
  /** There is something to set about notifications. */
  @property({ type: Boolean }) notifies = false;
  @state() private hint = '';
  @query('input') private readonly field!: HTMLInputElement;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    form { display: grid; gap: 18px; }
    .who { display: grid; justify-items: center; }
    .who sotto-avatar { --avatar: 96px; }
    .row { align-items: start; }
    .exact { display: block; margin-block-start: 8px; font: 500 var(--text-xs) / 1.5 var(--mono); direction: ltr; text-align: start; overflow-wrap: anywhere; color: var(--ink-3); }
  `];

  protected override render() {
    const { profile } = this;
    if (profile === null) return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${this.#close}>
        <form @submit=${this.#save} novalidate>
          <div class="who"><sotto-avatar .name=${profile.name} .key=${profile.person}></sotto-avatar></div>
          <div class="field">
            <label for="name">${words.label}</label>
            <input class="input" id="name" autocomplete="nickname" autocapitalize="words" spellcheck="false" dir="auto" maxlength="64" .value=${profile.name} enterkeyhint="done" aria-describedby="hint" ?readonly=${this.#doing.busy} @input=${() => { this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
          </div>
          ${problemLine(this.#doing.problem)}
          <button class="button filled wide" type="submit" ?disabled=${this.#doing.busy}>${words.save}</button>
          ${this.#receipts()}
          <div class="card"><button class="row device" type="button" aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('device')); }}><span class="dot">${icon('done')}</span><span class="lines"><strong>${words.device}</strong><span class="text">${words.deviceText}</span></span>${icon('forward')}</button></div>
          ${this.notifies ? html`<div class="card"><button class="row notices" type="button" aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('notices')); }}><span class="dot">${icon('bell')}</span><span class="lines"><strong>${words.notices}</strong><span class="text">${words.noticesText}</span></span>${icon('forward')}</button></div>` : nothing}
          <div class="card"><button class="row lock" type="button" aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('lock')); }}><span class="dot">${icon('lock')}</span><span class="lines"><strong>${words.lock}</strong><span class="text">${words.lockText}</span></span>${icon('forward')}</button></div>
          <div class="card"><button class="row about" type="button" aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('about')); }}><span class="dot">${icon('shield')}</span><span class="lines"><strong>${words.about}</strong><span class="text">${words.aboutText}</span></span>${icon('forward')}</button></div>
          <div class="card"><div class="row"><span class="dot">${icon('key')}</span><p class="lines"><strong>${words.key}</strong><span class="text">${words.keyText}</span><span class="exact">${profile.person}</span></p></div></div>
        </form>
      </sotto-sheet>`;
  }

  #receipts() {
    const { engine, preferences } = this;
    if (engine === null || preferences === null) return nothing;
    const row = (name: 'readReceipts' | 'deliveryReceipts' | 'typing' | 'presence', mark: IconName, title: string, text: string) => html`
      <label class="row"><span class="dot">${icon(mark)}</span><span class="lines"><strong>${title}</strong><span class="text">${text}</span></span>
        <input type="checkbox" role="switch" .checked=${preferences[name]} @change=${(event: Event) => { void this.#doing.run(() => engine.setPreferences({ [name]: (event.target as HTMLInputElement).checked })); }}></label>`;
    return html`
      <div class="card">
        ${row('readReceipts', 'ticks', words.receipts, words.receiptsText)}
        ${row('deliveryReceipts', 'check', words.arrivals, words.arrivalsText)}
        ${row('typing', 'edit', words.typing, words.typingText)}
        ${row('presence', 'people', words.presence, words.presenceText)}
      </div>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, profile } = this;
    if (engine === null || profile === null) return;
    const name = this.field.value.trim();
    if (name === '') {
      this.hint = words.empty;
      this.field.focus();
      return;
    }
    if (name === profile.name || (await this.#doing.run(() => engine.setName(name)))) this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-profile': SottoProfile }
}
