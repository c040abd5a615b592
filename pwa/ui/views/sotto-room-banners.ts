import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Alarm, Engine, RoomSummary, Unacknowledged } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import '../elements/sotto-banner.ts';
import { alarmWords } from '../words/alarms.ts';
import { isolated } from '../words/people.ts';
import { problemSentence } from '../words/problems.ts';
import { openSheet } from './sheets.ts';
import { plural } from '../words/counts.ts';

const words = {
  get unconfirmed() { return msg('Not confirmed yet'); },
  get unconfirmedText() { return msg('Nothing from the person who invited you has arrived so far. Until then, you cannot be sure that this is the room they meant.'); },
  knock: (name: string) => msg(str`${isolated(name)} would like to come in`),
  knocks: (count: number) => plural(count, msg('Someone would like to come in|{n} people would like to come in')),
  get letIn() { return msg('Let in'); },
  get refuse() { return msg('Refuse'); },
  get look() { return msg('Look'); },
  stranger: (name: string) => msg(str`This is not the ${isolated(name)} you verified`),
  strangerText: (name: string) => msg(str`Somebody goes by the name of ${isolated(name)} here whose keys you have never compared. It may be ${isolated(name)} on a new device, or someone who only took the name. Ask them in person or by phone; until you have looked at this, nothing of yours is sent here.`),
  get compare() { return msg('Compare safety numbers'); },
  get seen() { return msg('I know, go on'); },
  get understood() { return msg('I understand'); },
} as const;

/** What there is to know or to answer before one goes on in a room. Fires `open-sheet`, `open-details`. */
@customElement('sotto-room-banners')
export class SottoRoomBanners extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  readonly #doing = new Doing(this);

  static override styles = css`:host { display: block; }`;

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const member = room.standing.kind === 'member';
    const { problem } = this.#doing;
    return html`
      ${problem === null ? nothing : html`<sotto-banner role="alert" tone="danger" heading=${problemSentence(problem)} dismissal=${words.understood} @dismiss=${() => { this.#doing.clear(); }}></sotto-banner>`}
      ${room.unacknowledged.map((one) => this.#stranger(one, room))}
      ${room.alarms.map((alarm) => this.#alarm(alarm, room))}
      ${member ? this.#knocks(room) : nothing}
      ${room.confirmed || !member ? nothing : html`<sotto-banner heading=${words.unconfirmed} text=${words.unconfirmedText}></sotto-banner>`}`;
  }

  #stranger({ who }: Unacknowledged, { room }: RoomSummary) {
    return html`
      <sotto-banner role="alert" tone="danger" heading=${words.stranger(isolated(who.name))} text=${words.strangerText(isolated(who.name))} action=${words.compare} dismissal=${words.seen}
        @act=${() => { openSheet(this, { kind: 'verify', person: who.person }); }} @dismiss=${() => { void this.#doing.run(async () => this.engine?.acknowledge(room, who.person)); }}></sotto-banner>`;
  }

  #alarm(alarm: Alarm, { room }: RoomSummary) {
    const { title, text } = alarmWords(alarm);
    return html`<sotto-banner tone="danger" heading=${title} text=${text} dismissal=${words.understood} @dismiss=${() => { void this.#doing.run(async () => this.engine?.dismissAlarm(room, alarm.kind)); }}></sotto-banner>`;
  }

  #knocks({ room, knocks }: RoomSummary) {
    const [first, ...more] = knocks;
    if (first === undefined) return nothing;
    if (more.length > 0) return html`<sotto-banner tone="news" heading=${words.knocks(knocks.length)} action=${words.look} @act=${() => { this.dispatchEvent(new CustomEvent('open-details')); }}></sotto-banner>`;
    const answer = (admit: boolean) => () => { void this.#doing.run(async () => this.engine?.answerKnock(room, first.id, admit)); };
    return html`<sotto-banner tone="news" heading=${words.knock(isolated(first.who.name))} action=${words.letIn} dismissal=${words.refuse} @act=${answer(true)} @dismiss=${answer(false)}></sotto-banner>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-banners': SottoRoomBanners }
}
