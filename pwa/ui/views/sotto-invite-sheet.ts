import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, Invite, InviteTerms, Problem, RoomSummary } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-qr.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { problemOf, problemWords } from '../words/problems.ts';
import { endTime } from '../words/times.ts';

const words = {
  title: (room: string) => `Invite to ${room}`,
  show: 'Let them scan this with their camera, or send the link.',
  link: 'Invite link',
  copy: 'Copy link',
  copied: 'Copied',
  copyFailed: 'The link could not be copied. Select it above and copy it by hand.',
  share: 'Share',
  shareTitle: (room: string) => `Join “${room}” on Sotto`,
  ends: (time: string) => `Works until ${time}`,
  never: 'Works until it is taken back',
  one: 'for one person',
  some: (count: number) => `for ${count} people`,
  left: (count: number) => (count === 1 ? 'for one more person' : `for ${count} more people`),
  anyone: 'for anyone who has it',
  terms: (ends: string, uses: string) => `${ends}, ${uses}.`,
  change: 'Change',
  make: 'Make a new link',
  howLong: 'How long it works',
  howMany: 'For how many people',
  making: 'Making a link…',
  again: 'Try again',
} as const;

const HOURS = [[1, '1 hour'], [24, '1 day'], [168, '7 days'], [0, 'No end']] as const;
const USES = [[1, 'One'], [10, 'Ten'], [0, 'Any number']] as const;
const USUAL: InviteTerms = { hours: 168, uses: 0 };
const COPIED_FOR = 2500;

/** Made to be shown to the person opposite: a large QR code, the link, when it ends. Fires `close`. */
@customElement('sotto-invite-sheet')
export class SottoInviteSheet extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private invite: Invite | null = null;
  @state() private problem: Problem | null = null;
  @state() private choosing = false;
  @state() private busy = false;
  @state() private copied: 'no' | 'yes' | 'failed' = 'no';
  @state() private terms: InviteTerms = USUAL;
  #begun = false;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [base, buttons, fields, css`
    .show { display: grid; gap: 16px; justify-items: center; text-align: center; }
    .say { font-size: var(--text-m); color: var(--ink-2); text-wrap: balance; }
    .code { inline-size: min(100%, 300px, 42dvh); min-inline-size: 180px; }
    .waiting { aspect-ratio: 1; border-radius: 20px; background: var(--well); display: grid; place-items: center; color: var(--ink-3); font-size: var(--text-m); }
    .waiting span { animation: appear 300ms var(--ease) 300ms backwards; }
    @keyframes appear { from { opacity: 0; } }
    .link { inline-size: 100%; text-align: start; direction: ltr; border: 1px solid transparent; border-radius: 14px; background: var(--well); padding: 12px 16px; font-size: max(16px, var(--text-m)); color: var(--ink-2); text-overflow: ellipsis; min-block-size: 48px; }
    .row { display: flex; gap: 10px; inline-size: 100%; }
    .row .button { flex: 1; }
    .until { display: flex; align-items: center; justify-content: center; flex-wrap: wrap; gap: 0 4px; font-size: var(--text-s); color: var(--ink-3); margin-block: -4px -8px; }
    .until .button { padding: 8px 10px; min-block-size: 44px; font-size: var(--text-s); }
    form { display: grid; gap: 20px; }
    fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
    legend { font-size: var(--text-s); font-weight: 600; color: var(--ink-2); padding: 0 2px 8px; }
    .options { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 4px; padding: 4px; border-radius: 16px; background: var(--well); }
    .options label { position: relative; display: grid; place-items: center; min-block-size: 44px; padding: 6px 8px; border-radius: 12px; font-size: var(--text-m); font-weight: 500; text-align: center; line-height: 1.25; color: var(--ink-2); cursor: pointer; transition: background-color var(--fast) var(--ease); }
    .options input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
    .options label:has(:checked) { background: var(--raised); color: var(--ink); font-weight: 600; box-shadow: 0 1px 3px light-dark(oklch(22% 0.03 280 / 0.14), oklch(5% 0.02 280 / 0.5)); }
    .options label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 1px; }
    @media (max-width: 359px) { .options { grid-auto-flow: row; } }
  `];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#copiedTimer);
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.#begun || this.engine === null || this.room === null) return;
    this.#begun = true;
    void this.#begin();
  }

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title(this.room?.name ?? '')} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        ${this.choosing ? this.#termsForm() : this.#shown()}
      </sotto-sheet>`;
  }

  #shown() {
    const { invite } = this;
    const link = invite?.link ?? null;
    if (this.problem !== null) {
      const { title, text } = problemWords(this.problem);
      return html`
        <div class="show">
          <p class="problem" role="alert">${icon('warning')}<span>${title}. ${text}</span></p>
          <button class="button filled wide" type="button" ?disabled=${this.busy} @click=${() => { void this.#make(); }}>${words.again}</button>
        </div>`;
    }
    if (invite === null || link === null) return html`<div class="show"><div class="code waiting" role="status"><span>${words.making}</span></div></div>`;
    return html`
      <div class="show">
        <p class="say">${words.show}</p>
        <div class="code"><sotto-qr .text=${link}></sotto-qr></div>
        <input class="link" readonly aria-label=${words.link} .value=${link} @focus=${(event: Event) => { (event.target as HTMLInputElement).select(); }} />
        ${this.copied === 'failed' ? html`<p class="problem" role="alert">${words.copyFailed}</p>` : nothing}
        <div class="row">
          <button class="button ${'share' in navigator ? '' : 'filled'}" type="button" @click=${() => { void this.#copy(link); }}>${icon(this.copied === 'yes' ? 'check' : 'copy')}<span role="status">${this.copied === 'yes' ? words.copied : words.copy}</span></button>
          ${'share' in navigator ? html`<button class="button filled" type="button" @click=${() => { void this.#share(link); }}>${icon('share')}${words.share}</button>` : nothing}
        </div>
        <div class="until"><span>${words.terms(invite.expires === 0 ? words.never : words.ends(endTime(invite.expires)), usesOf(invite))}</span>
          <button class="button plain" type="button" @click=${() => { this.choosing = true; }}>${words.change}</button></div>
      </div>`;
  }

  #termsForm() {
    return html`
      <form @submit=${(event: Event) => { event.preventDefault(); void this.#make(); }}>
        <fieldset><legend>${words.howLong}</legend><div class="options">${HOURS.map(([hours, label]) => html`
          <label><input type="radio" name="hours" .checked=${this.terms.hours === hours} @change=${() => { this.terms = { ...this.terms, hours }; }} />${label}</label>`)}</div></fieldset>
        <fieldset><legend>${words.howMany}</legend><div class="options">${USES.map(([uses, label]) => html`
          <label><input type="radio" name="uses" .checked=${this.terms.uses === uses} @change=${() => { this.terms = { ...this.terms, uses }; }} />${label}</label>`)}</div></fieldset>
        <button class="button filled wide" type="submit" ?disabled=${this.busy}>${words.make}</button>
      </form>`;
  }

  /** A link that this device still has is shown again; there need not be a new one each time. */
  async #begin(): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    try {
      const usable = (await engine.invites(room.room)).findLast((invite) =>
        invite.link !== null && (invite.expires === 0 || invite.expires > Date.now()) && (invite.uses === 0 || invite.used < invite.uses));
      if (usable === undefined) await this.#make();
      else this.invite = usable;
    } catch (reason) {
      this.problem = problemOf(reason);
    }
  }

  async #make(): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null || this.busy) return;
    this.busy = true;
    this.problem = null;
    this.choosing = false;
    this.invite = null;
    this.copied = 'no';
    try {
      this.invite = await engine.createInvite(room.room, this.terms);
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.busy = false;
    }
  }

  async #copy(link: string): Promise<void> {
    clearTimeout(this.#copiedTimer);
    try {
      await navigator.clipboard.writeText(link);
      this.copied = 'yes';
      this.#copiedTimer = setTimeout(() => { this.copied = 'no'; }, COPIED_FOR);
    } catch {
      // Refused by the browser or the person: the sentence says what remains.
      this.copied = 'failed';
    }
  }

  async #share(link: string): Promise<void> {
    try {
      await navigator.share({ title: words.shareTitle(this.room?.name ?? ''), url: link });
    } catch (reason) {
      // Closing the system's sheet is an answer, not a fault.
      if (!(reason instanceof DOMException && reason.name === 'AbortError')) await this.#copy(link);
    }
  }
}

function usesOf(invite: Invite): string {
  if (invite.uses === 0) return words.anyone;
  if (invite.used > 0) return words.left(invite.uses - invite.used);
  return invite.uses === 1 ? words.one : words.some(invite.uses);
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-invite-sheet': SottoInviteSheet }
}
