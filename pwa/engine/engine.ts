/** The engine: one profile's rooms over the ports, behind the interface in `api.ts`. */
import { fromBase64Url, fromUtf8, utf8 } from '../../shared/bytes.ts';
import {
  EngineError, type Alarm, type Connection, type Draft, type Engine, type EngineEvent, type EngineState, type Invite, type InvitePreview, type InviteTerms, type MessageKey,
  type Person, type PersonKey, type Preferences, type PushAddress, type Role, type RoomKey, type RoomLook, type RoomPlace, type RoomSecurity, type RoomSettings, type SafetyNumber, type SearchPage, type SearchQuery, type TimelinePage, type TimelineSpan, type Verification,
} from './api.ts';
import { createRoom } from './actor/create-room.ts';
import type { RoomHost } from './actor/host.ts';
import { createInvite, listInvites, revokeInvite } from './actor/invites.ts';
import { removeMember, renameRoom, setLook, setRole, setSettings, unban } from './actor/membership.ts';
import { answerRequest, messagePerson } from './actor/direct.ts';
import { answerKnock } from './actor/knocks.ts';
import { forget, leave } from './actor/leaving.ts';
import { moveRoom } from './actor/moving.ts';
import { personOf } from './actor/people.ts';
import { turns } from './actor/turns.ts';
import { acknowledge } from './actor/recognition.ts';
import { rejoin } from './actor/rejoin.ts';
import { setPlace } from './actor/keeping.ts';
import { sayNotToWake, sayWhereToWake } from './actor/waking.ts';
import { tellReceived } from './actor/receipts.ts';
import { Room } from './actor/room.ts';
import { securityOf } from './actor/security.ts';
import { timelinePage } from './actor/pages.ts';
import { enqueueMessage, markRead, summaryOf } from './actor/timeline.ts';
import { Elapsed } from './expiry/elapsed.ts';
import { Sweeper } from './expiry/sweeper.ts';
import { asEngineError, codeOf } from './engine-error.ts';
import { beginJoin, loadRooms, previewInvite } from './arrivals.ts';
import { Carrier } from './media/carrier.ts';
import { loadSodium, makeIdentity, type IdentityKey } from './mls/index.ts';
import type { EngineOptions } from './options.ts';
import { StorageError, type Change, type Storage, type Writer } from './ports/storage.ts';
import { safetyNumber, setVerified, verify } from './people-known.ts';
import { DEFAULT_PREFERENCES, decodePreferences, encodePreferences, PREFERENCES_KEY } from './records/preferences-record.ts';
import { decodeProfile, encodeProfile, PROFILE_KEY, type Profile } from './records/profile-record.ts';
import { decodePush, PUSH_KEY, pushChange, pushSubscription, type PushSubscriptionWire } from './records/push-record.ts';
import { sealedStorage } from './records/sealed-storage.ts';
import { neutralised } from './rooms/names.ts';
import { SearchIndex } from './search/index.ts';
import { IndexKeeper } from './search/keeper.ts';
import { RoomWork } from './room-work.ts';
import { Disconnected, problemOf, RelayRefusal } from './sync/refusal.ts';
import { RelayLink } from './sync/relay-link.ts';
import { VerifiedPeople } from './trust/verified.ts';

/** Starts an engine, which from then on is the only one that can write to this storage. Rejects with {@link EngineError}. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  try {
    await loadSodium();
    const storage = sealedStorage(options.storage, await options.deviceKey.deviceKey());
    const engine = new LocalEngine(options, storage, await storage.claim());
    await engine.start();
    return engine;
  } catch (cause) {
    throw asEngineError(cause);
  }
}

/** Groups that are read at a time. */
const AT_ONCE = 4;

class LocalEngine extends RoomWork implements Engine {
  readonly #options: EngineOptions;
  readonly #storage: Storage;
  readonly #writer: Writer;
  readonly #host: RoomHost;
  protected readonly carrier: Carrier;
  readonly #index: SearchIndex;
  readonly #keeper: IndexKeeper;
  readonly #sweeper: Sweeper;
  #stopMuteTimer: () => void = () => undefined;
  readonly #rooms = new Map<string, Room>();
  readonly #links = new Map<string, RelayLink>();
  readonly #drafts = new Map<string, string>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #profile: Profile | null = null;
  #preferences: Preferences = DEFAULT_PREFERENCES;
  #push: PushSubscriptionWire | null = null;
  #halted: EngineError | undefined;
  #announced = false;

  constructor(options: EngineOptions, storage: Storage, writer: Writer) {
    super();
    this.#options = options;
    this.#storage = storage;
    this.#writer = writer;
    this.carrier = new Carrier({
      storage, clock: options.clock, randomness: options.randomness, blobs: options.blobs, write: (changes) => this.#write(changes), writeIfSpace: (changes) => this.#write(changes, true),
      preferences: () => this.#preferences, rooms: () => [...this.#rooms.values()], changed: () => this.#changed(), gone: (room, messages) => this.#host.gone(room, messages), halt: (cause) => this.#halt(cause),
      transfer: (at, transfer) => this.#emit({ kind: 'transfer', at, transfer }),
    });
    this.#host = {
      storage, clock: options.clock, randomness: options.randomness, appOrigin: options.appOrigin, renewEvery: (options.renewAfterDays ?? 7) * 24 * 3_600_000,
      verified: new VerifiedPeople(), elapsed: new Elapsed(options.clock), carrier: this.carrier,
      creationToken: (relay) => options.creationTokens?.[relay],
      profile: () => this.#requireProfile(),
      preferences: () => this.#preferences,
      link: (relay) => this.#link(relay),
      push: (relay) => (relay === options.relay ? this.#push : null),
      write: (changes) => this.#write(changes),
      writeIfSpace: (changes) => this.#write(changes, true),
      inTurn: turns(AT_ONCE),
      changed: () => this.#changed(),
      dueChanged: () => this.#sweeper.schedule(),
      muteChanged: () => this.#awaitUnmuting(),
      rooms: () => [...this.#rooms.values()],
      adopt: (record) => this.#adopt(new Room(this.#host, record, [], null)),
      dropped: (room) => {
        this.#rooms.delete(room);
        this.#drafts.delete(room);
        this.#keeper.touch(room);
        this.#changed();
      },
      items: (room, items) => {
        this.#keeper.touch(room);
        this.#emit({ kind: 'timeline', room: room as RoomKey, items });
      },
      gone: (room, messages) => {
        this.#keeper.touch(room);
        this.#emit({ kind: 'gone', room: room as RoomKey, messages });
      },
      halt: (cause) => this.#halt(cause),
    };
    this.#sweeper = new Sweeper(this.#host.elapsed, () => this.#rooms.values(), (changes) => this.#write(changes, true));
    this.#index = new SearchIndex({ storage, write: (changes) => this.#write(changes, true), rooms: () => this.#rooms.keys() });
    this.#keeper = new IndexKeeper(this.#index, options.clock, (cause) => {
      if (codeOf(cause) !== 'storage-full') this.#halt(cause);
    });
  }

  async start(): Promise<void> {
    const stored = await this.#storage.get('meta', PROFILE_KEY);
    this.#profile = stored === undefined ? null : (decodeProfile(stored) ?? null);
    if (this.#profile === null) return;
    const preferences = await this.#storage.get('meta', PREFERENCES_KEY);
    this.#preferences = (preferences && decodePreferences(preferences)) ?? DEFAULT_PREFERENCES;
    const push = await this.#storage.get('meta', PUSH_KEY);
    this.#push = (push && decodePush(push)) ?? null;
    await this.#host.verified.load(this.#storage);
    await this.#host.elapsed.load(this.#storage);
    for (const { key, value } of await this.#storage.range('drafts', { prefix: [] })) this.#drafts.set(String(key[0]), fromUtf8(value));
    for (const room of await loadRooms(this.#host)) this.#rooms.set(room.key, room);
    for (const room of this.#rooms.values()) room.start();
    this.carrier.loaded().catch((cause: unknown) => this.#halt(cause));
    this.#keeper.start();
    this.#sweeper.schedule();
    this.#awaitUnmuting();
  }

  #link(relay: string): RelayLink {
    let link = this.#links.get(relay);
    if (link === undefined) {
      const { transport, clock, randomness } = this.#options;
      link = new RelayLink({ relay, transport, clock, randomness, changed: () => this.#changed() });
      this.#links.set(relay, link);
    }
    return link;
  }

  async #write(changes: readonly Change[], mayBeFull = false): Promise<void> {
    if (this.#halted !== undefined) throw this.#halted;
    try {
      await this.#storage.write(this.#writer, changes);
    } catch (cause) {
      if (!(mayBeFull && cause instanceof StorageError && cause.code === 'full')) this.#halt(cause);
      throw asEngineError(cause);
    }
  }

  #halt(cause: unknown): void {
    if (this.#halted !== undefined) return;
    this.#halted = asEngineError(cause);
    this.#stop();
    this.#emit({ kind: 'halted', problem: this.#halted.problem });
  }

  #stop(): void {
    this.carrier.stop();
    this.#keeper.stop();
    this.#sweeper.stop();
    this.#stopMuteTimer();
    for (const room of this.#rooms.values()) room.stop();
    for (const link of this.#links.values()) link.close();
  }

  #emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Many changes in one turn are one event. */
  #changed(): void {
    if (this.#announced || this.#listeners.size === 0) return;
    this.#announced = true;
    this.#options.clock.after(0, () => {
      this.#announced = false;
      if (this.#halted === undefined) this.#emit({ kind: 'state', state: this.#state() });
    });
  }

  #requireProfile(): Profile {
    if (this.#profile === null) throw new EngineError('no-profile', 'There is no profile yet.');
    return this.#profile;
  }

  protected room(room: RoomKey): Room {
    this.#requireRunning();
    const found = this.#rooms.get(room);
    if (found === undefined || found.state.record.forgotten) throw new EngineError('not-a-member', 'There is no such room on this device.');
    return found;
  }

  #requireRunning(): void {
    if (this.#halted !== undefined) throw this.#halted;
  }

  /** That of the relay for new rooms where it is in use, else of another; with no rooms there is nothing to be offline from. */
  #connection(): Connection {
    const used = [...this.#rooms.values()].filter((room) => room.isActive || room.isAtDoor).map(({ link }) => link);
    const link = used.find(({ relay }) => relay === this.#options.relay) ?? used[0];
    return link?.state ?? { kind: 'online' };
  }

  #state(): EngineState {
    return {
      profile: this.#profile === null ? null : personOf({ person: this.#profile.identityKey, name: this.#profile.name }),
      preferences: this.#preferences,
      rooms: [...this.#rooms.values()].filter((room) => !room.state.record.forgotten).map((room) => summaryOf(room, this.#drafts.get(room.key) ?? '')),
      connection: this.#connection(),
      unsent: [...this.#rooms.values()].reduce((sum, { outbox }) => sum + outbox.all.filter(({ acked, refused }) => !acked && !refused).length, 0),
      behind: [...this.#rooms.values()].filter((room) => room.isActive && (!room.isLive || room.inbox.length > 0)).length,
    };
  }

  protected async settled<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.#requireRunning();
      return await work();
    } catch (cause) {
      throw asEngineError(cause);
    }
  }

  state(): Promise<EngineState> {
    return this.settled(async () => this.#state());
  }

  setPreferences(change: Partial<Preferences>): Promise<void> {
    return this.settled(async () => {
      const preferences = { ...this.#preferences, ...change };
      await this.#write([{ kind: 'put', store: 'meta', key: PREFERENCES_KEY, value: encodePreferences(preferences) }], true);
      this.#preferences = preferences;
      this.#changed();
      for (const room of this.#rooms.values()) void room.run(() => tellReceived(room, 0, Number.MAX_SAFE_INTEGER));
    });
  }

  typing(room: RoomKey, on: boolean): Promise<void> {
    return this.settled(async () => this.room(room).signs.sayTyping(on));
  }

  attend(open: RoomKey | null): Promise<void> {
    return this.settled(async () => {
      for (const room of this.#rooms.values()) if (room.key === open || room.state.record.agreed.kind === 'direct') room.signs.sayPresence();
    });
  }

  setPlace(room: RoomKey, place: Partial<RoomPlace>): Promise<void> {
    return this.settled(() => setPlace(this.room(room), place));
  }

  /** Where the time for which a room is muted ends, lists and badges are told. */
  #awaitUnmuting(): void {
    this.#stopMuteTimer();
    const { clock } = this.#options;
    const ends = [...this.#rooms.values()].flatMap(({ state: { record } }) => record.place.muted?.until ?? []).filter((until) => until > clock.now());
    if (ends.length === 0) return;
    // Browsers cannot wait for weeks.
    this.#stopMuteTimer = clock.after(Math.min(3_600_000, Math.min(...ends) - clock.now()), () => {
      this.#changed();
      this.#awaitUnmuting();
    });
  }

  createProfile(given: string): Promise<Person> {
    return this.settled(async () => {
      if (this.#profile === null) {
        const profile = { ...makeIdentity(), name: neutralised(given) };
        await this.#write([{ kind: 'put', store: 'meta', key: PROFILE_KEY, value: encodeProfile(profile) }], true);
        this.#profile = profile;
        this.#changed();
      }
      return personOf({ person: this.#profile.identityKey, name: this.#profile.name });
    });
  }

  setName(given: string): Promise<Person> {
    return this.settled(async () => {
      const profile = { ...this.#requireProfile(), name: neutralised(given) };
      await this.#write([{ kind: 'put', store: 'meta', key: PROFILE_KEY, value: encodeProfile(profile) }], true);
      this.#profile = profile;
      this.#changed();
      for (const room of this.#rooms.values()) room.poke();
      return personOf({ person: profile.identityKey, name: profile.name });
    });
  }

  #adopt(room: Room): RoomKey {
    this.#rooms.get(room.key)?.stop();
    this.#rooms.set(room.key, room);
    room.start();
    this.#changed();
    return room.key;
  }

  createRoom(name: string): Promise<RoomKey> {
    return this.settled(async () => this.#adopt(await createRoom(this.#host, this.#options.relay, this.#options.suite ?? 'xwing', name)));
  }

  createInvite(room: RoomKey, terms: InviteTerms): Promise<Invite> {
    return this.settled(() => createInvite(this.room(room), terms));
  }

  invites(room: RoomKey): Promise<readonly Invite[]> {
    return this.settled(() => listInvites(this.room(room)));
  }

  previewInvite(link: string): Promise<InvitePreview> {
    return this.settled(() => previewInvite(this.#host, this.#rooms, link));
  }

  join(link: string): Promise<RoomKey> {
    return this.settled(async () => {
      const joined = await beginJoin(this.#host, this.#rooms, link);
      return this.#rooms.get(joined.key) === joined ? joined.key : this.#adopt(joined);
    });
  }

  answerKnock(room: RoomKey, knock: string, admit: boolean): Promise<void> {
    return this.settled(() => answerKnock(this.room(room), knock, admit));
  }

  forget(room: RoomKey): Promise<void> {
    return this.settled(() => forget(this.room(room)));
  }

  messagePerson(room: RoomKey, person: PersonKey): Promise<RoomKey> {
    return this.settled(async () => {
      const found = await messagePerson(this.room(room), identityOf(person), this.#options.suite ?? 'xwing');
      return this.#rooms.get(found.key) === found ? found.key : this.#adopt(found);
    });
  }

  answerRequest(room: RoomKey, accept: boolean): Promise<void> {
    return this.settled(() => answerRequest(this.room(room), accept));
  }

  leave(room: RoomKey): Promise<void> {
    return this.settled(() => leave(this.room(room)));
  }

  revokeInvite(room: RoomKey, invite: string): Promise<void> {
    return this.settled(() => revokeInvite(this.room(room), invite));
  }

  renameRoom(room: RoomKey, name: string): Promise<void> {
    return this.settled(() => renameRoom(this.room(room), name));
  }

  setLook(room: RoomKey, look: RoomLook): Promise<void> {
    return this.settled(() => setLook(this.room(room), look));
  }

  setSettings(room: RoomKey, settings: Partial<RoomSettings>): Promise<void> {
    return this.settled(() => setSettings(this.room(room), settings));
  }

  setRole(room: RoomKey, person: PersonKey, role: Role): Promise<void> {
    return this.settled(() => setRole(this.room(room), identityOf(person), role));
  }

  removeMember(room: RoomKey, person: PersonKey, how: { readonly ban: boolean } = { ban: false }): Promise<void> {
    return this.settled(() => removeMember(this.room(room), identityOf(person), how.ban));
  }

  unban(room: RoomKey, person: PersonKey): Promise<void> {
    return this.settled(() => unban(this.room(room), identityOf(person)));
  }

  send(room: RoomKey, id: MessageKey, content: Draft): Promise<void> {
    return this.settled(async () => {
      const found = this.room(room);
      const draft = this.#drafts.get(found.key);
      // The draft that this was goes in the same step: a crash between the two would offer the message once more.
      const sent = 'text' in content && draft?.trim() === content.text.trim();
      await enqueueMessage(found, id, content, sent ? [{ kind: 'delete', store: 'drafts', key: [found.key] }] : []);
      if (sent && this.#drafts.get(found.key) === draft) this.#drafts.delete(found.key);
    });
  }

  timeline(room: RoomKey, span: TimelineSpan): Promise<TimelinePage> {
    return this.showing(room, (found) => timelinePage(found, span));
  }

  markRead(room: RoomKey, position: number): Promise<void> {
    return this.settled(async () => {
      const found = this.room(room);
      await found.run(() => markRead(found, position));
    });
  }

  setDraft(room: RoomKey, text: string): Promise<void> {
    return this.settled(async () => {
      const { key } = this.room(room);
      if (text === '') this.#drafts.delete(key);
      else this.#drafts.set(key, text);
      await this.#write([text === '' ? { kind: 'delete', store: 'drafts', key: [key] } : { kind: 'put', store: 'drafts', key: [key], value: utf8(text) }], true);
      this.#changed();
    });
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.settled(async () => {
      await this.carrier.loaded();
      const { hits, next } = await this.#index.search(query);
      return {
        next,
        found: hits.flatMap(({ room, message, places }) => {
          const found = this.#rooms.get(room);
          if (found === undefined || found.state.record.forgotten) return [];
          const item = found.shown(message);
          return item.kind === 'message' ? { room: room as RoomKey, item, places } : [];
        }),
      };
    });
  }

  dismissAlarm(room: RoomKey, kind: Alarm['kind']): Promise<void> {
    return this.settled(async () => {
      const found = this.room(room);
      await found.run(() => {
        const step = found.step();
        step.update({ alarms: step.record.alarms.filter((alarm) => alarm.kind !== kind) });
        return found.store(step);
      });
    });
  }

  security(room: RoomKey): Promise<RoomSecurity> {
    return this.settled(() => securityOf(this.room(room)));
  }

  safetyNumber(person: PersonKey): Promise<SafetyNumber> {
    return this.settled(async () => safetyNumber(this.#host, this.#rooms, identityOf(person)));
  }

  verify(person: PersonKey, scanned: string): Promise<Verification> {
    return this.settled(() => verify(this.#host, this.#rooms, identityOf(person), scanned));
  }

  setVerified(person: PersonKey, verified: boolean): Promise<void> {
    return this.settled(() => setVerified(this.#host, this.#rooms, identityOf(person), verified));
  }

  acknowledge(room: RoomKey, person: PersonKey): Promise<void> {
    return this.settled(() => acknowledge(this.room(room), identityOf(person)));
  }

  moveRoom(room: RoomKey, relay: string): Promise<void> {
    return this.settled(() => moveRoom(this.room(room), relay));
  }

  rejoin(room: RoomKey): Promise<void> {
    return this.settled(() => rejoin(this.room(room)));
  }

  wake(): Promise<void> {
    return this.settled(async () => {
      for (const room of this.#rooms.values()) {
        if (room.isActive || room.isAtDoor) room.link.wake();
      }
    });
  }

  pushKey(): Promise<Uint8Array | null> {
    return this.settled(async () => {
      const link = this.#link(this.#options.relay);
      try {
        await link.ready();
        const answer = await link.ask({ t: 'push-key' });
        return answer.t === 'push-key' ? answer.key : null;
      } catch (cause) {
        if (cause instanceof RelayRefusal && cause.code === 'push-off') return null;
        if (cause instanceof RelayRefusal) throw new EngineError(problemOf(cause.code), cause.message, { cause });
        if (cause instanceof Disconnected) throw new EngineError('relay-unreachable', 'The relay cannot be reached.', { cause });
        throw cause;
      }
    });
  }

  setPush(address: PushAddress | null): Promise<void> {
    return this.settled(async () => {
      const before = this.#push;
      const next = address === null ? null : (pushSubscription(address) ?? null);
      await this.#write([pushChange(next)], true);
      this.#push = next;
      for (const room of this.#rooms.values()) {
        if (room.state.record.relay !== this.#options.relay) continue;
        if (before !== null && before.endpoint !== next?.endpoint) sayNotToWake(room, before.endpoint);
        if (next !== null && room.isLive) sayWhereToWake(room);
      }
    });
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }


  async close(): Promise<void> {
    if (this.#halted === undefined) this.#halted = new EngineError('superseded', 'The engine was closed.');
    this.#stop();
    await Promise.all([...this.#rooms.values()].map((room) => room.idle()));
    this.#storage.close();
  }
}

function identityOf(person: PersonKey): IdentityKey {
  const key = fromBase64Url(person);
  if (key?.length !== 32) throw new EngineError('not-a-member', 'That is no person.');
  return key as IdentityKey;
}
