import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Person, RoomSummary } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { roomFace } from '../elements/room-face.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { hostOf } from '../words/alarms.ts';
import { problemOf, problemWords } from '../words/problems.ts';

const words = {
  title: 'About this room',
  back: 'Back',
  close: 'Close',
  people: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  members: 'People',
  you: 'You',
  invite: 'Invite people',
  more: (name: string) => `More about ${name}`,
  remove: 'Remove from the room',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: 'They keep what they have read so far and see nothing that is written from now on. Every invite they made or used stops working.',
  removeGo: 'Remove',
  cancel: 'Cancel',
  relay: 'Relay',
  relayText: 'Carries this room’s messages. It cannot read them.',
  lock: 'Only the people here can read',
  lockText: 'Messages are encrypted on your device and opened on theirs.',
  problem: (title: string, text: string) => `${title}. ${text}`,
} as const;

/** Who is in a room, where it lives, and what one can do about it. Fires `up`, `open-invite`. */
@customElement('sotto-room-details')
export class SottoRoomDetails extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** Beside the conversation rather than in its place. */
  @property({ type: Boolean, reflect: true }) beside = false;
  @state() private chosen: Person | null = null;
  @state() private removing: Person | null = null;
  @state() private busy = false;
  @state() private problem = '';
  @query('#more') private readonly menu!: HTMLElement;

  static override styles = [base, buttons, fields, css`
    :host { display: flex; flex-direction: column; block-size: 100%; min-inline-size: 0; min-block-size: 0; background: var(--paper); }
    :host([beside]) { background: var(--surface); }
    .head { display: flex; align-items: center; gap: 4px; min-block-size: 64px; padding: calc(8px + var(--safe-top)) 8px 8px; }
    h1 { flex: 1; min-inline-size: 0; font-size: var(--text-l); font-weight: 650; padding-inline-start: 8px; }
    h1:focus-visible { outline: none; }
    :host([beside]) h1 { padding-inline-start: 16px; }
    .scroll { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 8px 16px calc(32px + var(--safe-bottom)); scrollbar-width: thin; scrollbar-color: var(--pressed) transparent; }
    .inner { display: grid; gap: 28px; max-inline-size: 560px; margin-inline: auto; }
    .top { display: grid; justify-items: center; gap: 4px; text-align: center; padding-block-start: 8px; }
    .top sotto-avatar { --avatar: 88px; margin-block-end: 12px; }
    .name { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.014em; line-height: var(--line-tight); overflow-wrap: anywhere; }
    .sub { font-size: var(--text-m); color: var(--ink-3); }
    .top .button { margin-block-start: 16px; }
    h2 { font-size: var(--text-s); font-weight: 600; color: var(--ink-3); padding: 0 12px 6px; }
    .card { border-radius: var(--radius-l); background: var(--surface); padding: 6px; }
    :host([beside]) .card { background: var(--paper); }
    .person { display: grid; grid-template-columns: 40px minmax(0, 1fr) auto; align-items: center; gap: 12px; min-block-size: 56px; padding: 6px 4px 6px 10px; border-radius: var(--radius-m); }
    :host(:dir(rtl)) .person { padding: 6px 10px 6px 4px; }
    .person .label { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }
    .tag { font-size: var(--text-s); color: var(--ink-3); padding-inline-end: 10px; }
    .fact { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 12px; align-items: center; padding: 10px; }
    .fact .dot { display: grid; place-items: center; inline-size: 40px; block-size: 40px; border-radius: 50%; background: var(--well); color: var(--ink-2); }
    .fact strong { display: block; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
    .fact span.text { display: block; font-size: var(--text-s); line-height: 1.4; color: var(--ink-3); }
    [popover] { position: fixed; inset: auto; margin: 0; padding: 6px; border: 1px solid var(--hairline); border-radius: 16px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); transition: opacity var(--fast) var(--ease); }
    @starting-style { [popover]:popover-open { opacity: 0; } }
    [popover] button { display: flex; align-items: center; gap: 12px; min-block-size: 48px; padding: 8px 16px 8px 12px; border-radius: 11px; color: var(--danger); font-weight: 500; }
    [popover] button:hover { background: var(--danger-tint); }
    .actions { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin-block-start: 20px; }
    .ask { color: var(--ink-2); font-size: var(--text-m); }
  `];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    const isMember = room.standing.kind === 'member';
    const members = [...room.members].sort((a, b) => Number(b.person === room.me) - Number(a.person === room.me) || a.name.localeCompare(b.name));
    return html`
      <div class="head">
        ${this.beside ? nothing : html`<button class="round" type="button" aria-label=${words.back} title=${words.back} @click=${this.#up}>${icon('back', 24)}</button>`}
        <h1 tabindex="-1">${words.title}</h1>
        ${this.beside ? html`<button class="round" type="button" aria-label=${words.close} title=${words.close} @click=${this.#up}>${icon('close')}</button>` : nothing}
      </div>
      <div class="scroll" tabindex="-1"><div class="inner">
        <div class="top">
          ${roomFace(room)}
          <p class="name" dir="auto">${room.name}</p>
          <p class="sub">${words.people(room.members.length)}</p>
          ${isMember ? html`<button class="button filled small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('open-invite')); }}>${icon('invite', 18)}${words.invite}</button>` : nothing}
        </div>
        <section>
          <h2 id="people">${words.members}</h2>
          <ul class="card" aria-labelledby="people">
            ${repeat(members, (member) => member.person, (member) => html`
              <li class="person">
                <sotto-avatar .name=${member.name} .key=${member.person}></sotto-avatar>
                <span class="label"><bdi>${member.name}</bdi></span>
                ${member.person === room.me ? html`<span class="tag">${words.you}</span>`
                  : isMember ? html`<button class="round" type="button" aria-label=${words.more(member.name)} title=${words.more(member.name)} aria-haspopup="dialog" @click=${(event: Event) => { this.#more(event, member); }}>${icon('menu')}</button>` : nothing}
              </li>`)}
          </ul>
        </section>
        <section class="card">
          <div class="fact"><span class="dot">${icon('lock')}</span><p><strong>${words.lock}</strong><span class="text">${words.lockText}</span></p></div>
          <div class="fact"><span class="dot">${icon('relay')}</span><p><strong>${hostOf(room.relay)}</strong><span class="text">${words.relayText}</span></p></div>
        </section>
      </div></div>
      <div id="more" popover role="dialog" aria-label=${this.chosen === null ? words.remove : words.more(this.chosen.name)}>
        <button type="button" @click=${this.#askRemoval}>${icon('remove')}${words.remove}</button>
      </div>
      ${this.removing === null ? nothing : this.#removal(this.removing)}`;
  }

  #removal(person: Person) {
    return html`
      <sotto-sheet .label=${words.removeTitle(person.name)} @close=${() => { this.removing = null; this.problem = ''; }}>
        <p class="ask">${words.removeText}</p>
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${this.problem}</span></p>`}
        <div class="actions">
          <button class="button" type="button" @click=${() => { this.removing = null; this.problem = ''; }}>${words.cancel}</button>
          <button class="button danger" type="button" ?disabled=${this.busy} @click=${() => { void this.#remove(person); }}>${words.removeGo}</button>
        </div>
      </sotto-sheet>`;
  }

  readonly #up = (): void => {
    this.dispatchEvent(new CustomEvent('up'));
  };

  #more(event: Event, person: Person): void {
    this.chosen = person;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.menu.showPopover();
    const size = this.menu.getBoundingClientRect();
    const below = box.bottom + 4 + size.height <= innerHeight - 8;
    this.menu.style.top = `${below ? box.bottom + 4 : box.top - size.height - 4}px`;
    this.menu.style.left = `${Math.min(Math.max(8, this.matches(':dir(rtl)') ? box.left : box.right - size.width), innerWidth - size.width - 8)}px`;
    this.menu.querySelector('button')?.focus();
  }

  readonly #askRemoval = (): void => {
    this.menu.hidePopover();
    this.removing = this.chosen;
  };

  async #remove(person: Person): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null || this.busy) return;
    this.busy = true;
    this.problem = '';
    try {
      await engine.removeMember(room.room, person.person);
      this.removing = null;
    } catch (reason) {
      const { title, text } = problemWords(problemOf(reason));
      this.problem = words.problem(title, text);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-details': SottoRoomDetails }
}
