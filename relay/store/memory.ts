/** The store without a disk, for tests and simulations: it outlives the relay that uses it, and nothing else. */
import { toHex } from '../../shared/bytes.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import type { EnvelopeId, InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { copyOf } from '../bytes.ts';
import { StoreError, type EpochRecord, type LogNumber, type Range, type RoomRecord, type Store, type Write } from './store.ts';

interface Log {
  readonly room: string;
  readonly incarnation: RoomRecord['incarnation'];
  /** The frame of seq n stands at n − 1. */
  readonly frames: Uint8Array[];
  readonly epochs: EpochRecord[];
  readonly groupInfos: Map<number, Uint8Array>;
  readonly uses: Map<string, { readonly key: InviteKey; used: number }>;
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
        room: toHex(write.room), incarnation: copyOf(write.incarnation), frames: [], epochs: [], groupInfos: new Map(), uses: new Map(),
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
      log: number, incarnation: copyOf(log.incarnation), head: log.frames.length as Seq, floor: 1 as Seq, epochs: log.epochs.map(copyEpoch),
      uses: [...log.uses.values()].map(({ key, used }) => ({ key: copyOf(key), used })),
    };
  }

  async read(log: LogNumber, { after, through, limit, bytes }: Range): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    let size = 0;
    for (const frame of this.#logs.get(log)?.frames.slice(after, Math.min(through, after + limit)) ?? []) {
      found.push(copyOf(frame));
      size += frame.length;
      if (size >= bytes) break;
    }
    return found;
  }

  async recentIds(log: LogNumber, count: number): Promise<readonly { readonly id: EnvelopeId; readonly seq: Seq }[]> {
    return (this.#logs.get(log)?.frames.slice(-count) ?? []).flatMap((frame) => {
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

const copyEpoch = (epoch: EpochRecord): EpochRecord => ({
  ...epoch,
  id: copyOf(epoch.id),
  access: copyOf(epoch.access),
  invites: epoch.invites.map((invite) => ({ ...invite, key: copyOf(invite.key) })),
});
