import { EngineError } from '../../pwa/engine/api.ts';
import type {
  Alarm, Connection, Content, Engine, EngineEvent, EngineState, Invite, InvitePreview, InviteTerms, Member, MessageItem, MessageKey, Person, PersonKey, ProblemCode,
  Role, RoomKey, RoomSummary, SearchPage, SearchQuery, TimelineItem, TimelinePage,
} from '../../pwa/engine/api.ts';
import { folded } from '../../pwa/engine/search/folding.ts';
import { holdsAll, placesOf, termsOf } from '../../pwa/engine/search/query.ts';

/** What can be made to fail or to wait. */
export type Call = 'state' | 'createProfile' | 'createRoom' | 'createInvite' | 'previewInvite' | 'join' | 'removeMember' | 'send' | 'timeline' | 'setDraft' | 'search' | 'dismissAlarm';

export interface FakeRoom {
  readonly summary: Omit<RoomSummary, 'latest'>;
  readonly items: readonly TimelineItem[];
}

export interface FakeScript {
  readonly profile?: Person | null;
  readonly rooms?: readonly FakeRoom[];
  readonly connection?: Connection;
  readonly invites?: readonly Invite[];
  readonly preview?: InvitePreview;
  readonly failing?: Readonly<Partial<Record<Call, ProblemCode>>>;
  /** Calls that wait until {@link FakeEngine.release}. */
  readonly held?: readonly Call[];
}

export const LINK = 'https://sotto.example/#join/pGF2AWRyb29tWCCb1pY3mYQ2cQm0Yk3nX8uVdRkZ0pHh2tKq9sWf7AxJ5mZpbnZpdGVyUOu1';

const PLAIN = {
  kind: 'group', look: { hue: null, picture: null }, settings: { approval: false }, role: 'member', banned: [], knocks: [], unacknowledged: [],
} as const satisfies Partial<RoomSummary>;

const asMember = ({ person, name }: Person, role: Role = 'member'): Member => ({
  person, name, role, verified: false, sameNameAs: null, lastSeenAt: 0, keysFrom: 0, leaving: false, devices: 1,
});

/** An engine over scripted data: what the UI asks of it is recorded, what it answers is decided beforehand. */
export class FakeEngine implements Engine {
  readonly calls: { readonly call: string; readonly with: readonly unknown[] }[] = [];
  readonly failing: Map<Call, ProblemCode>;
  #profile: Person | null;
  #connection: Connection;
  readonly #rooms = new Map<RoomKey, { summary: Omit<RoomSummary, 'latest'>; items: TimelineItem[] }>();
  #invites: readonly Invite[];
  readonly #preview: InvitePreview | undefined;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #held: Set<Call>;
  readonly #waiting = new Map<Call, (() => void)[]>();

  constructor(script: FakeScript = {}) {
    this.#profile = script.profile ?? null;
    this.#connection = script.connection ?? { kind: 'online' };
    this.#invites = script.invites ?? [];
    this.#preview = script.preview;
    this.failing = new Map(Object.entries(script.failing ?? {}) as [Call, ProblemCode][]);
    this.#held = new Set(script.held);
    for (const room of script.rooms ?? []) this.#rooms.set(room.summary.room, { summary: room.summary, items: [...room.items] });
  }

  /** Lets calls that wait go on. */
  release(call: Call): void {
    this.#held.delete(call);
    for (const go of this.#waiting.get(call) ?? []) go();
    this.#waiting.delete(call);
  }

  hold(call: Call): void {
    this.#held.add(call);
  }

  asked(call: string): readonly (readonly unknown[])[] {
    return this.calls.filter((one) => one.call === call).map((one) => one.with);
  }

  /** Somebody writes. */
  arrive(room: RoomKey, sender: Person, text: string): MessageItem {
    const at = this.#at(room);
    const item: MessageItem = {
      kind: 'message', id: `fake-${at.items.length}` as MessageKey, position: this.#nextPosition(room), sender, mine: false,
      sentAt: Date.now(), content: { kind: 'text', text }, status: null,
    };
    at.items.push(item);
    at.summary = { ...at.summary, unread: at.summary.unread + 1 };
    this.#emit({ kind: 'timeline', room, items: [item] });
    this.#emitState();
    return item;
  }

  /** The relay takes a queued message, or a device gets it. */
  settle(room: RoomKey, id: MessageKey, status: 'sent' | 'received'): void {
    const at = this.#at(room);
    const index = at.items.findIndex((item) => item.id === id);
    const item = at.items[index];
    if (item?.kind !== 'message') throw new Error(`There is no message ${id}.`);
    const settled: MessageItem = { ...item, status, position: item.position ?? this.#nextPosition(room) };
    at.items[index] = settled;
    this.#emit({ kind: 'timeline', room, items: [settled] });
    this.#emitState();
  }

  connect(connection: Connection): void {
    this.#connection = connection;
    this.#emitState();
  }

  halt(code: ProblemCode): void {
    this.#emit({ kind: 'halted', problem: { code, detail: 'scripted' } });
  }

  state(): Promise<EngineState> {
    return this.#answer('state', [], () => this.#state());
  }

  createProfile(name: string): Promise<Person> {
    return this.#answer('createProfile', [name], () => {
      const profile = { person: 'fake-me' as PersonKey, name };
      this.#profile = profile;
      this.#emitState();
      return profile;
    });
  }

  createRoom(name: string): Promise<RoomKey> {
    return this.#answer('createRoom', [name], () => {
      const me = this.#me();
      const room = `fake-room-${this.#rooms.size}` as RoomKey;
      this.#rooms.set(room, {
        summary: {
          room, ...PLAIN, name, standing: { kind: 'member' }, me: me.person, members: [asMember(me, 'owner')], role: 'owner', relay: 'https://sotto.example', confirmed: true, unread: 0, readThrough: 0, draft: '',
          alarms: [], createdAt: Date.now(),
        },
        items: [],
      });
      this.#emitState();
      return room;
    });
  }

  createInvite(room: RoomKey, terms: InviteTerms): Promise<Invite> {
    return this.#answer('createInvite', [room, terms], () => {
      const invite: Invite = {
        id: `fake-invite-${this.#invites.length}`, link: LINK, expires: terms.hours === 0 ? 0 : Date.now() + terms.hours * 3_600_000, uses: terms.uses, used: 0, role: terms.role ?? 'member', label: terms.label ?? '', by: this.#me(),
      };
      this.#invites = [...this.#invites, invite];
      return invite;
    });
  }

  invites(room: RoomKey): Promise<readonly Invite[]> {
    this.calls.push({ call: 'invites', with: [room] });
    return Promise.resolve(this.#invites);
  }

  previewInvite(link: string): Promise<InvitePreview> {
    return this.#answer('previewInvite', [link], () => {
      if (this.#preview === undefined) throw new EngineError('invite-unknown', 'no invite is scripted');
      return this.#preview;
    });
  }

  join(link: string): Promise<RoomKey> {
    return this.#answer('join', [link], () => {
      const preview = this.#preview;
      if (preview === undefined) throw new EngineError('invite-unknown', 'no invite is scripted');
      const me = this.#me();
      if (!this.#rooms.has(preview.room)) {
        this.#rooms.set(preview.room, {
          summary: {
            room: preview.room, ...PLAIN, name: preview.name, standing: { kind: 'joining' }, me: me.person, members: [...preview.members, me].map((one) => asMember(one)), relay: preview.relay, confirmed: false, unread: 0,
            readThrough: 0, draft: '', alarms: [], createdAt: Date.now(),
          },
          items: [],
        });
        this.#emitState();
      }
      return preview.room;
    });
  }

  removeMember(room: RoomKey, person: PersonKey): Promise<void> {
    return this.#answer('removeMember', [room, person], () => {
      const at = this.#at(room);
      at.summary = { ...at.summary, members: at.summary.members.filter((member) => member.person !== person) };
      this.#emitState();
    });
  }

  send(room: RoomKey, id: MessageKey, content: Content): Promise<void> {
    return this.#answer('send', [room, id, content], () => {
      const at = this.#at(room);
      if (at.items.some((item) => item.id === id)) return;
      const item: MessageItem = { kind: 'message', id, position: null, sender: this.#me(), mine: true, sentAt: Date.now(), content, status: 'queued' };
      at.items.push(item);
      this.#emit({ kind: 'timeline', room, items: [item] });
      this.#emitState();
    });
  }

  timeline(room: RoomKey, page: { readonly before?: number; readonly limit: number }): Promise<TimelinePage> {
    return this.#answer('timeline', [room, page], () => {
      const { items } = this.#at(room);
      const before = page.before;
      const eligible = before === undefined ? items : items.filter((item) => item.position !== null && item.position < before);
      return { items: eligible.slice(-page.limit), hasOlder: eligible.length > page.limit };
    });
  }

  markRead(room: RoomKey, position: number): Promise<void> {
    this.calls.push({ call: 'markRead', with: [room, position] });
    const at = this.#at(room);
    const unread = at.items.filter((item) => item.kind === 'message' && !item.mine && (item.position ?? 0) > position).length;
    at.summary = { ...at.summary, readThrough: position, unread };
    this.#emitState();
    return Promise.resolve();
  }

  setDraft(room: RoomKey, text: string): Promise<void> {
    return this.#answer('setDraft', [room, text], () => {
      const at = this.#at(room);
      at.summary = { ...at.summary, draft: text };
      this.#emitState();
    });
  }

  search({ text, room: only, from, since, until, limit }: SearchQuery): Promise<SearchPage> {
    const terms = termsOf(text);
    const found = terms.length === 0 ? [] : [...this.#rooms].flatMap(([room, { items }]) => items.flatMap((item) => {
      if (item.kind !== 'message' || item.content.kind !== 'text' || (only !== undefined && room !== only) || (from !== undefined && item.sender.person !== from)) return [];
      if ((since !== undefined && item.sentAt < since) || (until !== undefined && item.sentAt >= until)) return [];
      return holdsAll(folded(item.content.text), terms) ? { room, item, places: placesOf(item.content.text, terms) } : [];
    }));
    return this.#answer('search', [text], () => ({ found: found.sort((a, b) => b.item.sentAt - a.item.sentAt).slice(0, limit), next: null }));
  }

  dismissAlarm(room: RoomKey, kind: Alarm['kind']): Promise<void> {
    return this.#answer('dismissAlarm', [room, kind], () => {
      const at = this.#at(room);
      at.summary = { ...at.summary, alarms: at.summary.alarms.filter((alarm) => alarm.kind !== kind) };
      this.#emitState();
    });
  }

  readonly setName = this.#unscripted('setName');
  readonly renameRoom = this.#unscripted('renameRoom');
  readonly setLook = this.#unscripted('setLook');
  readonly setSettings = this.#unscripted('setSettings');
  readonly revokeInvite = this.#unscripted('revokeInvite');
  readonly answerKnock = this.#unscripted('answerKnock');
  readonly setRole = this.#unscripted('setRole');
  readonly unban = this.#unscripted('unban');
  readonly leave = this.#unscripted('leave');
  readonly forget = this.#unscripted('forget');
  readonly messagePerson = this.#unscripted('messagePerson');
  readonly answerRequest = this.#unscripted('answerRequest');
  readonly moveRoom = this.#unscripted('moveRoom');
  readonly security = this.#unscripted('security');
  readonly safetyNumber = this.#unscripted('safetyNumber');
  readonly verify = this.#unscripted('verify');
  readonly setVerified = this.#unscripted('setVerified');
  readonly acknowledge = this.#unscripted('acknowledge');
  readonly rejoin = this.#unscripted('rejoin');

  #unscripted(call: string): (...args: readonly unknown[]) => Promise<never> {
    return (...args) => {
      this.calls.push({ call, with: args });
      return Promise.reject(new EngineError('internal', 'not scripted'));
    };
  }

  wake(): Promise<void> {
    this.calls.push({ call: 'wake', with: [] });
    return Promise.resolve();
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  async #answer<T>(call: Call, args: readonly unknown[], answer: () => T): Promise<T> {
    this.calls.push({ call, with: args });
    if (this.#held.has(call)) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(call, [...(this.#waiting.get(call) ?? []), resolve]);
      });
    }
    const code = this.failing.get(call);
    if (code !== undefined) throw new EngineError(code, 'scripted');
    return answer();
  }

  #state(): EngineState {
    const rooms = [...this.#rooms.values()].map(({ summary, items }) => ({ ...summary, latest: items.at(-1) ?? null }));
    return { profile: this.#profile, rooms, connection: this.#connection };
  }

  #me(): Person {
    if (this.#profile === null) throw new EngineError('no-profile', 'nobody has a name yet');
    return this.#profile;
  }

  #at(room: RoomKey): { summary: Omit<RoomSummary, 'latest'>; items: TimelineItem[] } {
    const at = this.#rooms.get(room);
    if (at === undefined) throw new EngineError('internal', 'the script has no such room');
    return at;
  }

  #nextPosition(room: RoomKey): number {
    return Math.max(0, ...this.#at(room).items.map((item) => item.position ?? 0)) + 1;
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #emitState(): void {
    this.#emit({ kind: 'state', state: this.#state() });
  }
}
