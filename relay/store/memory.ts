/** The store without a disk, for tests and simulations: it outlives the relay that uses it, and nothing else. */
import { equalBytes, fromHex, toHex } from '../../shared/bytes.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import type { EnvelopeId, InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { copyOf } from '../bytes.ts';
import { KEPT_EPOCHS, KEPT_INVITES, KEPT_REGISTRATIONS, KEPT_TIPS, type Cut, type Holding, type Trimmed, type Usage } from './holdings.ts';
import { StoreError, type EpochRecord, type LogNumber, type Range, type RoomRecord, type Store, type Write } from './store.ts';
import type { KeptSubscription, SubscriptionRow } from './subscriptions.ts';

interface Log {
  readonly room: string;
  readonly incarnation: RoomRecord['incarnation'];
  /** The frame of seq n stands at n − 1; what was trimmed is undefined. */
  readonly frames: (Uint8Array | undefined)[];
  floor: number;
  complete: number;
  readonly marks: { readonly at: number; readonly seq: Seq }[];
  epochs: EpochRecord[];
  readonly groupInfos: Map<number, Uint8Array>;
  readonly uses: Map<string, { readonly key: InviteKey; used: number }>;
  /** By tag. */
  readonly subscriptions: Map<string, KeptSubscription>;
}

export class MemoryStore implements Store {
  readonly #logs = new Map<LogNumber, Log>();
  readonly #rooms = new Map<string, LogNumber>();
  #last = 0;

  newLog(): LogNumber {
    return ++this.#last as LogNumber;
  }

  async write(batch: readonly Write[]): Promise<void> {
    this.#check(batch);
    for (const write of batch) this.#apply(write);
  }

  /** Throws, before anything changed, where the batch could not be carried out. */
  #check(batch: readonly Write[]): void {
    const heads = new Map<LogNumber, number>();
    const rooms = new Set(this.#rooms.keys());
    const headOf = (log: LogNumber): number => {
      const head = heads.get(log) ?? this.#logs.get(log)?.frames.length;
      if (head === undefined) throw new StoreError('write-failed', `there is no log ${log}`);
      return head;
    };
    for (const write of batch) {
      switch (write.type) {
        case 'create':
          if (rooms.has(toHex(write.room)) || heads.has(write.log) || this.#logs.has(write.log)) throw new StoreError('write-failed', 'the room exists');
          rooms.add(toHex(write.room));
          heads.set(write.log, 0);
          break;
        case 'append':
        case 'commit':
          if (write.seq !== headOf(write.log) + 1) throw new StoreError('write-failed', `seq ${write.seq} does not follow ${headOf(write.log)}`);
          heads.set(write.log, write.seq);
          break;
        case 'delete': {
          headOf(write.log);
          const room = this.#logs.get(write.log)?.room;
          if (room !== undefined) rooms.delete(room);
          break;
        }
        default:
          assertNever(write);
      }
    }
  }

  #apply(write: Write): void {
    if (write.type === 'create') {
      const log: Log = {
        room: toHex(write.room), incarnation: copyOf(write.incarnation), frames: [], floor: 1, complete: 1, marks: [], epochs: [], groupInfos: new Map(), uses: new Map(), subscriptions: new Map(),
      };
      this.#logs.set(write.log, log);
      this.#rooms.set(log.room, write.log);
      register(log, write.epoch, write.groupInfo);
      return;
    }
    const log = this.#logs.get(write.log);
    if (log === undefined) return;
    switch (write.type) {
      case 'append':
        log.frames.push(copyOf(write.frame));
        return;
      case 'commit': {
        log.frames.push(copyOf(write.frame));
        register(log, write.epoch, write.groupInfo);
        const uses = write.invite === undefined ? undefined : log.uses.get(toHex(write.invite));
        if (uses !== undefined) uses.used += 1;
        if (write.epoch.closing) for (const [tag, row] of log.subscriptions) log.subscriptions.set(tag, { ...row, ended: true });
        return;
      }
      case 'delete':
        this.#rooms.delete(log.room);
        this.#logs.delete(write.log);
        return;
      default:
        assertNever(write);
    }
  }

  async load(room: RoomId): Promise<RoomRecord | undefined> {
    const number = this.#rooms.get(toHex(room));
    const log = number === undefined ? undefined : this.#logs.get(number);
    if (number === undefined || log === undefined) return undefined;
    return {
      log: number, incarnation: copyOf(log.incarnation), head: log.frames.length as Seq, floor: log.floor as Seq, complete: log.complete as Seq, epochs: log.epochs.map(copyEpoch),
      uses: [...log.uses.values()].map(({ key, used }) => ({ key: copyOf(key), used })),
    };
  }

  async read(log: LogNumber, { after, through, limit, bytes }: Range): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    let size = 0;
    for (const frame of this.#logs.get(log)?.frames.slice(after, through) ?? []) {
      if (frame === undefined) continue;
      found.push(copyOf(frame));
      size += frame.length;
      if (size >= bytes || found.length >= limit) break;
    }
    return found;
  }

  async recentIds(log: LogNumber, count: number): Promise<readonly { readonly id: EnvelopeId; readonly seq: Seq }[]> {
    return (this.#logs.get(log)?.frames ?? []).filter((frame) => frame !== undefined).slice(-count).flatMap((frame) => {
      const envelope = decodeEnvelope(frame);
      return envelope === undefined ? [] : [{ id: copyOf(envelope.id), seq: envelope.seq }];
    });
  }

  async groupInfo(log: LogNumber, epoch: number): Promise<Uint8Array | undefined> {
    const sealed = this.#logs.get(log)?.groupInfos.get(epoch);
    return sealed && copyOf(sealed);
  }

  async sweep(): Promise<boolean> {
    return false;
  }

  async usage(): Promise<Usage> {
    let bytes = 0;
    for (const log of this.#logs.values()) for (const frame of log.frames) bytes += frame?.length ?? 0;
    return { rooms: this.#logs.size, bytes, free: Number.POSITIVE_INFINITY };
  }

  async logs(after: number, limit: number): Promise<readonly LogNumber[]> {
    return [...this.#logs.keys()].filter((number) => number > after).sort((a, b) => a - b).slice(0, limit);
  }

  async survey(number: LogNumber, mark?: { readonly at: number; readonly every: number }): Promise<Holding | undefined> {
    const log = this.#logs.get(number);
    if (log === undefined) return undefined;
    const head = log.frames.length as Seq;
    const last = log.marks.at(-1);
    if (mark !== undefined && head > (last?.seq ?? -1) && mark.at >= (last?.at ?? Number.NEGATIVE_INFINITY) + mark.every) log.marks.push({ at: mark.at, seq: head });
    const kept = log.frames.filter((frame) => frame !== undefined);
    return {
      room: fromHex(log.room) as RoomId, head, floor: log.floor as Seq, complete: log.complete as Seq, counted: head,
      oldest: ((log.frames.findIndex((frame) => frame !== undefined && !isCommit(frame)) + 1) || head + 1) as Seq,
      envelopes: kept.length, bytes: kept.reduce((sum, frame) => sum + frame.length, 0), marks: [...log.marks],
    };
  }

  async plan(number: LogNumber, { kind, through, envelopes, bytes, rows }: Cut): Promise<Seq | undefined> {
    const log = this.#logs.get(number);
    if (log === undefined) return undefined;
    const end = Math.min(through, log.frames.length);
    let [freed, size, looked] = [0, 0, 0];
    let last: number | undefined;
    for (let seq = kind === 'messages' ? log.complete : log.floor; seq <= end; seq++) {
      const frame = log.frames[seq - 1];
      if (frame === undefined || (last === undefined && isCommit(frame) !== (kind === 'commits'))) continue;
      looked++;
      if (isCommit(frame) === (kind === 'commits')) {
        freed++;
        size += frame.length;
        last = seq;
      }
      if (freed >= envelopes || size >= bytes || looked >= rows) break;
    }
    return last as Seq | undefined;
  }

  async prune(number: LogNumber): Promise<boolean> {
    const log = this.#logs.get(number);
    const newest = log?.epochs.at(-1)?.number ?? 0;
    if (log === undefined) return false;
    log.epochs = log.epochs
      .filter((epoch) => log.groupInfos.has(epoch.number) || epoch.number > newest - KEPT_EPOCHS)
      .map((epoch) => (log.groupInfos.has(epoch.number) || epoch.number > newest - KEPT_REGISTRATIONS ? epoch : { ...epoch, invites: [] }));
    if (log.uses.size <= KEPT_INVITES) return false;
    const standing = new Set(log.epochs.flatMap(({ invites }) => invites.map(({ key }) => toHex(key))));
    for (const key of log.uses.keys()) if (!standing.has(key)) log.uses.delete(key);
    return false;
  }

  async trim(number: LogNumber, kind: Cut['kind'], through: Seq): Promise<Trimmed> {
    const log = this.#logs.get(number);
    if (log === undefined) return { envelopes: 0, bytes: 0 };
    const end = Math.min(through, log.frames.length);
    const tips = new Set([...log.groupInfos.keys()].sort((a, b) => b - a).slice(0, KEPT_TIPS).map((tip) => log.epochs.find((epoch) => epoch.number === tip)?.seq as number));
    let [envelopes, bytes] = [0, 0];
    for (let seq = kind === 'messages' ? log.complete : 1; seq <= end; seq++) {
      const frame = log.frames[seq - 1];
      if (frame === undefined || isCommit(frame) !== (kind === 'commits') || (kind === 'commits' && tips.has(seq))) continue;
      log.frames[seq - 1] = undefined;
      envelopes++;
      bytes += frame.length;
    }
    if (kind === 'commits') {
      log.floor = Math.max(log.floor, end + 1);
      log.marks.splice(0, log.marks.length, ...log.marks.filter(({ seq }) => seq >= end));
    }
    log.complete = Math.max(log.complete, log.floor, end + 1);
    return { envelopes, bytes };
  }

  async subscribe(number: LogNumber, row: SubscriptionRow, most: { readonly ofLog: number; readonly inAll: number }): ReturnType<Store['subscribe']> {
    const log = this.#logs.get(number);
    if (log === undefined) return 'no-log';
    const before = log.subscriptions.get(toHex(row.tag));
    if (before?.ended === false && equalBytes(before.print, row.print)) return 'known';
    let inAll = 0;
    for (const { subscriptions } of this.#logs.values()) inAll += subscriptions.size;
    if (before === undefined && (log.subscriptions.size >= most.ofLog || inAll >= most.inAll)) return 'full';
    log.subscriptions.set(toHex(row.tag), copyRow({ ...row, ended: false }));
    return 'kept';
  }

  async unsubscribe(number: LogNumber, tag: Uint8Array): Promise<boolean> {
    return this.#logs.get(number)?.subscriptions.delete(toHex(tag)) === true;
  }

  async subscriptions(number: LogNumber): Promise<readonly KeptSubscription[]> {
    const log = this.#logs.get(number);
    const rows = [...(log?.subscriptions.values() ?? [])];
    for (const { tag, ended } of rows) if (ended) log?.subscriptions.delete(toHex(tag));
    return rows.map(copyRow);
  }

  async subscribedLogs(): Promise<readonly LogNumber[]> {
    return [...this.#logs].flatMap(([number, { subscriptions }]) => (subscriptions.size > 0 ? [number] : []));
  }

  async close(): Promise<void> {
    // It outlives the relay on purpose: one that is built again on it finds what was there.
  }
}

function register(log: Log, epoch: EpochRecord, groupInfo: Uint8Array): void {
  log.epochs.push(copyEpoch(epoch));
  log.groupInfos.set(epoch.number, copyOf(groupInfo));
  if (epoch.parent !== undefined) log.groupInfos.delete(epoch.parent);
  for (const { key } of epoch.invites) {
    if (!log.uses.has(toHex(key))) log.uses.set(toHex(key), { key: copyOf(key), used: 0 });
  }
}

const copyRow = (row: KeptSubscription): KeptSubscription => ({ tag: copyOf(row.tag), print: copyOf(row.print), sealed: copyOf(row.sealed), ended: row.ended });

const isCommit = (frame: Uint8Array): boolean => decodeEnvelope(frame)?.kind === 'commit';

const copyEpoch = (epoch: EpochRecord): EpochRecord => ({
  ...epoch,
  id: copyOf(epoch.id),
  access: copyOf(epoch.access),
  invites: epoch.invites.map((invite) => ({ ...invite, key: copyOf(invite.key) })),
});
