import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Member, Role, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import { base, buttons, fields, marks, rows } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { isUnseen, isolated, mayRemove, mayStepDown, memberLine } from '../words/people.ts';
import { openSheet } from './sheets.ts';

const words = {
  get label() { return msg('People'); },
  get you() { return msg('You'); },
  more: (name: string) => msg(str`More about ${isolated(name)}`),
  get sameName() { return msg('Another person has this name too'); },
  sameNameVerified: (name: string) => msg(str`Not the ${isolated(name)} you verified`),
  get remove() { return msg('Remove'); },
  removeOf: (name: string) => msg(str`Remove ${isolated(name)}, whose device was not seen for long`),
} as const;

const RANK: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

/** Who is in a room: oneself first, then by role and name. Fires `open-sheet`. */
@customElement('sotto-member-list')
export class SottoMemberList extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, marks, css`
    :host { display: grid; gap: 8px; }
    li { display: flex; align-items: center; border-radius: var(--radius-m); }
    .row { flex: 1; min-inline-size: 0; grid-template-columns: 40px minmax(0, 1fr) auto; }
    .tag { font-size: var(--text-s); color: var(--ink-3); }
    .row strong { font-weight: 500; }
    .gone { flex: none; color: var(--danger); background: none; font-size: var(--text-s); padding-inline: 12px; }
    .gone:hover { background: var(--danger-tint); }
  `];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const own = (member: Member): number => Number(member.person === room.me);
    const members = [...room.members].sort((a, b) => own(b) - own(a) || RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name));
    return html`${problemLine(this.#doing.problem)}<ul class="card" aria-label=${words.label}>${repeat(members, (member) => member.person, (member) => html`<li>${this.#row(member, room)}</li>`)}</ul>`;
  }

  #row(member: Member, room: RoomSummary) {
    const line = memberLine(member, room.me);
    const shared = member.sameNameAs;
    const lines = html`
      <sotto-avatar .name=${member.name} .key=${member.person}></sotto-avatar>
      <span class="lines"><strong class="named"><bdi>${member.name}</bdi>${member.verified ? verifiedMark() : nothing}</strong>
        ${shared === null ? nothing : html`<span class="text ${shared.verified ? 'danger' : 'caution'}">${shared.verified ? words.sameNameVerified(isolated(member.name)) : words.sameName}</span>`}
        ${line === '' ? nothing : html`<span class=${isUnseen(member, room.me) ? 'text caution' : 'text'}>${line}</span>`}</span>`;
    // Of oneself there is nothing to see here, but for an owner who may step down.
    if (member.person === room.me && !mayStepDown(room)) return html`<div class="row">${lines}<span class="tag">${words.you}</span></div>`;
    const removable = isUnseen(member, room.me) && mayRemove(room, member);
    return html`
      <button class="row" type="button" title=${words.more(member.name)} aria-haspopup="dialog" @click=${() => { openSheet(this, { kind: 'member', person: member.person }); }}>${lines}${member.person === room.me ? html`<span class="tag">${words.you}</span>` : removable ? nothing : icon('forward', 18)}</button>
      ${removable ? html`<button class="button small gone" type="button" aria-label=${words.removeOf(member.name)} ?disabled=${this.#doing.busy} @click=${() => { void this.#doing.run(async () => this.engine?.removeMember(room.room, member.person)); }}>${words.remove}</button>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-member-list': SottoMemberList }
}
