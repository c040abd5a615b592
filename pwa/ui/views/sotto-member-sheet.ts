import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, Member, PersonKey, Role, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { answers, base, buttons, fields, marks, rows } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { isUnseen, isolated, mayRemove, roleName, roleText, unseenText } from '../words/people.ts';
import { presenceText } from '../words/signs.ts';
import { fromNow } from '../words/times.ts';

const words = {
  get title() { return msg('Member'); },
  get you() { return msg('You are an owner here'); },
  get stepDown() { return msg('Give up being an owner?'); },
  get stepDownText() { return msg('Only another owner can make you one again.'); },
  seen: (time: string) => msg(str`Last heard of ${time}`),
  get never() { return msg('Not heard of yet'); },
  get leaving() { return msg('Has left; this is completed as soon as somebody’s device does it'); },
  sameName: (name: string) => msg(str`Somebody else is called ${isolated(name)} too`),
  get sameNameText() { return msg('A name proves nothing. Compare safety numbers to know which one this is.'); },
  sameNameVerified: (name: string) => msg(str`This is not the ${isolated(name)} you verified`),
  get message() { return msg('Send a message'); },
  get messageText() { return msg('A chat of the two of you'); },
  get verify() { return msg('Verify'); },
  get verifyText() { return msg('Compare safety numbers'); },
  get verified() { return msg('Verified'); },
  get verifiedText() { return msg('You compared safety numbers'); },
  get role() { return msg('What they may do'); },
  get remove() { return msg('Remove from the room'); },
  get ban() { return msg('Remove and ban'); },
  removeTitle: (name: string) => msg(str`Remove ${isolated(name)}?`),
  get removeText() { return msg('They keep what they have read so far and see nothing that is written from now on. Every invite they made or used stops working.'); },
  get removeGo() { return msg('Remove'); },
  banTitle: (name: string) => msg(str`Ban ${isolated(name)}?`),
  get banText() { return msg('They are removed, and no invite lets them in again until an admin lifts the ban. Every invite they made or used stops working.'); },
  get banGo() { return msg('Ban'); },
  roleTitle: (name: string, role: Role) => (role === 'owner' ? msg(str`Make ${isolated(name)} an owner?`) : role === 'admin' ? msg(str`Make ${isolated(name)} an admin?`) : msg(str`Make ${isolated(name)} a plain member?`)),
  get roleOwner() { return msg('An owner can do everything here, also remove you or take your own role away. Only they can give it back.'); },
  get roleGo() { return msg('Change'); },
  get cancel() { return msg('Cancel'); },
} as const;

const ROLES: readonly Role[] = ['member', 'admin', 'owner'];

type Question = { readonly kind: 'remove' } | { readonly kind: 'ban' } | { readonly kind: 'role'; readonly role: Role };

/** One member, and what one can do about them. Fires `close`, `verify` with `{ person }`, `message` with `{ room }` of the two. */
@customElement('sotto-member-sheet')
export class SottoMemberSheet extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) person: PersonKey | null = null;
  @state() private asking: Question | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, marks, answers, css`
    :host { --card: var(--surface); }
    .who { display: grid; justify-items: center; gap: 4px; text-align: center; padding-block-end: 18px; }
    .who sotto-avatar { --avatar: 84px; margin-block-end: 10px; }
    .name { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.014em; line-height: var(--line-tight); overflow-wrap: anywhere; }
    .sub { font-size: var(--text-m); color: var(--ink-3); text-wrap: balance; }
    .all { display: grid; gap: 14px; }
    .note { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 12px; padding: 12px 16px; border-radius: var(--radius-l); background: var(--caution-tint); font-size: var(--text-s); line-height: 1.45; color: var(--ink-2); }
    .note .icon, .note strong { color: var(--caution); }
    .note.danger { background: var(--danger-tint); }
    .note.danger .icon, .note.danger strong { color: var(--danger); }
    .note strong { display: block; font-size: var(--text-m); font-weight: 600; }
    fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
    legend { font-size: var(--text-s); font-weight: 600; color: var(--ink-3); padding: 4px 12px 6px; }
    label.row { grid-template-columns: 24px minmax(0, 1fr); cursor: pointer; }
    label.row:hover { background: var(--well); }
    label.row:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
    input[type='radio'] { appearance: none; margin: 0; inline-size: 22px; block-size: 22px; border-radius: 50%; border: 2px solid var(--ink-3); }
    input[type='radio']:checked { border: 7px solid var(--accent-fill); }
  `];

  protected override render() {
    const { room } = this;
    const member = room?.members.find(({ person }) => person === this.person);
    if (room === null || member === undefined) return nothing;
    const { asking } = this;
    return html`
      <sotto-sheet .label=${asking === null ? words.title : this.#title(asking, member)} @close=${this.#close}>
        ${asking === null ? this.#about(room, member) : this.#question(asking, member)}
      </sotto-sheet>`;
  }

  #about(room: RoomSummary, member: Member) {
    const own = member.person === room.me;
    const removable = mayRemove(room, member);
    const ranked = room.role === 'owner' && room.kind === 'group' && room.standing.kind === 'member';
    return html`
      <div class="who">
        <sotto-avatar .name=${member.name} .key=${member.person}></sotto-avatar>
        <p class="name"><bdi>${member.name}</bdi>${member.verified ? verifiedMark(20) : nothing}</p>
        <p class="sub">${own ? words.you : `${room.kind === 'group' ? `${roleName(member.role)} · ` : ''}${this.#heard(room, member)}`}</p>
      </div>
      <div class="all">
        ${this.#sameName(member)}
        ${problemLine(this.#doing.problem)}
        ${own ? nothing : html`<div class="card">
          ${room.kind === 'group' ? html`<button class="row" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#message(room, member); }}>
            <span class="dot accent">${icon('message')}</span><span class="lines"><strong>${words.message}</strong><span class="text">${words.messageText}</span></span>${icon('forward', 18)}</button>` : nothing}
          <button class="row" type="button" @click=${() => { this.#say('verify', member.person); }}>
            <span class="dot ${member.verified ? 'good' : ''}">${icon(member.verified ? 'verified' : 'shield')}</span>
            <span class="lines"><strong>${member.verified ? words.verified : words.verify}</strong><span class="text">${member.verified ? words.verifiedText : words.verifyText}</span></span>${icon('forward', 18)}</button>
        </div>`}
        ${ranked ? html`<fieldset><legend>${words.role}</legend><div class="card">${ROLES.map((role) => html`
          <label class="row"><input type="radio" name="role" .checked=${member.role === role} ?disabled=${this.#doing.busy} @change=${(event: Event) => { this.#choose(event, member, role); }} />
            <span class="lines"><strong>${roleName(role)}</strong><span class="text">${roleText(role, room.settings.approval)}</span></span></label>`)}</div></fieldset>` : nothing}
        ${removable ? html`<div class="card">
          <button class="row danger" type="button" @click=${() => { this.#ask({ kind: 'remove' }); }}><span class="dot">${icon('remove')}</span><strong>${words.remove}</strong></button>
          <button class="row danger" type="button" @click=${() => { this.#ask({ kind: 'ban' }); }}><span class="dot">${icon('ban')}</span><strong>${words.ban}</strong></button>
        </div>` : nothing}
      </div>`;
  }

  #sameName(member: Member) {
    if (member.sameNameAs === null) return nothing;
    const { verified } = member.sameNameAs;
    return html`<div class="note ${verified ? 'danger' : ''}">${icon('warning')}<p><strong>${verified ? words.sameNameVerified(isolated(member.name)) : words.sameName(isolated(member.name))}</strong>${words.sameNameText}</p></div>`;
  }

  #heard(room: RoomSummary, member: Member): string {
    if (member.leaving) return words.leaving;
    if (isUnseen(member, room.me)) return unseenText(member);
    if (member.presence !== null) return presenceText(member.presence);
    return member.lastSeenAt === 0 ? words.never : words.seen(fromNow(member.lastSeenAt));
  }

  #title(asking: Question, member: Member): string {
    if (asking.kind === 'role') return member.person === this.room?.me ? words.stepDown : words.roleTitle(isolated(member.name), asking.role);
    return asking.kind === 'ban' ? words.banTitle(isolated(member.name)) : words.removeTitle(isolated(member.name));
  }

  #question(asking: Question, member: Member) {
    const role = asking.kind === 'role';
    return html`
      <p class="ask">${this.#consequence(asking, member)}</p>
      ${problemLine(this.#doing.problem)}
      <div class="actions">
        <button class="button" type="button" @click=${() => { this.#ask(null); }}>${words.cancel}</button>
        <button class="button ${role ? 'filled' : 'danger'}" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#answer(asking, member); }}>${role ? words.roleGo : asking.kind === 'ban' ? words.banGo : words.removeGo}</button>
      </div>`;
  }

  #consequence(asking: Question, member: Member): string {
    if (asking.kind !== 'role') return asking.kind === 'ban' ? words.banText : words.removeText;
    if (member.person === this.room?.me) return words.stepDownText;
    return asking.role === 'owner' ? words.roleOwner : roleText(asking.role, this.room?.settings.approval);
  }

  #choose(event: Event, member: Member, role: Role): void {
    // The group's state decides what is chosen; a tap only asks.
    const field = event.target as HTMLInputElement;
    field.checked = role === member.role;
    this.requestUpdate();
    if (role !== member.role) this.#ask({ kind: 'role', role });
  }

  #ask(asking: Question | null): void {
    this.#doing.clear();
    this.asking = asking;
  }

  async #answer(asking: Question, { person }: Member): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    const done = await this.#doing.run(() => (asking.kind === 'role' ? engine.setRole(room.room, person, asking.role) : asking.kind === 'ban' ? engine.removeMember(room.room, person, { ban: true }) : engine.removeMember(room.room, person)));
    if (!done) return;
    // Whoever stepped down has nothing more to change here.
    if (asking.kind === 'role' && person !== room.me) this.asking = null;
    else this.#close();
  }

  async #message({ room }: RoomSummary, { person }: Member): Promise<void> {
    const { engine } = this;
    if (engine === null) return;
    await this.#doing.run(async () => {
      this.dispatchEvent(new CustomEvent('message', { detail: { room: await engine.messagePerson(room, person) } }));
    });
  }

  #say(event: 'verify', person: PersonKey): void {
    this.dispatchEvent(new CustomEvent(event, { detail: { person } }));
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-member-sheet': SottoMemberSheet }
}
