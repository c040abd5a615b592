import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, Member, RoomKey, RoomSecurity, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import type { IconName } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, marks, rows } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { alarmWords, hostOf } from '../words/alarms.ts';
import { dateOf, fromNow } from '../words/times.ts';
import { number, plural } from '../words/counts.ts';
import { isolated } from '../words/people.ts';

const words = {
  get title() { return msg('Security'); },
  get well() { return msg('Only the people here can read'); },
  get look() { return msg('Something needs your eye'); },
  get verifiedAll() { return msg('You verified everyone here.'); },
  verifiedSome: (count: number, of: number) => msg(str`You verified ${number(count)} of ${number(of)}. Whom you have not verified could be somebody else under their name.`),
  get verifiedNone() { return msg('You have verified nobody here yet. Anyone can choose any name; verify those it matters with.'); },
  get encryption() { return msg('Encryption'); },
  get xwing() { return msg('Ready for quantum computers: what is recorded today stays closed to one that is built later.'); },
  get x25519() { return msg('Strong against every computer known today, not against a quantum computer that records now and is built later.'); },
  get xwingExact() { return msg('MLS (RFC 9420) with X-Wing (X25519 and ML-KEM-768), ChaCha20-Poly1305, Ed25519'); },
  get x25519Exact() { return msg('MLS (RFC 9420) with X25519, ChaCha20-Poly1305, Ed25519'); },
  get keys() { return msg('Your keys here'); },
  keysText: (made: string, due: string) => msg(str`Made ${made}, next ones ${due}. What was read with old keys does not open what comes after.`),
  get keysUnknown() { return msg('Made when you joined.'); },
  get epoch() { return msg('Changes of the group’s keys'); },
  get epochText() { return msg('Counted since the room began (its epoch). Everyone here is at the same one.'); },
  get code() { return msg('Room code'); },
  get codeText() { return msg('The same on every device of this room at this moment. Read it to each other in a call: if it differs, you are not in one room.'); },
  log: (host: string) => msg(str`What ${isolated(host)} delivered`),
  get agreed() { return msg('Nothing is missing and nothing was reordered, as far as others here have seen.'); },
  agreedThrough: (behind: number) => plural(behind, msg('Checked against what others have seen, but for the newest message.|Checked against what others have seen, but for the newest {n}.')),
  get nothing() { return msg('Nothing to compare with yet: no other device has said what it saw.'); },
  unconfirmed: (time: string) => msg(str`A message of yours from ${time} has not reached anyone yet.`),
  get people() { return msg('People'); },
  get you() { return msg('You'); },
  devices: (count: number) => plural(count, msg('1 device|{n} devices')),
  keysOf: (time: string) => msg(str`Keys from ${time}`),
  get keysNever() { return msg('Keys from when they joined'); },
  get unverified() { return msg('Not verified'); },
  get verified() { return msg('Verified'); },
  verify: (name: string) => msg(str`Verify ${isolated(name)}`),
  get reading() { return msg('Looking…'); },
} as const;

/** What keeps a room safe, in plain words with the exact terms below. Fires `close`, `verify` with `{ person }`. */
@customElement('sotto-security')
export class SottoSecurity extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private security: RoomSecurity | null = null;
  readonly #doing = new Doing(this);
  #read: RoomKey | null = null;

  static override styles = [base, buttons, fields, rows, marks, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 20px; }
    .sum { display: grid; justify-items: center; gap: 6px; text-align: center; text-wrap: balance; }
    .badge { display: grid; place-items: center; inline-size: 64px; block-size: 64px; border-radius: 50%; margin-block-end: 8px; background: color-mix(in oklab, var(--good) 14%, var(--raised)); color: var(--good); }
    .badge.danger { background: var(--danger-tint); color: var(--danger); }
    .sum strong { font-size: var(--text-l); font-weight: 650; }
    .sum p { font-size: var(--text-m); color: var(--ink-2); }
    .row { align-items: start; grid-template-columns: 40px minmax(0, 1fr) auto; padding-block: 10px; }
    .row.person { align-items: center; }
    .row .exact { display: block; margin-block-start: 6px; font-size: var(--text-xs); line-height: 1.45; color: var(--ink-3); }
    .row .value { align-self: start; padding: 2px 4px 0 0; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--ink-2); }
    .digits { display: block; margin-block: 4px 6px; direction: ltr; text-align: start; font: 550 var(--text-l) / 1.5 var(--mono); letter-spacing: 0.06em; word-spacing: 0.2em; color: var(--ink); }
    h3 { font-size: var(--text-s); font-weight: 600; color: var(--ink-3); padding: 0 12px 6px; }
  `];

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.room === null || this.room.room === this.#read) return;
    this.#read = this.room.room;
    void this.#look();
  }

  protected override render() {
    const { security, room } = this;
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        ${security === null || room === null ? html`${this.#doing.problem === null ? html`<p role="status">${words.reading}</p>` : problemLine(this.#doing.problem)}` : this.#all(security, room)}
      </sotto-sheet>`;
  }

  #all(security: RoomSecurity, room: RoomSummary) {
    const { log } = security;
    const xwing = security.suite === 'xwing';
    return html`
      <div class="all">
        ${this.#sum(security, room)}
        <section class="card">
          ${this.#fact('lock', words.encryption, xwing ? words.xwing : words.x25519, { exact: xwing ? words.xwingExact : words.x25519Exact })}
          ${this.#fact('key', words.keys, security.keysFrom === 0 ? words.keysUnknown : words.keysText(fromNow(security.keysFrom), fromNow(security.keysDue)))}
          ${this.#fact('check', words.epoch, words.epochText, { value: security.epoch })}
          ${this.#fact('people', words.code, words.codeText, { digits: security.code.match(/.{1,4}/gu)?.join(' ') ?? '' })}
          ${this.#fact('relay', words.log(hostOf(log.relay)), this.#logText(security))}
        </section>
        <section>
          <h3 id="people">${words.people}</h3>
          <ul class="card" aria-labelledby="people">${security.members.map((member) => html`<li>${this.#person(member, room)}</li>`)}</ul>
        </section>
      </div>`;
  }

  #sum({ members, log }: RoomSecurity, room: RoomSummary) {
    const others = members.filter(({ person }) => person !== room.me);
    const known = others.filter(({ verified }) => verified).length;
    const [alarm] = log.alarms;
    const trouble = alarm === undefined ? null : alarmWords(alarm);
    return html`
      <div class="sum">
        <span class="badge ${trouble === null ? '' : 'danger'}">${icon(trouble === null ? 'shield' : 'warning', 32)}</span>
        <strong>${trouble === null ? words.well : words.look}</strong>
        ${trouble === null ? nothing : html`<p>${trouble.title}. ${trouble.text}</p>`}
        ${others.length === 0 ? nothing : html`<p>${known === others.length ? words.verifiedAll : known === 0 ? words.verifiedNone : words.verifiedSome(known, others.length)}</p>`}
      </div>`;
  }

  #fact(mark: IconName, title: string, text: string, more: { readonly digits?: string; readonly exact?: string; readonly value?: number } = {}) {
    return html`
      <div class="row"><span class="dot">${icon(mark)}</span>
        <p class="lines"><strong>${title}</strong>${more.digits === undefined ? nothing : html`<span class="digits">${more.digits}</span>`}<span class="text">${text}</span>${more.exact === undefined ? nothing : html`<span class="exact">${more.exact}</span>`}</p>
        ${more.value === undefined ? nothing : html`<span class="value">${more.value}</span>`}</div>`;
  }

  #logText({ log }: RoomSecurity): string {
    const behind = log.agreedThrough === null ? 0 : log.head - log.agreedThrough;
    const checked = log.agreedThrough === null ? words.nothing : behind <= 0 ? words.agreed : words.agreedThrough(behind);
    return log.unconfirmedSince === null ? checked : `${checked} ${words.unconfirmed(fromNow(log.unconfirmedSince))}`;
  }

  #person(member: Member, room: RoomSummary) {
    const own = member.person === room.me;
    const keys = member.keysFrom === 0 ? words.keysNever : words.keysOf(dateOf(member.keysFrom));
    const line = [own ? words.you : member.verified ? words.verified : words.unverified, keys, ...(member.devices > 1 ? [words.devices(member.devices)] : [])].join(' · ');
    const lines = html`<sotto-avatar .name=${member.name} .key=${member.person}></sotto-avatar>
      <span class="lines"><strong class="named"><bdi>${member.name}</bdi>${member.verified ? verifiedMark() : nothing}</strong><span class="text">${line}</span></span>`;
    return own ? html`<div class="row person">${lines}</div>`
      : html`<button class="row person" type="button" title=${words.verify(member.name)} @click=${() => { this.dispatchEvent(new CustomEvent('verify', { detail: { person: member.person } })); }}>${lines}${icon('forward', 18)}</button>`;
  }

  async #look(): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    await this.#doing.run(async () => { this.security = await engine.security(room.room); });
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-security': SottoSecurity }
}
