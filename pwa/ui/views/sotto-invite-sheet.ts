import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, Invite, InviteTerms, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-qr.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { inviteTerms, isUsable } from '../words/invites.ts';
import './sotto-invite-list.ts';
import type { TermsEvent } from './sotto-invite-terms.ts';
import './sotto-invite-terms.ts';
import { isolated } from '../words/people.ts';

const words = {
  title: (room: string) => msg(str`Invite to ${isolated(room)}`),
  get listTitle() { return msg('Invites'); },
  get termsTitle() { return msg('New link'); },
  get show() { return msg('Let them scan this with their camera, or send the link.'); },
  get approval() { return msg('They knock, and an admin lets them in.'); },
  get link() { return msg('Invite link'); },
  get copy() { return msg('Copy link'); },
  get copied() { return msg('Copied'); },
  get copyFailed() { return msg('The link could not be copied. Select it above and copy it by hand.'); },
  get share() { return msg('Share'); },
  shareTitle: (room: string) => msg(str`Join “${isolated(room)}” on Sotto`),
  get change() { return msg('Change'); },
  get all() { return msg('All links'); },
  get making() { return msg('Making a link…'); },
  get again() { return msg('Try again'); },
} as const;

const USUAL: InviteTerms = { hours: 168, uses: 0 };
const COPIED_FOR = 2500;

/** Made to be shown to the person opposite: a large QR code, the link, when it ends; and the list of all that stand. Fires `close`. */
@customElement('sotto-invite-sheet')
export class SottoInviteSheet extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** What is on show: one link to pass on, all of them, or what a new one is to allow. */
  @property() mode: 'show' | 'list' | 'terms' = 'show';
  @state() private invite: Invite | null = null;
  @state() private invites: readonly Invite[] = [];
  @state() private copied: 'no' | 'yes' | 'failed' = 'no';
  readonly #doing = new Doing(this);
  #terms = USUAL;
  #begun = false;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [base, buttons, fields, css`
    .show { display: grid; gap: 16px; justify-items: center; text-align: center; }
    .say { font-size: var(--text-m); color: var(--ink-2); text-wrap: balance; overflow-wrap: anywhere; }
    .say strong { display: block; color: var(--ink); font-weight: 600; }
    .code { inline-size: min(100%, 300px, 42dvh); min-inline-size: 180px; }
    .waiting { aspect-ratio: 1; border-radius: 20px; background: var(--well); display: grid; place-items: center; color: var(--ink-3); font-size: var(--text-m); }
    .waiting span { animation: appear 300ms var(--ease) 300ms backwards; }
    @keyframes appear { from { opacity: 0; } }
    .link { inline-size: 100%; text-align: start; direction: ltr; border: 1px solid transparent; border-radius: 14px; background: var(--well); padding: 12px 16px; font-size: max(16px, var(--text-m)); color: var(--ink-2); text-overflow: ellipsis; min-block-size: 48px; }
    .row { display: flex; gap: 10px; inline-size: 100%; }
    .row .button { flex: 1; }
    .until { display: flex; align-items: center; justify-content: center; flex-wrap: wrap; gap: 0 4px; font-size: var(--text-s); color: var(--ink-3); margin-block: -4px -8px; }
    .until .button { padding: 8px 10px; min-block-size: 44px; font-size: var(--text-s); }
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
    const { room } = this;
    if (room === null) return nothing;
    const title = { show: words.title(room.name), list: words.listTitle, terms: words.termsTitle }[this.mode];
    return html`<sotto-sheet .label=${title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>${this.#mode(room)}</sotto-sheet>`;
  }

  #mode(room: RoomSummary) {
    if (this.mode === 'terms') return html`<sotto-invite-terms .room=${room} .terms=${this.#terms} ?busy=${this.#doing.busy} @make=${(event: TermsEvent) => { void this.#make(event.detail.terms); }}></sotto-invite-terms>`;
    if (this.mode === 'show') return this.#shown(room);
    return html`
      ${problemLine(this.#doing.problem)}
      <sotto-invite-list .engine=${this.engine} .room=${room} .invites=${this.invites} @add=${() => { this.mode = 'terms'; }}
        @show=${(event: CustomEvent<{ invite: Invite }>) => { this.#show(event.detail.invite); }}
        @revoked=${(event: CustomEvent<{ id: string }>) => { this.#revoked(event.detail.id); }}></sotto-invite-list>`;
  }

  #shown(room: RoomSummary) {
    const { invite } = this;
    const { problem } = this.#doing;
    const link = invite?.link ?? null;
    if (problem !== null) {
      return html`<div class="show">${problemLine(problem)}<button class="button filled wide" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#make(this.#terms); }}>${words.again}</button></div>`;
    }
    if (invite === null || link === null) return html`<div class="show"><div class="code waiting" role="status"><span>${words.making}</span></div></div>`;
    return html`
      <div class="show">
        <p class="say">${invite.label === '' ? nothing : html`<strong dir="auto">${invite.label}</strong>`}${words.show}${room.settings.approval ? ` ${words.approval}` : nothing}</p>
        <div class="code"><sotto-qr .text=${link}></sotto-qr></div>
        <input class="link" readonly aria-label=${words.link} .value=${link} @focus=${(event: Event) => { (event.target as HTMLInputElement).select(); }} />
        ${this.copied === 'failed' ? html`<p class="problem" role="alert">${words.copyFailed}</p>` : nothing}
        <div class="row">
          <button class="button ${'share' in navigator ? '' : 'filled'}" type="button" @click=${() => { void this.#copy(link); }}>${icon(this.copied === 'yes' ? 'check' : 'copy')}<span role="status">${this.copied === 'yes' ? words.copied : words.copy}</span></button>
          ${'share' in navigator ? html`<button class="button filled" type="button" @click=${() => { void this.#share(link); }}>${icon('share')}${words.share}</button>` : nothing}
        </div>
        <div class="until"><span>${inviteTerms(invite)}</span>
          <button class="button plain" type="button" @click=${() => { this.mode = 'terms'; }}>${words.change}</button>
          <button class="button plain" type="button" @click=${() => { this.mode = 'list'; }}>${words.all}</button></div>
      </div>`;
  }

  /** A link that this device still has is shown again; there need not be a new one each time. */
  async #begin(): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    const read = await this.#doing.run(async () => { this.invites = await engine.invites(room.room); });
    if (!read || this.mode !== 'show') return;
    // One that makes admins is shown where it was asked for, and never by itself.
    const usable = this.invites.findLast((invite) => invite.link !== null && invite.role === 'member' && isUsable(invite));
    if (usable === undefined) await this.#make(this.#terms);
    else this.invite = usable;
  }

  async #make(terms: InviteTerms): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null || this.#doing.busy) return;
    this.#terms = terms;
    this.invite = null;
    this.copied = 'no';
    this.mode = 'show';
    await this.#doing.run(async () => {
      const made = await engine.createInvite(room.room, terms);
      this.invite = made;
      this.invites = [...this.invites.filter(({ id }) => id !== made.id), made];
    });
  }

  #show(invite: Invite): void {
    this.invite = invite;
    this.copied = 'no';
    this.mode = 'show';
  }

  #revoked(id: string): void {
    this.invites = this.invites.filter((invite) => invite.id !== id);
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

declare global {
  interface HTMLElementTagNameMap { 'sotto-invite-sheet': SottoInviteSheet }
}
