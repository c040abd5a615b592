import { EngineError } from '../../pwa/engine/api.ts';
import type {
  Alarm, Attachment, AttachmentAt, AttachmentFacts, Connection, Draft, Engine, EngineEvent, EngineState, Invite, InvitePreview, InviteTerms, Member, MessageItem, MessageKey, NoticeFact, Person, PersonKey, Preferences, ProblemCode, PushAddress, Mention, Version,
  Opened, Role, RoomKey, RoomLook, RoomMediaKind, RoomMediaPage, RoomPlace, RoomSecurity, RoomSettings, RoomSummary, SafetyNumber, SearchPage, SearchQuery, Staged, StagedKey, TimelineItem, TimelinePage, TimelineSpan, Transfer, Verification,
} from '../../pwa/engine/api.ts';
import { folded } from '../../pwa/engine/search/folding.ts';
import { holdsAll, placesOf, termsOf } from '../../pwa/engine/search/query.ts';
import { FakeAttachments } from './fake-attachments.ts';

/** What can be made to fail or to wait. */
export type Call = Exclude<keyof Engine, 'subscribe' | 'close'>;

type Summary = Omit<RoomSummary, 'latest'>;

export interface FakeRoom {
  readonly summary: Summary;
  readonly items: readonly TimelineItem[];
}

export interface FakeScript {
  readonly profile?: Person | null;
  readonly rooms?: readonly FakeRoom[];
  readonly connection?: Connection;
  readonly invites?: readonly Invite[];
  readonly preview?: InvitePreview;
  /** What differs from {@link SOUND}. */
  readonly security?: Partial<RoomSecurity>;
  /** What comes of a scanned code. */
  readonly scanned?: Verification;
  /** What opens where. Nothing else does. */
  readonly opens?: readonly { readonly at: AttachmentAt; readonly opened: Opened }[];
  readonly failing?: Readonly<Partial<Record<Call, ProblemCode>>>;
  /** Calls that wait until {@link FakeEngine.release}. */
  readonly held?: readonly Call[];
}

export const LINK = 'https://sotto.example/#join/pGF2AWRyb29tWCCb1pY3mYQ2cQm0Yk3nX8uVdRkZ0pHh2tKq9sWf7AxJ5mZpbnZpdGVyUOu1';

/** A room in which all is as it should be. */
const SOUND: Omit<RoomSecurity, 'members' | 'log'> = { suite: 'xwing', epoch: 41, code: '482915073364', keysFrom: Date.now() - 2 * 86_400_000, keysDue: Date.now() + 5 * 86_400_000 };

const DIGITS = '301249570068842217930551406724138896513047722960848315570293';

const PLAIN = {
  kind: 'group', look: { hue: null, picture: null }, settings: { approval: false, disappearing: null }, role: 'member', banned: [], knocks: [], unacknowledged: [],
  mentioned: 0, typing: [], place: { pinned: false, archived: false, muted: null },
} as const satisfies Partial<RoomSummary>;

const asMember = ({ person, name }: Person, role: Role = 'member'): Member => ({
  person, name, role, verified: false, sameNameAs: null, lastSeenAt: 0, presence: null, keysFrom: 0, readThrough: 0, leaving: false, devices: 1,
});

/** What becomes of a draft. */
function sentAs({ reply, thread, ...draft }: Draft, attach: (staged: readonly StagedKey[]) => readonly Attachment[]): Pick<MessageItem, 'content' | 'reply' | 'thread'> {
  const about = { ...(reply === undefined ? {} : { reply }), ...(thread === undefined ? {} : { thread }) };
  if (draft.kind === 'media') {
    const { staged, ...said } = draft;
    return { ...about, content: { ...said, attachments: attach(staged) } };
  }
  return draft.kind === 'poll' ? { ...about, content: { ...draft, options: draft.options.map((text) => ({ text, voters: [] })), closed: false } } : { ...about, content: draft };
}

/** Which of them a span asks for: from the first index up to before the second. */
function bounds(positions: readonly number[], span: TimelineSpan): readonly [number, number] {
  const before = (position: number): number => positions.filter((one) => one < position).length;
  const within = (at: number): number => Math.min(Math.max(at, 0), positions.length);
  if ('after' in span) {
    const from = positions.filter((one) => one <= span.after).length;
    return [from, within(from + span.limit)];
  }
  const half = Math.floor(span.limit / 2);
  if ('around' in span) return [within(before(span.around) - half), within(before(span.around) + 1 + half)];
  const to = 'before' in span ? before(span.before) : positions.length;
  return [within(to - span.limit), to];
}

/** An engine over scripted data: what the UI asks of it is recorded, what it answers is decided beforehand. */
export class FakeEngine implements Engine {
  readonly calls: { readonly call: string; readonly with: readonly unknown[] }[] = [];
  readonly failing: Map<Call, ProblemCode>;
  readonly attachments = new FakeAttachments();
  #profile: Person | null;
  #preferences: Preferences = { readReceipts: true, deliveryReceipts: true, typing: true, presence: true, fetchMedia: 'small' };
  #connection: Connection;
  readonly #rooms = new Map<RoomKey, { summary: Summary; items: TimelineItem[] }>();
  #invites: readonly Invite[];
  readonly #preview: InvitePreview | undefined;
  readonly #security: Partial<RoomSecurity>;
  readonly #scanned: Verification;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #held: Set<Call>;
  readonly #waiting = new Map<Call, (() => void)[]>();

  constructor(script: FakeScript = {}) {
    this.#profile = script.profile ?? null;
    this.#connection = script.connection ?? { kind: 'online' };
    this.#invites = script.invites ?? [];
    this.#preview = script.preview;
    this.#security = script.security ?? {};
    this.#scanned = script.scanned ?? 'verified';
    this.failing = new Map(Object.entries(script.failing ?? {}) as [Call, ProblemCode][]);
    this.#held = new Set(script.held);
    for (const { at, opened } of script.opens ?? []) this.attachments.has(at, opened);
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

  /** What somebody else does about a room. */
  happen(room: RoomKey, more: Partial<Summary>, fact?: NoticeFact): void {
    this.#change(room, more, fact);
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
    return this.#answer('createRoom', [name], () => this.#begin(name, { members: [asMember(this.#me(), 'owner')], role: 'owner' }));
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
    return this.#answer('invites', [room], () => this.#invites);
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
        this.#add(preview.room, preview.name, {
          standing: { kind: preview.approval ? 'waiting' : 'joining' }, members: [...preview.members, me].map((one) => asMember(one)), relay: preview.relay, confirmed: false,
        });
        this.#emitState();
      }
      return preview.room;
    });
  }

  pushKey(): Promise<Uint8Array | null> {
    return this.#answer('pushKey', [], () => new Uint8Array(65).fill(4));
  }

  setPush(address: PushAddress | null): Promise<void> {
    return this.#answer('setPush', [address], () => undefined);
  }

  setPreferences(preferences: Partial<Preferences>): Promise<void> {
    return this.#answer('setPreferences', [preferences], () => {
      this.#preferences = { ...this.#preferences, ...preferences };
      this.#emitState();
    });
  }

  setName(name: string): Promise<Person> {
    return this.#answer('setName', [name], () => {
      const me = this.#me();
      const profile = { ...me, name };
      this.#profile = profile;
      for (const room of this.#rooms.keys()) this.#member(room, me.person, { name });
      this.#emitState();
      return profile;
    });
  }

  renameRoom(room: RoomKey, name: string): Promise<void> {
    return this.#answer('renameRoom', [room, name], () => {
      this.#change(room, { name }, { kind: 'renamed', by: this.#me(), name });
    });
  }

  setLook(room: RoomKey, look: RoomLook): Promise<void> {
    return this.#answer('setLook', [room, look], () => {
      this.#change(room, { look }, { kind: 'pictured', by: this.#me() });
    });
  }

  setSettings(room: RoomKey, settings: Partial<RoomSettings>): Promise<void> {
    return this.#answer('setSettings', [room, settings], () => {
      const by = this.#me();
      const now = { ...this.#at(room).summary.settings, ...settings };
      if (settings.approval !== undefined) this.#change(room, { settings: now }, { kind: 'approval', by, required: now.approval });
      if (settings.disappearing !== undefined) this.#change(room, { settings: now }, { kind: 'disappearing', by, seconds: now.disappearing });
    });
  }

  revokeInvite(room: RoomKey, invite: string): Promise<void> {
    return this.#answer('revokeInvite', [room, invite], () => {
      this.#invites = this.#invites.filter(({ id }) => id !== invite);
    });
  }

  answerKnock(room: RoomKey, knock: string, admit: boolean): Promise<void> {
    return this.#answer('answerKnock', [room, knock, admit], () => {
      const { summary } = this.#at(room);
      const who = summary.knocks.find(({ id }) => id === knock)?.who ?? { person: knock as PersonKey, name: '' };
      this.#change(
        room,
        { knocks: summary.knocks.filter(({ id }) => id !== knock), members: admit ? [...summary.members, asMember(who)] : summary.members },
        { kind: admit ? 'let-in' : 'knock-refused', who, by: this.#me() },
      );
    });
  }

  setRole(room: RoomKey, person: PersonKey, role: Role): Promise<void> {
    return this.#answer('setRole', [room, person, role], () => {
      this.#member(room, person, { role });
      this.#change(room, {}, { kind: 'role', who: this.#person(room, person), by: this.#me(), role });
    });
  }

  removeMember(room: RoomKey, person: PersonKey, how?: { readonly ban: boolean }): Promise<void> {
    return this.#answer('removeMember', how === undefined ? [room, person] : [room, person, how], () => {
      const { summary } = this.#at(room);
      const who = this.#person(room, person);
      const by = this.#me();
      const members = summary.members.filter((member) => member.person !== person);
      if (how?.ban === true) this.#change(room, { members, banned: [...summary.banned, { ...who, by }] }, { kind: 'banned', who, by });
      else this.#change(room, { members }, { kind: 'removed', who, by });
    });
  }

  unban(room: RoomKey, person: PersonKey): Promise<void> {
    return this.#answer('unban', [room, person], () => {
      const { banned } = this.#at(room).summary;
      const who = banned.find((one) => one.person === person);
      if (who !== undefined) this.#change(room, { banned: banned.filter((one) => one !== who) }, { kind: 'unbanned', who, by: this.#me() });
    });
  }

  leave(room: RoomKey): Promise<void> {
    return this.#answer('leave', [room], () => { this.#change(room, { standing: { kind: 'left' } }); });
  }

  forget(room: RoomKey): Promise<void> {
    return this.#answer('forget', [room], () => { this.#drop(room); });
  }

  messagePerson(room: RoomKey, person: PersonKey): Promise<RoomKey> {
    return this.#answer('messagePerson', [room, person], () => {
      const me = this.#me();
      const known = [...this.#rooms.values()].find(({ summary }) => summary.kind === 'direct' && summary.members.some((member) => member.person === person));
      if (known !== undefined) return known.summary.room;
      const other = this.#person(room, person);
      return this.#begin(other.name, { kind: 'direct', members: [asMember(me), asMember(other)] });
    });
  }

  answerRequest(room: RoomKey, accept: boolean): Promise<void> {
    return this.#answer('answerRequest', [room, accept], () => {
      if (accept) this.#change(room, { standing: { kind: 'member' } });
      else this.#drop(room);
    });
  }

  moveRoom(room: RoomKey, relay: string): Promise<void> {
    return this.#answer('moveRoom', [room, relay], () => { this.#change(room, { relay }, { kind: 'moved', by: this.#me(), relay }); });
  }

  security(room: RoomKey): Promise<RoomSecurity> {
    return this.#answer('security', [room], () => {
      const { summary, items } = this.#at(room);
      const head = items.findLast((item) => item.position !== null)?.position ?? 0;
      return { ...SOUND, members: summary.members, log: { relay: summary.relay, agreedThrough: head, head, unconfirmedSince: null, alarms: summary.alarms }, ...this.#security };
    });
  }

  safetyNumber(person: PersonKey): Promise<SafetyNumber> {
    return this.#answer('safetyNumber', [person], () => {
      const member = this.#everywhere(person);
      return { with: { person, name: member?.name ?? '' }, digits: DIGITS, code: `sotto-verify:1:${this.#me().person}:${person}`, verified: member?.verified ?? false, verifiedAt: member?.verified === true ? Date.now() - 9 * 86_400_000 : 0 };
    });
  }

  verify(person: PersonKey, scanned: string): Promise<Verification> {
    return this.#answer('verify', [person, scanned], () => {
      if (this.#scanned === 'verified') this.#mark(person, true);
      return this.#scanned;
    });
  }

  setVerified(person: PersonKey, verified: boolean): Promise<void> {
    return this.#answer('setVerified', [person, verified], () => { this.#mark(person, verified); });
  }

  acknowledge(room: RoomKey, person: PersonKey): Promise<void> {
    return this.#answer('acknowledge', [room, person], () => {
      this.#change(room, { unacknowledged: this.#at(room).summary.unacknowledged.filter(({ who }) => who.person !== person) });
    });
  }

  rejoin(room: RoomKey): Promise<void> {
    return this.#answer('rejoin', [room], () => { this.#change(room, { standing: { kind: 'joining' } }); });
  }

  send(room: RoomKey, id: MessageKey, draft: Draft): Promise<void> {
    return this.#answer('send', [room, id, draft], () => {
      const at = this.#at(room);
      if (at.items.some((item) => item.id === id)) return;
      const item: MessageItem = { kind: 'message', id, position: null, sender: this.#me(), mine: true, sentAt: Date.now(), ...sentAs(draft, (staged) => this.attachments.send({ room, message: id }, staged)), status: 'queued' };
      at.items.push(item);
      this.#emit({ kind: 'timeline', room, items: [item] });
      this.#emitState();
    });
  }

  edit(room: RoomKey, message: MessageKey, text: string, mentions: readonly Mention[] = []): Promise<void> {
    return this.#answer('edit', [room, message, text, mentions], () => { this.#amend(room, message, ({ content }) => ({ content: content.kind === 'media' ? { ...content, text, mentions } : { kind: 'text', text, mentions }, editedAt: Date.now() })); });
  }

  deleteForAll(room: RoomKey, message: MessageKey): Promise<void> {
    return this.#answer('deleteForAll', [room, message], () => { this.#amend(room, message, () => ({ content: { kind: 'deleted', by: this.#me() } })); });
  }

  deleteHere(room: RoomKey, messages: readonly MessageKey[]): Promise<void> {
    return this.#answer('deleteHere', [room, messages], () => {
      const at = this.#at(room);
      at.items = at.items.filter((item) => item.kind === 'notice' || !messages.includes(item.id));
      this.#emit({ kind: 'gone', room, messages });
      this.#emitState();
    });
  }

  react(room: RoomKey, message: MessageKey, emoji: string, on: boolean): Promise<void> {
    return this.#answer('react', [room, message, emoji, on], () => {
      const me = this.#me();
      this.#amend(room, message, ({ reactions = [] }) => {
        const others = reactions.map((one) => (one.emoji === emoji ? { emoji, by: one.by.filter(({ person }) => person !== me.person) } : one));
        const all = !on ? others : others.some((one) => one.emoji === emoji) ? others.map((one) => (one.emoji === emoji ? { emoji, by: [...one.by, me] } : one)) : [...others, { emoji, by: [me] }];
        return { reactions: all.filter(({ by }) => by.length > 0) };
      });
    });
  }

  pin(room: RoomKey, message: MessageKey, on: boolean): Promise<void> {
    return this.#answer('pin', [room, message, on], () => { this.#amend(room, message, () => (on ? { pinned: true } : { pinned: undefined })); });
  }

  vote(room: RoomKey, message: MessageKey, choices: readonly number[]): Promise<void> {
    return this.#answer('vote', [room, message, choices], () => {
      const me = this.#me();
      this.#amend(room, message, ({ content }) => (content.kind !== 'poll' ? {} : {
        content: { ...content, options: content.options.map(({ text, voters }, i) => ({ text, voters: [...voters.filter(({ person }) => person !== me.person), ...(choices.includes(i) ? [me] : [])] })) },
      }));
    });
  }

  closePoll(room: RoomKey, message: MessageKey): Promise<void> {
    return this.#answer('closePoll', [room, message], () => { this.#amend(room, message, ({ content }) => (content.kind === 'poll' ? { content: { ...content, closed: true } } : {})); });
  }

  message(room: RoomKey, message: MessageKey): Promise<MessageItem> {
    return this.#answer('message', [room, message], () => this.#message(room, message));
  }

  versions(room: RoomKey, message: MessageKey): Promise<readonly Version[]> {
    return this.#answer('versions', [room, message], () => {
      const { content, sentAt } = this.#message(room, message);
      return content.kind === 'text' || content.kind === 'media' ? [{ text: content.text, at: sentAt }] : [];
    });
  }

  thread(room: RoomKey, message: MessageKey): Promise<readonly MessageItem[]> {
    return this.#answer('thread', [room, message], () => this.#messages(room).filter(({ thread }) => thread === message));
  }

  pinned(room: RoomKey): Promise<readonly MessageItem[]> {
    return this.#answer('pinned', [room], () => this.#messages(room).filter(({ pinned }) => pinned).reverse());
  }

  #messages(room: RoomKey): readonly MessageItem[] {
    return this.#at(room).items.filter((item) => item.kind === 'message');
  }

  #message(room: RoomKey, message: MessageKey): MessageItem {
    const found = this.#messages(room).find(({ id }) => id === message);
    if (found === undefined) throw new EngineError('no-such-message', 'the script has no such message');
    return found;
  }

  /** What is set to undefined is left out. */
  #amend(room: RoomKey, message: MessageKey, change: (item: MessageItem) => { readonly [K in keyof MessageItem]?: MessageItem[K] | undefined }): void {
    const before = this.#message(room, message);
    const item = Object.fromEntries(Object.entries({ ...before, ...change(before) }).filter(([, value]) => value !== undefined)) as unknown as MessageItem;
    const at = this.#at(room);
    at.items = at.items.map((one) => (one.id === message ? item : one));
    this.#emit({ kind: 'timeline', room, items: [item] });
    this.#emitState();
  }

  timeline(room: RoomKey, span: TimelineSpan): Promise<TimelinePage> {
    return this.#answer('timeline', [room, span], () => {
      const items = this.#at(room).items.filter((item) => item.kind === 'notice' || item.thread === undefined);
      const placed = items.filter(({ position }) => position !== null);
      const [from, to] = bounds(placed.map(({ position }) => position ?? 0), span);
      const hasNewer = to < placed.length;
      return { items: [...placed.slice(from, to), ...(hasNewer ? [] : items.filter(({ position }) => position === null))], hasOlder: from > 0, hasNewer };
    });
  }

  markRead(room: RoomKey, position: number): Promise<void> {
    this.calls.push({ call: 'markRead', with: [room, position] });
    const at = this.#at(room);
    const unread = at.items.filter((item) => item.kind === 'message' && !item.mine && (item.position ?? 0) > position).length;
    at.summary = { ...at.summary, readThrough: position, unread, mentioned: unread === 0 ? 0 : at.summary.mentioned };
    this.#emitState();
    return Promise.resolve();
  }

  typing(room: RoomKey, on: boolean): Promise<void> {
    return this.#answer('typing', [room, on], () => undefined);
  }

  attend(room: RoomKey | null): Promise<void> {
    return this.#answer('attend', [room], () => undefined);
  }

  setPlace(room: RoomKey, place: Partial<RoomPlace>): Promise<void> {
    return this.#answer('setPlace', [room, place], () => { this.#change(room, { place: { ...this.#at(room).summary.place, ...place } }); });
  }

  setDraft(room: RoomKey, text: string): Promise<void> {
    return this.#answer('setDraft', [room, text], () => {
      const at = this.#at(room);
      at.summary = { ...at.summary, draft: text };
      this.#emitState();
    });
  }

  search({ text, room: only, from, since, until, has, limit }: SearchQuery): Promise<SearchPage> {
    const terms = termsOf(text);
    const found = terms.length === 0 && has === undefined ? [] : [...this.#rooms].flatMap(([room, { items }]) => items.flatMap((item) => {
      if (item.kind !== 'message' || (item.content.kind !== 'text' && item.content.kind !== 'media') || (only !== undefined && room !== only) || (from !== undefined && item.sender.person !== from)) return [];
      if ((since !== undefined && item.sentAt < since) || (until !== undefined && item.sentAt >= until)) return [];
      const attached = item.content.kind === 'media' ? item.content.attachments : [];
      if ((has === 'files' && attached.length === 0) || (has === 'media' && !attached.some(({ look }) => look === 'picture' || look === 'video')) || (has === 'links' && !/https?:\/\/\S/u.test(item.content.text))) return [];
      const words = [item.content.text, ...attached.map(({ name }) => name)].filter((part) => part !== '').join('\n');
      return holdsAll(folded(words), terms) ? { room, item, places: placesOf(words, terms) } : [];
    }));
    return this.#answer('search', [text], () => ({ found: found.sort((a, b) => b.item.sentAt - a.item.sentAt).slice(0, limit), next: null }));
  }

  stage(room: RoomKey, source: Blob, facts: AttachmentFacts): Promise<StagedKey> {
    return this.#answer('stage', [room, source, facts], () => this.attachments.stage(room, source, facts));
  }

  staged(room: RoomKey): Promise<readonly Staged[]> {
    return this.#answer('staged', [room], () => this.attachments.staged(room));
  }

  copyTo(room: RoomKey, at: AttachmentAt): Promise<StagedKey> {
    return this.#answer('copyTo', [room, at], () => this.attachments.stage(room, this.attachments.open(at).blob, this.#attached(at), false));
  }

  unstage(room: RoomKey, staged: StagedKey): Promise<void> {
    return this.#answer('unstage', [room, staged], () => { this.attachments.unstage(room, staged); });
  }

  open(at: AttachmentAt): Promise<Opened> {
    return this.#answer('open', [at], () => {
      const opened = this.attachments.open(at);
      if (!this.#attached(at).isHere) this.#attach(at, { isHere: true, transfer: null });
      return opened;
    });
  }

  pause(at: AttachmentAt): Promise<void> {
    return this.#answer('pause', [at], () => {
      const { transfer } = this.#attached(at);
      if (transfer !== null) this.move(at, { ...transfer, state: 'paused' });
    });
  }

  resume(at: AttachmentAt): Promise<void> {
    return this.#answer('resume', [at], () => {
      const { transfer } = this.#attached(at);
      if (transfer !== null) this.move(at, { direction: transfer.direction, done: transfer.done, total: transfer.total, state: 'moving' });
    });
  }

  unsend(room: RoomKey, message: MessageKey): Promise<void> {
    return this.#answer('unsend', [room, message], () => {
      if (this.#message(room, message).status !== 'queued') throw new EngineError('not-allowed', 'the relay has it');
      const at = this.#at(room);
      at.items = at.items.filter(({ id }) => id !== message);
      this.#emit({ kind: 'gone', room, messages: [message] });
      this.#emitState();
    });
  }

  roomMedia(room: RoomKey, of: RoomMediaKind, page: { readonly before?: number; readonly limit: number }): Promise<RoomMediaPage> {
    return this.#answer('roomMedia', [room, of, page], () => {
      const isOf = ({ look }: Attachment): boolean => (look === 'picture' || look === 'video') === (of === 'media');
      const all = this.#messages(room).flatMap(({ id: message, position, sentAt, content }) => {
        if (position === null || position >= (page.before ?? Infinity)) return [];
        const media = of === 'links' || content.kind !== 'media' ? [] : content.attachments.flatMap((attachment, index) => (isOf(attachment) ? { message, index, position, sentAt, attachment } : []));
        const links = of === 'links' && (content.kind === 'text' || content.kind === 'media') ? [...content.text.matchAll(/https?:\/\/\S+/gu)].map(([url]) => ({ message, position, sentAt, url })) : [];
        return media.length + links.length === 0 ? [] : { media, links };
      }).reverse();
      const shown = all.slice(0, page.limit);
      return { media: shown.flatMap(({ media }) => media), links: shown.flatMap(({ links }) => links), hasOlder: all.length > page.limit };
    });
  }

  /** An attachment is on its way, and how far; null: no more. */
  move(at: AttachmentAt, transfer: Transfer | null, isHere = this.#attached(at).isHere): void {
    this.#attach(at, { transfer, isHere });
    this.#emit({ kind: 'transfer', at, transfer });
  }

  #attached({ room, message, index }: AttachmentAt): Attachment {
    const { content } = this.#message(room, message);
    const found = content.kind === 'media' ? content.attachments[index] : undefined;
    if (found === undefined) throw new EngineError('no-such-message', 'the script has no such attachment');
    return found;
  }

  #attach({ room, message, index }: AttachmentAt, change: Partial<Attachment>): void {
    this.#amend(room, message, ({ content }) => (content.kind === 'media' ? { content: { ...content, attachments: content.attachments.map((one, i) => (i === index ? { ...one, ...change } : one)) } } : {}));
  }

  dismissAlarm(room: RoomKey, kind: Alarm['kind']): Promise<void> {
    return this.#answer('dismissAlarm', [room, kind], () => {
      const at = this.#at(room);
      at.summary = { ...at.summary, alarms: at.summary.alarms.filter((alarm) => alarm.kind !== kind) };
      this.#emitState();
    });
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
    return { profile: this.#profile, preferences: this.#preferences, rooms, connection: this.#connection, unsent: 0, behind: 0 };
  }

  #me(): Person {
    if (this.#profile === null) throw new EngineError('no-profile', 'nobody has a name yet');
    return this.#profile;
  }

  #at(room: RoomKey): { summary: Summary; items: TimelineItem[] } {
    const at = this.#rooms.get(room);
    if (at === undefined) throw new EngineError('internal', 'the script has no such room');
    return at;
  }

  #begin(name: string, more: Partial<Summary>): RoomKey {
    const room = `fake-room-${this.#rooms.size}` as RoomKey;
    this.#add(room, name, more);
    this.#emitState();
    return room;
  }

  #add(room: RoomKey, name: string, more: Partial<Summary>): void {
    const summary: Summary = {
      room, ...PLAIN, name, standing: { kind: 'member' }, me: this.#me().person, members: [], relay: 'https://sotto.example', confirmed: true, unread: 0, readThrough: 0, draft: '', alarms: [], createdAt: Date.now(), ...more,
    };
    this.#rooms.set(room, { summary, items: [] });
  }

  /** What a commit does: the room is another, and a line says so. */
  #change(room: RoomKey, more: Partial<Summary>, fact?: NoticeFact): void {
    const at = this.#at(room);
    at.summary = { ...at.summary, ...more };
    if (fact !== undefined) {
      const position = this.#nextPosition(room);
      const item: TimelineItem = { kind: 'notice', id: `fake-notice-${position}`, position, at: Date.now(), fact };
      at.items.push(item);
      this.#emit({ kind: 'timeline', room, items: [item] });
    }
    this.#emitState();
  }

  #drop(room: RoomKey): void {
    this.#rooms.delete(room);
    this.#emitState();
  }

  #member(room: RoomKey, person: PersonKey, more: Partial<Member>): void {
    const at = this.#at(room);
    at.summary = { ...at.summary, members: at.summary.members.map((member) => (member.person === person ? { ...member, ...more } : member)) };
  }

  #mark(person: PersonKey, verified: boolean): void {
    for (const room of this.#rooms.keys()) this.#member(room, person, { verified });
    this.#emitState();
  }

  #everywhere(person: PersonKey): Member | undefined {
    return [...this.#rooms.values()].flatMap(({ summary }) => summary.members).find((member) => member.person === person);
  }

  #person(room: RoomKey, person: PersonKey): Person {
    const member = this.#at(room).summary.members.find((one) => one.person === person);
    if (member === undefined) throw new EngineError('not-allowed', 'the script has no such member');
    return { person, name: member.name };
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
