import { msg, str } from '@lit/localize';
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Connection, Engine, EngineEvent, MessageItem, MessageKey, RoomKey, RoomSummary } from '../../engine/api.ts';
import { Compose, type About } from '../controllers/compose.ts';
import { Typing } from '../controllers/typing.ts';
import { MessageActs } from '../controllers/message-acts.ts';
import { icon } from '../elements/icon.ts';
import type { AttachEvent, AttachKind } from '../elements/sotto-attach-menu.ts';
import { partnerOf, roomFace } from '../elements/room-face.ts';
import '../elements/sotto-composer.ts';
import type { Purpose, SottoComposer, WriteEvent } from '../elements/sotto-composer.ts';
import '../elements/sotto-connection-line.ts';
import type { ActEvent } from '../elements/sotto-message-group.ts';
import '../elements/sotto-room-status.ts';
import { base, buttons, marks } from '../elements/styles.ts';
import { verifiedMark } from '../elements/verified-mark.ts';
import { contentText } from '../words/notices.ts';
import { problemOf, problemSentence } from '../words/problems.ts';
import { isolated, mayInvite } from '../words/people.ts';
import { Dropping } from '../media/dropping.ts';
import { loadMedia } from '../media/load.ts';
import type { OriginalEvent, TrayEvent } from '../media/sotto-tray.ts';
import type { ViewEvent } from '../media/sotto-tile.ts';
import { Tray } from '../media/tray.ts';
import { loadCare, openSheet } from './sheets.ts';
import type { SheetEvent } from './sheets.ts';
import './sotto-log.ts';
import type { FailedEvent, SottoLog } from './sotto-log.ts';
import { roomStyles } from './sotto-room.styles.ts';

const words = {
  get back() { return msg('Back to rooms'); },
  get drop() { return msg('Let go to add it'); },
  details: (name: string) => msg(str`About ${isolated(name)}`),
  get find() { return msg('Find in this room'); },
  get invite() { return msg('Invite people'); },
  get understood() { return msg('I understand'); },
  unanswered: (name: string) => msg(str`${isolated(name)} was asked and has not answered yet. You can write as soon as they accept.`),
  partnerLeft: (name: string) => msg(str`${isolated(name)} left this chat. What was written stays; write to them from a room that you share to begin anew.`),
  get held() { return msg('Writing waits until you have looked at the warning above. What you wrote is kept.'); },
} as const;

/** A phone's camera is a button away; elsewhere the system's own dialog has whatever there is. */
const ATTACHABLE: readonly AttachKind[] = matchMedia('(pointer: coarse)').matches ? ['photo', 'camera', 'file', 'poll', 'place'] : ['photo', 'file', 'poll', 'place'];

/** One conversation. Fires `up`, `open-details`, `open-sheet`, `reached`. */
@customElement('sotto-room')
export class SottoRoom extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) connection: Connection = { kind: 'online' };
  /** A message to show: `reached` is fired when it does. */
  @property({ attribute: false }) target: MessageKey | null = null;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private problem = '';
  @query('sotto-log') private readonly log!: SottoLog | null;
  @query('sotto-composer') private readonly composer!: SottoComposer | null;
  #opened: RoomKey | null = null;
  #stopListening: (() => void) | null = null;
  #version = 0;
  readonly #typing = new Typing();
  readonly #compose = new Compose(this);
  readonly #tray = new Tray(this);
  readonly #dropping = new Dropping(this, (files) => { this.#lay(files); });
  readonly #acts = new MessageActs(this, {
    reply: (message) => { this.#begin(() => { this.#compose.reply(message); }); },
    edit: (message) => { this.#begin(() => { this.#compose.edit(message); }); },
    forward: (message) => { openSheet(this, { kind: 'forward', message: message.id }); },
    openThread: (message) => { openSheet(this, { kind: 'thread', message: message.id }); },
    showVersions: (message) => { openSheet(this, { kind: 'versions', message: message.id }); },
    goTo: (key) => { void this.#goTo(key); },
    failed: (problem) => { this.problem = problemSentence(problem); },
  });

  static override styles = [base, buttons, marks, roomStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#typing.stop();
    this.#stopListening?.();
    this.#stopListening = null;
    this.#opened = null;
  }

  /** Where one lands on coming here: with a keyboard in the composer, on a phone at the room's name. */
  override focus(): void {
    const keyboard = matchMedia('(hover: hover) and (pointer: fine)').matches;
    if (keyboard && this.composer !== null) this.composer.focus();
    else this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { engine, room } = this;
    if (engine === null || room === null || room.room === this.#opened) return;
    this.#opened = room.room;
    this.#stopListening?.();
    this.#stopListening = engine.subscribe(this.#gone);
    this.problem = '';
    this.#compose.open(engine, room.room, room.draft);
    void this.#tray.open(engine, room.room);
    this.#typing.open(engine, room.room);
    this.#acts.open(engine, room.room);
  }

  protected override updated(): void {
    if (this.target === null || this.log?.showing !== this.room?.room) return;
    void this.#goTo(this.target);
    this.dispatchEvent(new CustomEvent('reached'));
  }

  protected override render() {
    const room = this.room;
    if (room === null) return nothing;
    return html`
      ${this.#header(room)}
      ${this.narrow ? html`<sotto-connection-line .connection=${this.connection}></sotto-connection-line>` : nothing}
      <div class="banners">
        <sotto-room-banners .engine=${this.engine} .room=${room} @open-sheet=${(event: SheetEvent) => { openSheet(this, event.detail); }} @open-details=${() => { this.#say('open-details'); }}></sotto-room-banners>
        ${this.problem === '' ? nothing : html`<sotto-banner tone="danger" heading=${this.problem} dismissal=${words.understood} @dismiss=${() => { this.problem = ''; }}></sotto-banner>`}
      </div>
      <sotto-log .engine=${this.engine} .room=${room} ?offline=${this.connection.kind !== 'online'} ?active=${this.#mayWrite(room)} .held=${this.#acts.menu?.message.id ?? null}
        @act=${(event: ActEvent) => { this.#acts.take(event.detail); }} @failed=${(event: FailedEvent) => { this.problem = problemSentence(event.detail); }}
        @view-media=${({ detail: { at } }: ViewEvent) => { openSheet(this, { kind: 'view', at }); }}
        @open-sheet=${(event: SheetEvent) => { openSheet(this, event.detail); }} @shown=${() => { this.requestUpdate(); }}></sotto-log>
      ${this.#menu(room)}
      ${this.#foot(room)}
      ${this.#dropping.over && this.#mayWrite(room) ? html`<div class="veil" aria-hidden="true">${icon('plus', 32)}<span>${words.drop}</span></div>` : nothing}`;
  }

  #header(room: RoomSummary) {
    return html`
      <div class="head">
        ${this.narrow ? html`<button class="round" type="button" aria-label=${words.back} title=${words.back} @click=${() => { this.#say('up'); }}>${icon('back', 24)}</button>` : nothing}
        <h1 tabindex="-1">
          <button class="about" type="button" title=${words.details(room.name)} @click=${() => { this.#say('open-details'); }}>
            ${roomFace(room)}
            <span class="who"><span class="title named"><bdi>${room.name}</bdi>${partnerOf(room)?.verified === true ? verifiedMark() : nothing}</span><sotto-room-status .room=${room}></sotto-room-status></span>
          </button>
        </h1>
        <button class="round" type="button" aria-label=${words.find} title=${words.find} aria-haspopup="dialog" @click=${() => { openSheet(this, { kind: 'search' }); }}>${icon('search')}</button>
        ${mayInvite(room) ? html`<button class="round" type="button" aria-label=${words.invite} title=${words.invite} @click=${() => { openSheet(this, { kind: 'invite' }); }}>${icon('invite')}</button>` : nothing}
      </div>`;
  }

  #menu(room: RoomSummary) {
    const { menu } = this.#acts;
    return menu === null ? nothing
      : html`<sotto-message-menu .message=${menu.message} .anchor=${menu.anchor} .room=${room} .me=${room.me} @choose=${this.#acts.choose} @close=${this.#acts.closeMenu}></sotto-message-menu>`;
  }

  #mayWrite(room: RoomSummary): boolean {
    return room.standing.kind === 'member' && room.unacknowledged.length === 0;
  }

  #begin(what: () => void): void {
    what();
    void this.updateComplete.then(() => { this.composer?.focus(); });
  }

  async #goTo(key: MessageKey): Promise<void> {
    try {
      await this.log?.goTo(key);
    } catch (reason) {
      this.problem = problemSentence(problemOf(reason));
    }
  }

  #foot(room: RoomSummary) {
    if (this.#tray.items.length > 0) loadMedia();
    if (room.standing.kind !== 'member') {
      loadCare().catch(() => undefined); // it stays empty, and the next drawing asks again
      return html`<sotto-standing .engine=${this.engine} .room=${room} @open-sheet=${(event: SheetEvent) => { openSheet(this, event.detail); }} @gone=${() => { this.#say('up'); }}></sotto-standing>`;
    }
    if (room.unacknowledged.length > 0) return html`<p class="standing" role="status">${words.held}</p>`;
    // Whoever comes in later opens nothing of what was written before.
    if (room.kind === 'direct' && partnerOf(room) === undefined) return html`<p class="standing" role="status">${this.#partnerWasHere(room) ? words.partnerLeft(room.name) : words.unanswered(room.name)}</p>`;
    return html`
      <sotto-composer .text=${this.#compose.text} .purpose=${purposeOf(this.#compose.about)} .room=${room.name} .sending=${this.#compose.sending} .problem=${this.#compose.problem === null ? '' : problemSentence(this.#compose.problem)}
        @write=${(event: WriteEvent) => { this.#write(event.detail.text); }} @send=${this.#send} @leave=${this.#compose.save}
        .attachable=${ATTACHABLE} .laden=${this.#tray.laden} @attach=${this.#attach} @paste=${this.#paste} @drop=${() => { this.#compose.drop(); }} @last=${this.#editLast}>
        <sotto-tray slot="attachments" .items=${this.#tray.items} .version=${this.#version++} @remove=${({ detail }: TrayEvent) => { void this.#tray.remove(detail.laid); }} @original=${({ detail }: OriginalEvent) => { void this.#tray.choose(detail.laid, detail.original); }}></sotto-tray></sotto-composer>
      <input class="unseen" type="file" multiple tabindex="-1" aria-hidden="true" @change=${this.#chosen}>`;
  }

  readonly #attach = ({ detail: { kind } }: AttachEvent): void => {
    if (kind === 'poll' || kind === 'place') return openSheet(this, { kind });
    const field = this.renderRoot.querySelector<HTMLInputElement>('input[type=file]');
    if (field === null) return;
    field.accept = kind === 'file' ? '' : 'image/*,video/*';
    if (kind === 'camera') field.setAttribute('capture', 'environment');
    else field.removeAttribute('capture');
    field.click();
  };

  readonly #chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    this.#lay([...(field.files ?? [])]);
    field.value = '';
  };

  readonly #paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.#lay(files);
  };

  #lay(files: readonly File[]): void {
    if (files.length === 0 || this.room === null || !this.#mayWrite(this.room)) return;
    this.#tray.add(files);
    void this.updateComplete.then(() => { this.composer?.focus(); });
  }

  readonly #editLast = (): void => {
    const last = this.log?.items.findLast((item): item is MessageItem => item.kind === 'message' && item.mine && item.content.kind === 'text');
    if (last !== undefined && this.log?.hasNewest === true) this.#begin(() => { this.#compose.edit(last); });
  };

  #partnerWasHere({ me }: RoomSummary): boolean {
    return this.log?.items.some((item) => (item.kind === 'message' ? !item.mine : (item.fact.kind === 'joined' || item.fact.kind === 'left') && item.fact.who.person !== me)) === true;
  }

  #write(text: string): void {
    this.#compose.write(text);
    if (this.#compose.about?.kind !== 'edit') this.#typing.write(text);
  }

  /** What is gone is neither answered nor reworded. */
  readonly #gone = (event: EngineEvent): void => {
    const { about } = this.#compose;
    if (event.kind === 'gone' && event.room === this.room?.room && about !== null && event.messages.includes(about.message.id)) this.#compose.drop();
  };

  readonly #send = async (): Promise<void> => {
    const staged = this.#compose.about?.kind === 'edit' ? [] : await this.#tray.ready();
    this.#typing.sent();
    if (!(await this.#compose.send(staged))) return;
    if (staged.length > 0) this.#tray.sent();
    await this.log?.toEnd(false);
  };

  #say(event: 'up' | 'open-details'): void {
    this.dispatchEvent(new CustomEvent(event));
  }
}

function purposeOf(about: About | null): Purpose | null {
  return about === null ? null : { kind: about.kind, name: about.message.sender.name, text: contentText(about.message) };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room': SottoRoom }
}
