/**
 * One room: its state, one queue through which everything that changes it goes, one step at a time, and
 * what it knows of its connection. What the steps do is in the files beside this one.
 */
import { equalBytes, toBase64Url, toHex } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { EngineError, type MessageItem, type MessageKey, type RoomKey, type TimelineItem } from '../api.ts';
import type { Member } from '../mls/index.ts';
import type { OutboxEntry, StoredFact, StoredItem, StoredPerson } from '../records/message-records.ts';
import type { Intent } from '../records/intent.ts';
import type { RoomRecord } from '../records/room-record.ts';
import { failureOf, type Failure } from '../recovery/failures.ts';
import type { RelayLink } from '../sync/relay-link.ts';
import { scheduleDoubt } from './apart.ts';
import { openRoom } from './catch-up.ts';
import { advanceCommit } from './commit.ts';
import { sweep } from './expiring.ts';
import type { RoomHost } from './host.ts';
import { shownItem, queuedItem } from './items.ts';
import { Outbox, type Outgoing } from './outbox.ts';
import type { Overlap } from './overlap.ts';
import { storedPerson } from './people.ts';
import { erase } from './leaving.ts';
import { scheduleReceipt } from './receipts.ts';
import { scheduleLook } from './dead-end.ts';
import { breakRoom } from './rejoin.ts';
import { sendOutbox } from './send.ts';
import { Signs } from './signals.ts';
import { loadGroup, loadPending, readLatest, Step, type RoomState } from './state.ts';
import { scheduleUpkeep, type Upkeep } from './upkeep.ts';
import { messageId, queuedEffects, storedMessage } from './upon-messages.ts';
import { askPeer } from './whisper.ts';
import { workOff, type Incoming } from './work-off.ts';

/** One of them may cross a commit on its way; so many do not. */
const TIMES_TURNED_AWAY = 3;

export class Room {
  readonly host: RoomHost;
  readonly key: RoomKey;
  readonly outbox: Outbox;
  state: RoomState;
  phase: 'offline' | 'opening' | 'catching-up' | 'live' = 'offline';
  pullRef = -1;
  /** Hex of the newest epoch whose key this connection has proved. */
  openedEpoch: string | undefined;
  commitInFlight = false;
  /** At the door: how often we asked on this connection. */
  asked = 0;
  /** What came and was not worked off yet. */
  inbox: Incoming[] = [];
  /** The relay was seen to have lost something, and its head was not reached since. */
  wentBack = false;
  /** In this try to open it the relay did not know our epoch, and was offered what led to it. */
  trailOffered = false;
  /** What has to come first after an opening. */
  overlap: Overlap | undefined;
  /** Why it is to be asked whether the room goes on from our epoch. */
  doubt: Extract<Failure, 'away-too-long' | 'commit-withheld'> | undefined;
  /** How often in this epoch the relay said that there is more than it gave. */
  #turnedAway = { epoch: '', times: 0 };
  receiptDue: (() => void) | undefined;
  readonly signs: Signs;
  leadDue: (() => void) | undefined;
  leadsIdly = false;
  look: (() => void) | undefined;
  doubtDue: (() => void) | undefined;
  /** How often it was looked, since this engine started, whether the room goes on elsewhere. */
  looks = 0;
  upkeep: { readonly what: Upkeep; readonly at: number; readonly cancel: () => void } | undefined;
  #retryDue: (() => void) | undefined;
  #queue: Promise<void> = Promise.resolve();
  #draining = false;
  #detached = false;
  /** Its group, and a commit that is on its way, are stored and were not read yet. */
  #isUnloaded = false;
  #loading: Promise<void> | undefined;
  readonly #awaited = new Map<string, (problem?: EngineError) => void>();

  constructor(host: RoomHost, record: RoomRecord, outbox: readonly OutboxEntry[], latest: StoredItem | null) {
    this.host = host;
    this.key = toBase64Url(record.room) as RoomKey;
    this.outbox = new Outbox(this.key, outbox);
    this.signs = new Signs(this);
    this.state = { record, mls: null, pending: null, latest };
  }

  /** In the room; or out of it, with the leave statement still to be sent. */
  get isActive(): boolean {
    const { record, mls } = this.state;
    return record.standing.kind === 'member' || (record.standing.kind === 'left' && mls !== null);
  }

  /** On the way in. */
  get isAtDoor(): boolean {
    const { kind } = this.state.record.standing;
    return kind === 'joining' || kind === 'waiting';
  }

  /** This device's person may do what admins may. */
  get isAdmin(): boolean {
    const me = this.host.profile().identityKey;
    return this.state.record.members.some(({ person, role }) => role !== 'member' && equalBytes(person, me));
  }

  /** To the relay where the room's log is. */
  get link(): RelayLink {
    return this.host.link(this.state.record.relay);
  }

  get isLive(): boolean {
    return this.phase === 'live' && this.openedEpoch === toHex(this.state.record.epoch);
  }

  /** Goes online. The group is loaded when something is first asked of it: of hundreds of rooms, few are needed soon. */
  start(): void {
    this.#isUnloaded = this.state.mls === null;
    if (this.#canWait()) return this.connect();
    void this.run(() => (this.state.record.forgotten && this.state.mls === null ? erase(this) : this.connect()));
  }

  /** Nothing of it that is shown, or is to be done, is known by its group alone. */
  #canWait(): boolean {
    const { standing, forgotten, leaves, knocks, wanted } = this.state.record;
    return this.#isUnloaded && standing.kind === 'member' && !forgotten && leaves.length + knocks.length + wanted.length + this.outbox.all.length === 0;
  }

  /** Resolves when the group is here, if there is one; it does not wait for what the room does with a relay. */
  async ready(): Promise<void> {
    await (this.#isUnloaded ? this.run(() => undefined) : this.#loading);
  }

  /** Resolves when everything that was begun is done. */
  idle(): Promise<void> {
    return this.#queue;
  }

  async #loadFirst(): Promise<void> {
    this.#isUnloaded = false;
    this.#loading = this.host.inTurn(() => this.#load());
    await this.#loading;
    this.#loading = undefined;
  }

  async #load(): Promise<void> {
    const { record } = this.state;
    try {
      const mls = await loadGroup(this.host, record);
      this.state = { ...this.state, mls, pending: await loadPending(this.host, record) };
      if (mls === null) await breakRoom(this, 'state-lost');
    } catch (cause) {
      const failure = failureOf(cause, 'loading');
      if (failure === undefined) throw cause;
      this.state = { ...this.state, mls: null, pending: null };
      await breakRoom(this, failure);
    }
  }

  /** The relay would not take what was made for our epoch, though it gave no successor of it: often enough, that is no chance any more. */
  turnedAway(): void {
    const epoch = toHex(this.state.record.epoch);
    this.#turnedAway = { epoch, times: this.#turnedAway.epoch === epoch ? this.#turnedAway.times + 1 : 1 };
    if (this.#turnedAway.times < TIMES_TURNED_AWAY || this.state.record.rejected > 0) return;
    this.#turnedAway = { epoch, times: 0 };
    this.doubt ??= 'commit-withheld';
  }

  connect(): void {
    if (this.isActive || this.isAtDoor) this.link.attach(this.state.record.room, (event) => this.#take(event));
  }

  /** Serial: each task sees the state that the one before it stored. Whatever it throws halts the engine. */
  run(task: () => Promise<void> | void): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#isUnloaded) await this.#loadFirst();
      await task();
    }).catch((cause: unknown) => this.host.halt(cause));
    return this.#queue;
  }

  /** The same for what may be refused: an {@link EngineError} is the caller's, and no fault of the engine. */
  async attempt(task: () => Promise<void> | void): Promise<void> {
    let refusal: EngineError | undefined;
    await this.run(async () => {
      try {
        await task();
      } catch (cause) {
        if (!(cause instanceof EngineError)) throw cause;
        refusal = cause;
      }
    });
    if (refusal !== undefined) throw refusal;
  }

  step(): Step {
    return new Step(this.state, this.outbox);
  }

  /** The one way to a new state. */
  async store(step: Step): Promise<void> {
    const before = this.state.record;
    this.state = await step.store(this.host);
    step.finish();
    this.tell(step.items);
    if (step.record !== before || step.items.length > 0) this.host.changed();
    if (step.record.nextDue !== before.nextDue) this.host.dueChanged();
    scheduleReceipt(this);
    scheduleUpkeep(this);
  }

  get nextDue(): number {
    return this.state.record.nextDue;
  }

  /** What is to disappear by now does. */
  sweep(): Promise<void> {
    return this.run(() => sweep(this));
  }

  tell(items: readonly StoredItem[]): void {
    this.#show(items.map((item) => this.shown(item)));
  }

  /** As the world sees it, with what the person has just done to it. */
  shown(item: StoredItem): TimelineItem {
    return shownItem(item, this.#told, item.kind === 'message' ? queuedEffects(this, item.id) : [], (index) => this.host.carrier.holdOf(this, item.kind === 'message' ? item : null, index));
  }

  /** What others said of having our messages, and having read them: to whoever says it too. */
  get #told(): Pick<RoomRecord, 'receivedThrough' | 'seenThrough' | 'aloneThrough'> {
    const { receivedThrough, seenThrough, aloneThrough } = this.state.record;
    const { deliveryReceipts, readReceipts } = this.host.preferences();
    return { receivedThrough: deliveryReceipts ? receivedThrough : 0, seenThrough: readReceipts ? seenThrough : 0, aloneThrough };
  }

  /** A message in the outbox. */
  queued(id: EnvelopeId): MessageItem | undefined {
    const outgoing = this.outbox.get(id);
    return outgoing === undefined ? undefined : queuedItem(this.host, outgoing, queuedEffects(this, id), this.state.record.agreed.disappearing, (index) => this.host.carrier.holdOf(this, { ...outgoing.entry, mine: true }, index));
  }

  tellQueued({ entry }: Outgoing): void {
    const item = this.queued(entry.id);
    this.#show(item === undefined ? [] : [item]);
  }

  /** The message, as it is now. */
  async tellMessage(key: MessageKey): Promise<void> {
    const stored = await storedMessage(this, key);
    const item = stored === undefined ? this.queued(messageId(key)) : this.shown(stored);
    this.#show(item === undefined ? [] : [item]);
  }

  #show(items: readonly TimelineItem[]): void {
    if (items.length > 0) this.host.items(this.key, items);
  }

  note(step: Step, seq: number, fact: StoredFact): void {
    if (step.record.standing.kind === 'left') return;
    const position = seq + step.record.shift;
    step.place({ kind: 'notice', id: `${this.key}.${position}`, position, at: this.host.clock.now(), fact });
  }

  storedPerson(member: Member): StoredPerson {
    return storedPerson(member);
  }

  freshId(): string {
    return toBase64Url(this.host.randomness.bytes(16));
  }

  async reloadLatest(): Promise<void> {
    this.state = { ...this.state, latest: await readLatest(this.host, this.key) };
    this.host.changed();
  }

  /** Adds a wish, durably; {@link awaitIntent} tells how it ended. */
  async want(intent: Intent): Promise<void> {
    const step = this.step();
    step.update({ wanted: [...step.record.wanted, intent] });
    await this.store(step);
  }

  awaitIntent(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaited.set(id, (problem) => (problem === undefined ? resolve() : reject(problem)));
    });
  }

  fulfilled(id: string, problem?: EngineError): void {
    this.#awaited.get(id)?.(problem);
    this.#awaited.delete(id);
  }

  keepSecret(step: Step, intent: Extract<Intent, { kind: 'invite' }>): void {
    step.change({ kind: 'put', store: 'meta', key: ['invite', this.key, intent.id], value: intent.secret });
  }

  /** The room's log goes on at another relay. */
  moveFrom(relay: string): void {
    this.host.link(relay).detach(this.state.record.room);
    this.inbox = [];
    this.phase = 'offline';
    this.overlap = undefined;
    this.doubt = undefined;
    this.#cancelTimers();
    this.disconnected();
    this.connect();
  }

  /** Nothing to hear or say there any more. */
  left(): void {
    this.phase = 'offline';
    this.host.carrier.leave(this);
    this.#cancelTimers();
    // Another may be in its place by now.
    if (!this.#detached) this.link.detach(this.state.record.room);
  }

  /** For good: the engine closes. */
  stop(): void {
    this.left();
    this.#detached = true;
    this.inbox = [];
  }

  #cancelTimers(): void {
    this.signs.unheard();
    for (const cancel of [this.#retryDue, this.receiptDue, this.leadDue, this.look, this.doubtDue, this.upkeep?.cancel]) cancel?.();
    this.#retryDue = this.receiptDue = this.leadDue = this.look = this.doubtDue = this.upkeep = undefined;
  }

  async open(): Promise<void> {
    this.openedEpoch = undefined;
    await openRoom(this);
  }

  /** Opens, or joins, again after so many milliseconds, if the connection still stands. */
  tryAgain(wait: number): void {
    this.#retryDue?.();
    this.#retryDue = this.host.clock.after(wait, () => {
      this.#retryDue = undefined;
      if (this.phase !== 'offline') this.#take({ kind: 'again' });
    });
  }

  /** Sends nothing before the room has been opened and pulled once more, after so many milliseconds. */
  seeAgain(wait: number): void {
    if (this.phase === 'offline') return;
    this.phase = 'opening';
    if (this.#retryDue === undefined) this.tryAgain(wait);
  }

  /** Something may be sent now. */
  poke(): void {
    this.#drain();
  }

  #take(event: Incoming): void {
    if (this.#detached) return;
    // Of this moment, and of no order: it does not wait for what does.
    if (event.kind === 'envelope' && event.envelope.kind === 'signal') return this.signs.take(event.envelope);
    this.inbox.push(event);
    this.#drain();
  }

  #drain(): void {
    if (this.#draining || this.#detached) return;
    this.#draining = true;
    void this.run(async () => {
      this.#draining = false;
      while (this.inbox.length > 0) await workOff(this);
      await askPeer(this);
      await advanceCommit(this);
      await sendOutbox(this);
      this.host.carrier.look(this);
      scheduleReceipt(this);
      scheduleUpkeep(this);
      scheduleLook(this);
      scheduleDoubt(this);
    });
  }

  /** All that was known of the connection is void. */
  disconnected(): void {
    this.signs.unheard();
    this.openedEpoch = undefined;
    this.trailOffered = false;
    this.overlap = undefined;
    this.commitInFlight = false;
    this.asked = 0;
    this.outbox.disconnected();
  }
}
