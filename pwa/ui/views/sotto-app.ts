import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { assertNever } from '../../../shared/never.ts';
import type { Engine, EngineState, MessageKey, Passkeys, RoomKey, RoomSummary } from '../../engine/api.ts';
import { Announcer } from '../controllers/announcer.ts';
import { Attendance } from '../controllers/attendance.ts';
import { DeviceWatch, type DeviceHome } from '../controllers/device-watch.ts';
import { EngineWatch } from '../controllers/engine-watch.ts';
import type { NoticeHome } from '../controllers/notice-home.ts';
import { LockWatch, type Lock } from '../controllers/lock-watch.ts';
import { Media } from '../controllers/media.ts';
import { Navigation } from '../controllers/navigation.ts';
import type { Route, Way } from '../controllers/navigation.ts';
import type { Errand } from '../controllers/errand.ts';
import { moveBetween } from '../controllers/view-transition.ts';
import '../elements/sotto-mark.ts';
import { loadMedia } from '../media/load.ts';
import { base, buttons } from '../elements/styles.ts';
import { loadCare } from './sheets.ts';
import type { RoomSheet, Shared, Sheet, Versions } from './sheets.ts';
import './sotto-halted.ts';
import type { SottoRoom } from './sotto-room.ts';
import './sotto-room.ts';
import type { SottoRoomDetails } from './sotto-room-details.ts';
import type { SottoRoomList } from './sotto-room-list.ts';
import './sotto-room-list.ts';

const words = {
  get loading() { return msg('Opening Sotto…'); },
  get rooms() { return msg('Rooms'); },
  get about() { return msg('About this room'); },
  get choose() { return msg('Choose a room to read and write'); },
  get gone() { return msg('This room is not on this device'); },
  get back() { return msg('Back to rooms'); },
} as const;

type RoomEvent = CustomEvent<{ readonly room: RoomKey }>;

/**
 * The whole app over an engine. `link`: an invite link that was taken out of the address bar.
 * Fires `wiped` when everything was erased, `opened` when there is something to see, `update` when the person takes a new version, `reload` when they ask for it on the halted screen.
 */
@customElement('sotto-app')
export class SottoApp extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) link: string | null = null;
  /** A new version waits to be taken. */
  @property({ type: Boolean }) updateReady = false;
  @property({ attribute: false }) versions: Versions = { version: '', running: null, next: null };
  /** Null where nothing locks, as in the gallery. */
  @property({ attribute: false }) lock: Lock | null = null;
  @property({ attribute: false }) passkeys: Passkeys | null = null;
  /** Null where nothing is known of it, as in the gallery. */
  @property({ attribute: false }) device: DeviceHome | null = null;
  /** Null where nothing notifies, as in the gallery. */
  @property({ attribute: false }) notices: NoticeHome | null = null;
  /** What another app shared, once. */
  @property({ attribute: false }) takeShared: () => Promise<Shared | null> = () => Promise.resolve(null);
  /** Waits until there is somebody who can do it. */
  @state() private errand: Errand | null = null;
  @state() private sheet: Sheet | null = null;
  /** Null until it is fetched. */
  @state() private care: Awaited<ReturnType<typeof loadCare>> | null = null;
  /** The message that the open room is to show. */
  @state() private target: MessageKey | null = null;
  @query('sotto-room-list') private readonly list!: SottoRoomList | null;
  @query('sotto-room') private readonly conversation!: SottoRoom | null;
  @query('sotto-room-details') private readonly details!: SottoRoomDetails | null;
  #opened = false;
  readonly #lock = new LockWatch(this, {
    locked: () => { this.sheet = null; this.#watch.forget(); },
    wiped: () => { this.dispatchEvent(new CustomEvent('wiped')); },
  });
  readonly #device = new DeviceWatch(this);
  readonly #wide = new Media(this, '(min-width: 840px)');
  readonly #widest = new Media(this, '(min-width: 1200px)');
  readonly #announcer = new Announcer(this);
  readonly #attendance = new Attendance(this);
  readonly #watch = new EngineWatch(this, (event) => { this.#announcer.items(event, this.#watch.state, this.#roomKey()); });
  readonly #navigation = new Navigation(this, {
    moved: (way, from) => { void this.#moved(way, from); },
    sent: (errand) => { this.send(errand); },
  });

  static override styles = [base, buttons, css`
    :host { display: block; position: relative; overflow: hidden; padding-inline: var(--safe-left) var(--safe-right); background: var(--paper); color: var(--ink); }
    .panes { display: grid; grid-template-columns: minmax(0, 1fr); block-size: 100%; }
    .panes > * { min-block-size: 0; min-inline-size: 0; block-size: 100%; }
    .panes.wide { grid-template-columns: clamp(320px, 30vw, 380px) minmax(0, 1fr); }
    .panes.wide.three { grid-template-columns: clamp(320px, 28vw, 380px) minmax(0, 1fr) 340px; }
    .none { display: grid; place-content: center; justify-items: center; gap: 16px; block-size: 100%; color: var(--ink-3); font-size: var(--text-m); text-align: center; padding: 24px; }
    .none sotto-mark { --mark: 56px; opacity: 0.35; filter: grayscale(0.7); }
    .opening { display: grid; place-content: center; justify-items: center; gap: 16px; block-size: 100%; color: var(--ink-3); font-size: var(--text-m); }
    /* Opening takes a moment; only a long one is worth a picture. */
    .opening > * { animation: appear 400ms var(--ease) 350ms backwards; }
    .opening h1, .none h1 { font-size: inherit; font-weight: inherit; }
    @keyframes appear { from { opacity: 0; } }
    .shield { position: fixed; inset: 0; z-index: 10; display: grid; place-content: center; background: var(--paper); }
    .shield sotto-mark { --mark: 72px; opacity: 0.4; filter: grayscale(0.7); }
    .toast { position: fixed; z-index: 5; inset-block-end: calc(88px + var(--safe-bottom)); inset-inline: 16px; display: grid; justify-items: center; pointer-events: none; }
    .toast > * { pointer-events: auto; inline-size: min(100%, 420px); }
    @media (min-width: 840px) { .toast { inset-block-end: 24px; inset-inline: auto 24px; } }
  `];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('engine') && this.engine !== null) this.#watch.follow(this.engine);
    if (changed.has('device') && this.device !== null) this.#device.follow(this.device);
    if (changed.has('lock') && this.lock !== null) this.#lock.follow(this.lock);
    this.#announcer.connection(this.#watch.state?.connection ?? null);
    this.#announcer.people(this.#watch.state);
    this.#announcer.typing(this.#watch.state === null ? undefined : this.#room(this.#watch.state));
    this.#attendance.follow(this.#watch.state === null || this.#watch.state.profile === null ? null : this.engine, this.#roomKey());
    if (this.#navigation.route.kind === 'details') loadCare().catch(() => undefined);
  }

  /** Does what the app was opened for, as soon as it can. */
  send(errand: Errand): void {
    if (errand.kind === 'invite') this.link = errand.link;
    else this.errand = errand;
  }

  #run(errand: Errand): void {
    this.errand = null;
    switch (errand.kind) {
      case 'invite':
        this.link = errand.link;
        return;
      case 'new-room':
      case 'scan':
        return this.#open({ kind: errand.kind });
      case 'share':
        // Nothing is shared where it cannot be read any more: the app has opened, and that is all.
        this.takeShared().then((shared) => { if (shared !== null) this.#open({ kind: 'share', shared }); }, () => undefined);
        return;
      default:
        assertNever(errand);
    }
  }

  protected override updated(): void {
    if (this.errand !== null && this.#watch.state !== null && this.#watch.state.profile !== null && this.link === null) this.#run(this.errand);
    if (this.#opened || (this.#watch.state === null && this.#watch.halted === null && this.#lock.state?.kind !== 'locked')) return;
    this.#opened = true;
    this.dispatchEvent(new CustomEvent('opened'));
  }

  protected override render() {
    return html`
      ${this.#screen()}
      ${this.updateReady ? html`<div class="toast"><sotto-update-toast .code=${this.versions.next} @later=${() => { this.updateReady = false; }} @about=${() => { this.#open({ kind: 'about' }); }} @update=${this.#update}></sotto-update-toast></div>` : nothing}
      ${this.#lock.shielded ? html`<div class="shield"><sotto-mark></sotto-mark></div>` : nothing}
      <div class="unseen" role="status" aria-live="polite" aria-atomic="true">${this.#announcer.text}</div>`;
  }

  #screen() {
    const { halted, state } = this.#watch;
    const { state: locking } = this.#lock;
    if (locking?.kind === 'locked' && halted === null) return html`<sotto-locked .lock=${this.lock} .passkeys=${this.passkeys} .locked=${locking}></sotto-locked>`;
    if (halted !== null) return html`<sotto-halted .problem=${halted} @reload=${() => { this.dispatchEvent(new CustomEvent('reload')); }}></sotto-halted>`;
    if (state === null) return html`<main class="opening" aria-busy="true"><sotto-mark></sotto-mark><h1>${words.loading}</h1></main>`;
    if (state.profile === null) import('./sotto-first-run.ts').catch(() => undefined); // as below
    if (state.profile === null) return html`<sotto-first-run .engine=${this.engine} ?invited=${this.link !== null}></sotto-first-run>`;
    if (this.link !== null) {
      import('./sotto-join.ts').catch(() => undefined); // it stays empty, and the next drawing asks again
      return html`<sotto-join .engine=${this.engine} .link=${this.link} @dismiss=${() => { this.link = null; }} @joined=${(event: RoomEvent) => { this.link = null; this.#openRoom(event.detail.room); }}></sotto-join>`;
    }
    return html`${this.#panes(state)}${this.#openSheet(state)}`;
  }

  #panes(state: EngineState) {
    const { route } = this.#navigation;
    const room = this.#room(state);
    const wide = this.#wide.matches;
    const withDetails = route.kind === 'details' && room !== undefined;
    const beside = withDetails && this.#widest.matches;
    const showRoom = wide ? !withDetails || beside : route.kind === 'room' || (route.kind === 'details' && room === undefined);
    return html`
      <div class=${['panes', wide && 'wide', beside && 'three'].filter(Boolean).join(' ')}>
        <div role=${wide ? 'navigation' : 'main'} aria-label=${words.rooms} ?hidden=${!wide && route.kind !== 'list'}>
          <sotto-room-list ?installable=${this.#device.offers(state.rooms.some(({ latest }) => latest?.kind === 'message'))} @install=${() => { this.#open({ kind: 'device' }); }} @not-install=${() => { this.#device.putOff(); }} .engine=${this.engine} .engineState=${state} .current=${wide ? this.#roomKey() : null} ?narrow=${!wide}
            @open-room=${(event: RoomEvent) => { this.#openRoom(event.detail.room); }} @start-room=${() => { this.#open({ kind: 'new-room' }); }} @join-link=${() => { this.#open({ kind: 'join-link' }); }} @open-profile=${() => { this.#open({ kind: 'profile' }); }} @find=${() => { this.#open({ kind: 'find' }); }}
            @open-details=${(event: RoomEvent) => { this.#navigation.go({ kind: 'details', room: event.detail.room }); }} @open-sheet=${(event: CustomEvent<RoomSheet & { room: RoomKey }>) => { this.#open(event.detail); }}></sotto-room-list>
        </div>
        ${showRoom ? html`<main>${room === undefined ? this.#nothingOpen(route) : html`
          <sotto-room .engine=${this.engine} .room=${room} .connection=${state.connection} .target=${this.target} @reached=${() => { this.target = null; }} ?narrow=${!wide} @up=${this.#up}
            @open-details=${() => { this.#toggleDetails(room.room); }} @open-sheet=${(event: CustomEvent<RoomSheet>) => { this.#open({ ...event.detail, room: room.room }); }}></sotto-room>`}</main>` : nothing}
        ${withDetails ? html`<div role=${beside ? 'complementary' : 'main'} aria-label=${words.about}>
          <sotto-room-details .engine=${this.engine} .room=${room} ?beside=${beside} @up=${this.#up} @open-sheet=${(event: CustomEvent<RoomSheet>) => { this.#open({ ...event.detail, room: room.room }); }}></sotto-room-details></div>` : nothing}
      </div>`;
  }

  #nothingOpen(route: Route) {
    if (route.kind === 'list') return html`<div class="none"><sotto-mark></sotto-mark>${this.#watch.state?.rooms.length === 0 ? nothing : html`<p>${words.choose}</p>`}</div>`;
    return html`<div class="none"><h1>${words.gone}</h1><button class="button" type="button" @click=${this.#up}>${words.back}</button></div>`;
  }

  #openSheet(state: EngineState) {
    if (this.sheet === null || this.care === null) return nothing;
    return this.care.drawSheet(this.sheet, {
      engine: this.engine, state,
      close: () => { this.sheet = null; },
      open: (sheet) => { this.#open(sheet); },
      openRoom: (room, message) => {
        this.target = message ?? null;
        this.#openRoom(room);
      },
      joinBy: (link) => { this.link = link; },
      left: () => { this.#navigation.go({ kind: 'list' }); },
      versions: this.versions, device: this.device, notices: this.notices,
      lock: this.lock, passkeys: this.passkeys, locking: this.#lock.state,
      update: this.#update,
    });
  }

  async #careFor(): Promise<void> {
    this.care ??= await loadCare();
  }

  #open(sheet: Sheet): void {
    this.sheet = sheet;
    // Nothing is lost where it cannot be fetched: the sheet stays away, and the next try asks again.
    this.#careFor().catch(() => { this.sheet = null; });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#key);
    // Once there is nothing better to do, so that the first sheet opens at once. What fails here is asked for again when wanted.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => {
      this.#careFor().catch(() => undefined);
      loadMedia();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#key);
  }

  #openRoom(room: RoomKey): void {
    this.#navigation.go({ kind: 'room', room });
  }

  #toggleDetails(room: RoomKey): void {
    if (this.#navigation.route.kind === 'details') this.#navigation.up();
    else this.#navigation.go({ kind: 'details', room });
  }

  readonly #update = (): void => {
    this.dispatchEvent(new CustomEvent('update'));
  };

  readonly #up = (): void => {
    this.#navigation.up();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || this.sheet !== null || this.#navigation.route.kind === 'list') return;
    // What floats above closes first, by itself.
    if (event.composedPath().some((node) => node instanceof HTMLElement && node.matches('dialog, :popover-open'))) return;
    event.preventDefault();
    this.#up();
  };

  async #moved(way: Way, from: Route): Promise<void> {
    // So that it is a whole screen that slides in.
    if (this.#navigation.route.kind === 'details') await loadCare().catch(() => undefined);
    await moveBetween(way, this.#wide.matches, async () => {
      this.requestUpdate();
      await this.updateComplete;
    });
    const { route } = this.#navigation;
    if (route.kind === 'list') this.list?.focusRow(from.kind === 'list' ? null : from.room);
    else if (route.kind === 'details') this.details?.focus();
    else this.conversation?.focus();
  }

  #roomKey(): RoomKey | null {
    const { route } = this.#navigation;
    return route.kind === 'list' ? null : route.room;
  }

  #room(state: EngineState): RoomSummary | undefined {
    const key = this.#roomKey();
    return state.rooms.find((room) => room.room === key);
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-app': SottoApp }
}
