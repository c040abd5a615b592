import type { Member, MessageItem, MessageKey, MessageStatus, NoticeFact, NoticeItem, Person, PersonKey, RoomKey, RoomSummary, TimelineItem } from '../engine/api.ts';
import type { FakeRoom } from '../../test/support/fake-engine.ts';

export const person = (key: string, name: string): Person => ({ person: key as PersonKey, name });

export const me = person('key-noor-2', 'Noor Haddad');
export const ana = person('key-ana-2', 'Ana Duarte');
export const jonas = person('key-jonas-8', 'Jonas Weber');
export const mei = person('key-mei-8', 'Mei Tanaka');
export const tomas = person('key-tomas-0', 'Tomás Ó Briain');
export const laila = person('key-laila-1', 'ليلى منصور');
export const priya = person('key-priya-6', 'Priya Raman');

export const memberFrom = (one: Person, more: Partial<Member> = {}): Member => ({
  ...one, role: 'member', verified: false, sameNameAs: null, lastSeenAt: Date.now(), presence: null, keysFrom: 0, readThrough: 0, leaving: false, devices: 1, ...more,
});

export const RELAY = 'https://relay.example.org';

/** Minutes ago, from when the gallery opens. */
const ago = (minutes: number): number => Date.now() - minutes * 60_000;

/** Writes a conversation down: each line gets the next position. */
export class Script {
  readonly items: TimelineItem[] = [];
  #position = 0;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  say(sender: Person, minutes: number, text: string, status?: MessageStatus): this {
    const queued = status === 'queued';
    if (!queued) this.#position += 1;
    const item: MessageItem = {
      kind: 'message', id: `${this.#prefix}-${this.items.length}` as MessageKey, position: queued ? null : this.#position, sender, mine: sender === me,
      sentAt: ago(minutes), content: { kind: 'text', text }, status: sender === me ? (status ?? 'received') : null,
    };
    this.items.push(item);
    return this;
  }

  /** The message before is this, too. */
  also(more: Partial<MessageItem>): this {
    const item = this.items.pop();
    if (item?.kind === 'message') this.items.push({ ...item, ...more });
    return this;
  }

  newer(sender: Person, minutes: number): this {
    this.say(sender, minutes, '');
    const item = this.items.pop();
    if (item?.kind === 'message') this.items.push({ ...item, content: { kind: 'unknown', type: 'poll' } });
    return this;
  }

  note(minutes: number, fact: NoticeFact): this {
    this.#position += 1;
    const item: NoticeItem = { kind: 'notice', id: `${this.#prefix}-n${this.items.length}`, position: this.#position, at: ago(minutes), fact };
    this.items.push(item);
    return this;
  }
}

export function room(key: string, name: string, members: readonly Person[], items: readonly TimelineItem[], more: Partial<RoomSummary> = {}): FakeRoom {
  const last = items.findLast((item) => item.position !== null)?.position ?? 0;
  return {
    summary: {
      room: key as RoomKey, kind: 'group', look: { hue: null, picture: null }, settings: { approval: false, disappearing: null }, role: 'member', banned: [], knocks: [], unacknowledged: [], mentioned: 0, typing: [], place: { pinned: false, archived: false, muted: null }, name, standing: { kind: 'member' }, me: me.person, members: members.map((one) => memberFrom(one)), relay: RELAY, confirmed: true, unread: 0, readThrough: last, draft: '', alarms: [],
      createdAt: ago(60 * 24 * 12), ...more,
    },
    items,
  };
}
