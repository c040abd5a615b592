import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Invite, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { inviteLine, isUsable } from '../words/invites.ts';
import { isolated } from '../words/people.ts';

const words = {
  get say() { return msg('Whoever has one of these links may join. One that was taken back lets nobody in.'); },
  get approval() { return msg('Whoever comes by one of these links knocks, and an admin lets them in.'); },
  get none() { return msg('No link stands. Nobody can join.'); },
  get unnamed() { return msg('Link without a name'); },
  get takeBack() { return msg('Take back'); },
  takeBackOf: (label: string) => msg(str`Take back “${isolated(label)}”`),
  get really() { return msg('Nobody can join by it any more.'); },
  get keep() { return msg('Keep'); },
  get add() { return msg('Make a new link'); },
} as const;

/** Every invite that stands. Fires `show` with `{ invite }`, `add`, `revoked` with `{ id }`. */
@customElement('sotto-invite-list')
export class SottoInviteList extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) invites: readonly Invite[] = [];
  /** The one about to be taken back. */
  @state() private asking: string | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { display: grid; gap: 14px; --card: var(--surface); }
    .say { font-size: var(--text-m); color: var(--ink-2); }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; border-radius: var(--radius-m); }
    .row { grid-template-columns: 40px minmax(0, 1fr); }
    .back { color: var(--danger); font-size: var(--text-s); padding-inline: 12px; background: none; }
    .back:hover { background: var(--danger-tint); }
    .sure { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr; gap: 8px; padding: 4px 10px 10px; font-size: var(--text-s); color: var(--ink-2); }
    .sure span { grid-column: 1 / -1; }
    li.asking { background: var(--raised); box-shadow: 0 0 0 1px var(--hairline); }
    .ended .dot { color: var(--ink-3); }
    .ended strong { color: var(--ink-2); }
  `];

  protected override render() {
    const { room, invites } = this;
    if (room === null) return nothing;
    return html`
      <p class="say">${invites.length === 0 ? words.none : room.settings.approval ? words.approval : words.say}</p>
      ${problemLine(this.#doing.problem)}
      ${invites.length === 0 ? nothing : html`<ul class="card">${repeat(invites, (invite) => invite.id, (invite) => this.#row(invite, room))}</ul>`}
      <button class="button filled wide" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('add')); }}>${icon('plus')}${words.add}</button>`;
  }

  #row(invite: Invite, room: RoomSummary) {
    const name = invite.label === '' ? words.unnamed : invite.label;
    const mayRevoke = invite.by.person === room.me || room.role !== 'member';
    const asking = this.asking === invite.id;
    const lines = html`<span class="dot ${isUsable(invite) ? 'accent' : ''}">${icon(invite.link === null ? 'link' : 'qr')}</span><span class="lines"><strong><bdi>${name}</bdi></strong><span class="text">${inviteLine(invite, room.me)}</span></span>`;
    return html`
      <li class="${isUsable(invite) ? '' : 'ended'} ${asking ? 'asking' : ''}">
        ${invite.link === null || !isUsable(invite) ? html`<div class="row">${lines}</div>` : html`<button class="row" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('show', { detail: { invite } })); }}>${lines}</button>`}
        ${mayRevoke && !asking ? html`<button class="button small back" type="button" aria-label=${words.takeBackOf(name)} @click=${() => { this.asking = invite.id; }}>${words.takeBack}</button>` : nothing}
        ${asking ? html`<div class="sure" role="alert"><span>${words.really}</span>
          <button class="button small" type="button" @click=${() => { this.asking = null; }}>${words.keep}</button>
          <button class="button small danger" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#revoke(invite, room); }}>${words.takeBack}</button></div>` : nothing}
      </li>`;
  }

  async #revoke({ id }: Invite, { room }: RoomSummary): Promise<void> {
    if (await this.#doing.run(async () => this.engine?.revokeInvite(room, id))) this.dispatchEvent(new CustomEvent('revoked', { detail: { id } }));
    this.asking = null;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-invite-list': SottoInviteList }
}
