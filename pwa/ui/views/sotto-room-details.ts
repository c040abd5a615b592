import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Engine, RoomPlace, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import type { IconName } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import { partnerOf, roomFace } from '../elements/room-face.ts';
import { base, buttons, fields, marks, rows } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { hostOf } from '../words/alarms.ts';
import { isolated, mayInvite, mayManage } from '../words/people.ts';
import { mutedText } from '../words/signs.ts';
import { stayOf } from '../words/stays.ts';
import { openSheet } from './sheets.ts';
import type { RoomSheet } from './sheets.ts';
import './sotto-knocks.ts';
import './sotto-member-list.ts';
import { plural } from '../words/counts.ts';

const words = {
  get title() { return msg('About this room'); },
  get titleDirect() { return msg('About this chat'); },
  get back() { return msg('Back'); },
  get close() { return msg('Close'); },
  people: (count: number) => plural(count, msg('1 person|{n} people')),
  get direct() { return msg('A chat of the two of you'); },
  get members() { return msg('People'); },
  get waiting() { return msg('Waiting to be let in'); },
  get invite() { return msg('Invite people'); },
  get edit() { return msg('Edit'); },
  get editLong() { return msg('Edit name and picture'); },
  get invites() { return msg('Invites'); },
  get invitesText() { return msg('The links by which people can join'); },
  get approval() { return msg('Let people in one by one'); },
  get approvalText() { return msg('Whoever comes by an invite knocks, and an admin answers'); },
  get approvalOn() { return msg('Whoever comes by an invite is let in by an admin'); },
  get banned() { return msg('Banned'); },
  bannedText: (count: number) => plural(count, msg('1 person|{n} people')),
  get verify() { return msg('Verify'); },
  verifyText: (name: string) => msg(str`Compare safety numbers with ${isolated(name)}`),
  get verified() { return msg('Verified'); },
  get verifiedText() { return msg('You compared safety numbers'); },
  get media() { return msg('Media, links and files'); },
  get mediaText() { return msg('Everything that was sent here'); },
  get security() { return msg('Security'); },
  get securityText() { return msg('Only the people here can read'); },
  get alarmText() { return msg('The relay needs your attention'); },
  get relayMove() { return msg('Carries the messages and cannot read them. Move to another relay'); },
  get relayText() { return msg('Carries this room’s messages and cannot read them'); },
  get mute() { return msg('Notifications'); },
  get loud() { return msg('You are told of what is new'); },
  get pin() { return msg('Pinned'); },
  get pinText() { return msg('Stands above the other rooms'); },
  get archive() { return msg('Archived'); },
  get archiveText() { return msg('Out of the list until somebody says something'); },
  get disappearing() { return msg('Disappearing messages'); },
  get disappearingOff() { return msg('Messages stay'); },
  disappearingOn: (time: string) => msg(str`${time} after they were read`),
  get leave() { return msg('Leave the room'); },
  get leaveDirect() { return msg('Leave the chat'); },
  get forget() { return msg('Delete from this device'); },
} as const;

/** Who is in a room, where it lives, and what one can do about it. Fires `up`, `open-sheet`. */
@customElement('sotto-room-details')
export class SottoRoomDetails extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** Beside the conversation rather than in its place. */
  @property({ type: Boolean, reflect: true }) beside = false;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, marks, css`
    :host { display: flex; flex-direction: column; block-size: 100%; min-inline-size: 0; min-block-size: 0; background: var(--paper); }
    :host([beside]) { background: var(--surface); --card: var(--paper); --row-hover: var(--surface); }
    .head { display: flex; align-items: center; gap: 4px; min-block-size: 64px; padding: calc(8px + var(--safe-top)) 8px 8px; }
    h1 { flex: 1; min-inline-size: 0; font-size: var(--text-l); font-weight: 650; padding-inline-start: 8px; }
    h1:focus-visible { outline: none; }
    :host([beside]) h1 { padding-inline-start: 16px; }
    .scroll { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 8px 16px calc(32px + var(--safe-bottom)); scrollbar-width: thin; scrollbar-color: var(--pressed) transparent; }
    .inner { display: grid; grid-template-columns: minmax(0, 1fr); gap: 24px; max-inline-size: 560px; margin-inline: auto; }
    .top { display: grid; justify-items: center; gap: 4px; text-align: center; padding-block-start: 8px; }
    .top sotto-avatar { --avatar: 96px; margin-block-end: 12px; }
    .name { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.014em; line-height: var(--line-tight); overflow-wrap: anywhere; }
    .sub { font-size: var(--text-m); color: var(--ink-3); }
    .choices { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; margin-block-start: 16px; }
    .choices:not(:has(button)) { display: none; }
    h2 { font-size: var(--text-s); font-weight: 600; color: var(--ink-3); padding: 0 12px 6px; }
    h2.new { color: var(--accent-ink); }
    label.row { cursor: pointer; }
    label.row:has(:disabled) { cursor: default; }
    label.row:hover { background: var(--row-hover, var(--well)); }
    input:focus-visible { outline-offset: 3px; }
  `];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const direct = room.kind === 'direct';
    return html`
      <div class="head">
        ${this.beside ? nothing : html`<button class="round" type="button" aria-label=${words.back} title=${words.back} @click=${this.#up}>${icon('back', 24)}</button>`}
        <h1 tabindex="-1">${direct ? words.titleDirect : words.title}</h1>
        ${this.beside ? html`<button class="round" type="button" aria-label=${words.close} title=${words.close} @click=${this.#up}>${icon('close')}</button>` : nothing}
      </div>
      <div class="scroll" tabindex="-1"><div class="inner">
        ${this.#top(room)}
        ${problemLine(this.#doing.problem)}
        ${room.knocks.length === 0 ? nothing : html`<section><h2 class="new">${words.waiting}</h2><sotto-knocks .engine=${this.engine} .room=${room}></sotto-knocks></section>`}
        ${direct ? nothing : html`<section><h2>${words.members}</h2><sotto-member-list .engine=${this.engine} .room=${room} @open-sheet=${(event: CustomEvent<RoomSheet>) => { openSheet(this, event.detail); }}></sotto-member-list></section>`}
        ${this.#place(room)}
        ${this.#comingIn(room)}
        ${this.#safety(room)}
        ${this.#end(room)}
      </div></div>`;
  }

  #top(room: RoomSummary) {
    const partner = partnerOf(room);
    return html`
      <div class="top">
        ${roomFace(room)}
        <p class="name"><bdi>${room.name}</bdi>${partner?.verified === true ? verifiedMark(20) : nothing}</p>
        <p class="sub">${room.kind === 'direct' ? words.direct : words.people(room.members.length)}</p>
        <div class="choices">
          ${mayInvite(room) ? html`<button class="button filled small" type="button" @click=${this.#opens({ kind: 'invite' })}>${icon('invite', 18)}${words.invite}</button>` : nothing}
          ${mayManage(room) ? html`<button class="button small" type="button" aria-label=${words.editLong} @click=${this.#opens({ kind: 'edit' })}>${icon('edit', 18)}${words.edit}</button>` : nothing}
        </div>
      </div>`;
  }

  /** What is of this device alone, and the time after which messages go. */
  #place(room: RoomSummary) {
    const { pinned, archived, muted } = room.place;
    const { disappearing } = room.settings;
    const member = room.standing.kind === 'member';
    const stays = disappearing === null ? words.disappearingOff : words.disappearingOn(stayOf(disappearing));
    return html`
      <section class="card">
        ${member && (mayManage(room) || room.kind === 'direct') ? this.#row('timer', words.disappearing, stays, { kind: 'disappearing' })
          : html`<div class="row"><span class="dot">${icon('timer')}</span><p class="lines"><strong>${words.disappearing}</strong><span class="text">${stays}</span></p></div>`}
        ${this.#row('photos', words.media, words.mediaText, { kind: 'media' })}
        ${this.#row(muted === null ? 'bell' : 'mute', words.mute, muted === null ? words.loud : mutedText(muted), { kind: 'mute' })}
        ${this.#switch('pin', words.pin, words.pinText, pinned, (on) => ({ pinned: on }))}
        ${this.#switch('archive', words.archive, words.archiveText, archived, (on) => ({ archived: on }))}
      </section>`;
  }

  #switch(mark: IconName, title: string, text: string, on: boolean, change: (on: boolean) => Partial<RoomPlace>) {
    return html`<label class="row"><span class="dot">${icon(mark)}</span><span class="lines"><strong>${title}</strong><span class="text">${text}</span></span>
      <input type="checkbox" role="switch" .checked=${on} ?disabled=${this.#doing.busy} @change=${(event: Event) => { void this.#setPlace(event.target as HTMLInputElement, on, change); }} /></label>`;
  }

  async #setPlace(field: HTMLInputElement, before: boolean, change: (on: boolean) => Partial<RoomPlace>): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    if (!(await this.#doing.run(() => engine.setPlace(room.room, change(field.checked))))) field.checked = before;
  }

  #comingIn(room: RoomSummary) {
    if (room.kind === 'direct' || room.standing.kind !== 'member') return nothing;
    const manages = mayManage(room);
    return html`
      <section class="card">
        ${mayInvite(room) ? this.#row('link', words.invites, words.invitesText, { kind: 'invites' }) : nothing}
        ${manages || room.settings.approval ? html`
          <label class="row"><span class="dot">${icon('waiting')}</span><span class="lines"><strong>${words.approval}</strong><span class="text">${manages ? words.approvalText : words.approvalOn}</span></span>
            <input type="checkbox" role="switch" .checked=${room.settings.approval} ?disabled=${!manages || this.#doing.busy} @change=${this.#setApproval} /></label>` : nothing}
        ${room.banned.length > 0 ? this.#row('ban', words.banned, words.bannedText(room.banned.length), { kind: 'banned' }) : nothing}
      </section>`;
  }

  #safety(room: RoomSummary) {
    const partner = partnerOf(room);
    const host = hostOf(room.relay);
    const alarmed = room.alarms.length > 0;
    return html`
      <section class="card">
        ${partner === undefined ? nothing : this.#row(partner.verified ? 'verified' : 'shield', partner.verified ? words.verified : words.verify, partner.verified ? words.verifiedText : words.verifyText(partner.name), { kind: 'verify', person: partner.person }, partner.verified ? 'good' : '')}
        ${this.#row(alarmed ? 'warning' : 'lock', words.security, alarmed ? words.alarmText : words.securityText, { kind: 'security' }, alarmed ? 'caution' : '')}
        ${mayManage(room) ? this.#row('relay', host, words.relayMove, { kind: 'move' })
          : html`<div class="row"><span class="dot">${icon('relay')}</span><p class="lines"><strong>${host}</strong><span class="text">${words.relayText}</span></p></div>`}
      </section>`;
  }

  #end({ standing, kind }: RoomSummary) {
    const gone = standing.kind === 'left' || standing.kind === 'removed' || standing.kind === 'refused';
    if (!gone && standing.kind !== 'member' && standing.kind !== 'broken') return nothing;
    return html`
      <section class="card"><button class="row danger" type="button" @click=${this.#opens({ kind: gone ? 'forget' : 'leave' })}>
        <span class="dot">${icon(gone ? 'trash' : 'leave')}</span><strong>${gone ? words.forget : kind === 'direct' ? words.leaveDirect : words.leave}</strong></button></section>`;
  }

  #row(mark: IconName, title: string, text: string, sheet: RoomSheet, tone = '') {
    return html`
      <button class="row" type="button" aria-haspopup="dialog" @click=${this.#opens(sheet)}>
        <span class="dot ${tone}">${icon(mark)}</span><span class="lines"><strong>${title}</strong><span class="text">${text}</span></span>${icon('forward', 18)}</button>`;
  }

  #opens(sheet: RoomSheet): () => void {
    return () => { openSheet(this, sheet); };
  }

  readonly #setApproval = async (event: Event): Promise<void> => {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    const field = event.target as HTMLInputElement;
    const approval = field.checked;
    const done = await this.#doing.run(() => engine.setSettings(room.room, { approval }));
    // The switch shows what the room agreed on, not what was wished for.
    if (!done) field.checked = room.settings.approval;
  };

  readonly #up = (): void => {
    this.dispatchEvent(new CustomEvent('up'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-details': SottoRoomDetails }
}
