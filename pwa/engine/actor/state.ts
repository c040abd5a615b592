/** A room in memory, as far as it is stored; and a step, which is the next such state and the one transaction that leads to it. */
import { toBase64Url } from '../../../shared/bytes.ts';
import { goneRecords, groupRecords, restoreGroup, wipe, type GroupRecord, type GroupRecordName, type MlsGroup } from '../mls/index.ts';
import type { Effect } from '../messages/effects.ts';
import type { Change } from '../ports/storage.ts';
import { decodeItem, encodeItem, type OutboxEntry, type StoredItem } from '../records/message-records.ts';
import { decodePending, encodePending, type PendingRecord } from '../records/pending-record.ts';
import { latestChange, roomChanges, type RoomRecord } from '../records/room-record.ts';
import { dropTicket } from '../records/ticket-record.ts';
import { epochKeys, type EpochKeys } from '../rooms/epoch-keys.ts';
import type { RoomHost } from './host.ts';
import type { Outbox } from './outbox.ts';

export interface InGroup {
  readonly group: MlsGroup;
  readonly keys: EpochKeys;
}

export interface Pending extends InGroup {
  readonly record: PendingRecord;
  /** What making it used up: zeroed once the relay took it. Nothing after a restart, when it is gone anyway. */
  readonly consumed: readonly Uint8Array[];
}

export interface RoomState {
  readonly record: RoomRecord;
  readonly mls: InGroup | null;
  readonly pending: Pending | null;
  /** The last item of the timeline. */
  readonly latest: StoredItem | null;
}

/** Parts of a key of the `groups` store: of the group that is, and, as what differs from it, of the one that a pending commit leads to. */
const NOW = 'now';
const PENDING = 'pending';

async function storedGroup(host: RoomHost, room: string, part: string): Promise<readonly GroupRecord[]> {
  const rows = await host.storage.range('groups', { prefix: [room, part] });
  return rows.map(({ key, value }) => ({ name: key[2] as GroupRecordName, bytes: value }));
}

async function inGroup(record: RoomRecord, records: readonly GroupRecord[]): Promise<InGroup> {
  const group = restoreGroup(records);
  return { group, keys: await epochKeys(record.room, group) };
}

export async function loadGroup(host: RoomHost, record: RoomRecord): Promise<InGroup | null> {
  const records = await storedGroup(host, toBase64Url(record.room), NOW);
  return records.length === 0 ? null : inGroup(record, records);
}

export async function loadPending(host: RoomHost, record: RoomRecord): Promise<Pending | null> {
  const room = toBase64Url(record.room);
  const stored = await host.storage.get('groups', [room, 'commit']);
  const pending = stored === undefined ? undefined : decodePending(stored);
  if (pending === undefined) return null;
  const [now, changed] = await Promise.all([storedGroup(host, room, NOW), storedGroup(host, room, PENDING)]);
  return { ...(await inGroup(record, [...now, ...changed])), record: pending, consumed: [] };
}

/** The last item of a room's timeline. */
export async function readLatest(host: Pick<RoomHost, 'storage'>, room: string): Promise<StoredItem | null> {
  const [last] = await host.storage.range('timeline', { prefix: [room], reverse: true, limit: 1 });
  return last === undefined ? null : (decodeItem(last.value) ?? null);
}

/** The next state under construction. Nothing of it is true before {@link Step.store} resolves. */
export class Step {
  record: RoomRecord;
  mls: InGroup | null;
  pending: Pending | null;
  latest: StoredItem | null;
  readonly room: string;
  readonly items: StoredItem[] = [];
  /** Links of the chain that this step adds, by seq. */
  readonly newLinks = new Map<number, Uint8Array>();
  /** Ids of messages that this step places. */
  readonly newIds = new Set<string>();
  /** Effects that this step found no message for. */
  readonly waiting: Effect[] = [];
  readonly consumed: Uint8Array[] = [];
  readonly sealed: OutboxEntry[] = [];
  readonly placed: OutboxEntry[] = [];
  readonly #before: RoomState;
  readonly #outbox: Outbox;
  readonly #changes: Change[] = [];
  readonly #then: (() => void)[] = [];

  constructor(before: RoomState, outbox: Outbox) {
    this.#before = before;
    this.#outbox = outbox;
    this.record = before.record;
    this.mls = before.mls;
    this.pending = before.pending;
    this.latest = before.latest;
    this.room = toBase64Url(before.record.room);
  }

  change(...changes: readonly Change[]): void {
    this.#changes.push(...changes);
  }

  update(fields: Partial<RoomRecord>): void {
    this.record = { ...this.record, ...fields };
  }

  /** Adds a line to the conversation. */
  place(item: StoredItem): void {
    this.items.push(item);
    this.change({ kind: 'put', store: 'timeline', key: [this.room, item.position], value: encodeItem(item) });
    if (this.latest === null || item.position >= this.latest.position) this.latest = item;
  }

  /** A line that is there already is another now. */
  amend(item: StoredItem): void {
    this.items.push(item);
    this.change({ kind: 'put', store: 'timeline', key: [this.room, item.position], value: encodeItem(item) });
    if (this.latest?.position === item.position) this.latest = item;
  }

  /** Puts an entry into the outbox, or its ciphertext beside it. */
  enqueue(entry: OutboxEntry): void {
    this.sealed.push(entry);
    this.change(this.#outbox.put(entry));
  }

  /** Takes an entry out of the outbox: the log has it. */
  dequeue(entry: OutboxEntry): void {
    this.placed.push(entry);
    this.change(this.#outbox.delete(entry));
  }

  /** Runs once everything is stored. */
  then(work: () => void): void {
    this.#then.push(work);
  }

  /** State before bytes: one transaction, then used secrets are zeroed, then whatever waits for it. */
  async store(host: RoomHost): Promise<RoomState> {
    const changes = [...this.#changes, ...this.#groupChanges(), ...this.#pendingChanges(), ...roomChanges(this.room, this.record, this.#before.record), ...this.#latestChanges()];
    if (changes.length > 0) await host.write(changes);
    wipe(this.consumed);
    for (const entry of this.sealed) this.#outbox.add(entry);
    for (const entry of this.placed) this.#outbox.remove(entry.id);
    return { record: this.record, mls: this.mls, pending: this.pending, latest: this.latest };
  }

  /** After the new state is in place. */
  finish(): void {
    for (const work of this.#then) work();
  }

  #groupChanges(): readonly Change[] {
    const before = this.#before.mls?.group;
    const now = this.mls?.group ?? null;
    if (now === before) return [];
    const gone = before === undefined ? [] : goneRecords(now, before);
    return [...gone.map((name): Change => ({ kind: 'delete', store: 'groups', key: [this.room, NOW, name] })), ...(now === null ? [dropTicket(this.room)] : putGroup(now, before, this.room, NOW))];
  }

  /** It stands beside the record too, so that a list of rooms need not look into every timeline; and goes with its line. */
  #latestChanges(): readonly Change[] {
    const { latest } = this;
    const isGone = this.#changes.some((change) => change.kind === 'delete' && change.store === 'timeline' && change.key[1] === latest?.position);
    if (latest === this.#before.latest && !isGone) return [];
    return [latestChange(this.room, isGone ? null : latest)];
  }

  #pendingChanges(): readonly Change[] {
    if (this.pending === this.#before.pending) return [];
    const clear: Change = { kind: 'clear', store: 'groups', prefix: [this.room, PENDING] };
    if (this.pending === null) return [clear, { kind: 'delete', store: 'groups', key: [this.room, 'commit'] }];
    const commit: Change = { kind: 'put', store: 'groups', key: [this.room, 'commit'], value: encodePending(this.pending.record) };
    return [clear, commit, ...putGroup(this.pending.group, this.mls?.group, this.room, PENDING)];
  }
}

const putGroup = (group: MlsGroup, stored: MlsGroup | undefined, room: string, part: string): readonly Change[] =>
  groupRecords(group, stored).map(({ name, bytes }) => ({ kind: 'put', store: 'groups', key: [room, part, name], value: bytes }));
