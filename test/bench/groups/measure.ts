/** Every operation on a group of one size: milliseconds, bytes, and where the milliseconds go. */
import { groupRecords, restoreGroup, type MlsGroup } from '../../../pwa/engine/mls/index.ts';
import { median } from '../report.ts';
import { attributed, type Attribution } from './attribution.ts';
import { newcomerTo, otherExtensions, takeCommit, type Grown } from './grow.ts';

/** In the order in which they are reported. */
export const OPERATIONS = [
  'GroupInfo', 'join', 'commit: update', 'commit: remove', 'process: update', 'process: remove', 'process: join', 'encrypt', 'decrypt', 'restore', 'records',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Measured {
  readonly ms: Readonly<Record<Operation, number>>;
  readonly where: Readonly<Record<Operation, Attribution>>;
  readonly bytes: Readonly<Record<'epoch' | 'nodes' | 'ratchets' | 'GroupInfo' | 'commit: update' | 'commit: remove' | 'commit: join' | 'message of 200', number>>;
}

const MESSAGE_BYTES = 200;
/** One message is too quick for the clock. */
const MESSAGES = 20;

/** As an app that was just opened has it: nothing of what earlier operations computed is at hand. */
const cold = (group: MlsGroup): MlsGroup => restoreGroup(groupRecords(group));

export async function measure({ first, second }: Grown, runs: number): Promise<Measured> {
  const times = Object.fromEntries(OPERATIONS.map((name) => [name, [] as number[]])) as Record<Operation, number[]>;
  const where: Partial<Record<Operation, Attribution>> = {};
  const bytes = { epoch: 0, nodes: 0, ratchets: 0, GroupInfo: 0, 'commit: update': 0, 'commit: remove': 0, 'commit: join': 0, 'message of 200': 0 };

  for (let run = 0; run <= runs; run++) {
    /** The last run is for the attribution, whose wrappers cost time of their own. */
    const timed = async <T>(name: Operation, work: () => Promise<T> | T): Promise<T> => {
      let result: { readonly value: T } | undefined;
      const keep = async (): Promise<void> => { result = { value: await work() }; };
      if (run === runs) where[name] = await attributed(keep);
      else {
        const began = performance.now();
        await keep();
        times[name].push(performance.now() - began);
      }
      if (result === undefined) throw new Error('nothing was measured');
      return result.value;
    };

    const groupInfo = await timed('GroupInfo', () => first.groupInfo());
    const joined = await timed('join', () => newcomerTo(groupInfo));
    const update = await timed('commit: update', () => first.commit({}));
    const last = first.members.at(-1)?.leaf;
    const remove = await timed('commit: remove', () => first.commit({ remove: last === undefined || last === second.me ? [] : [last], extensions: otherExtensions() }));
    await timed('process: update', () => takeCommit(second, update.message));
    await timed('process: remove', () => takeCommit(second, remove.message));
    await timed('process: join', () => takeCommit(second, joined.message));
    const sent = await timed('encrypt', () => encryptSome(cold(first)));
    await timed('decrypt', () => decryptAll(cold(second), sent));
    const records = await timed('records', () => groupRecords(second));
    await timed('restore', () => restoreGroup(records));

    bytes.epoch = bytes.nodes = bytes.ratchets = 0;
    for (const record of records) bytes[record.name.split(' ')[0] as 'epoch' | 'nodes' | 'ratchets'] += record.bytes.length;
    bytes.GroupInfo = groupInfo.length;
    bytes['commit: update'] = update.message.length;
    bytes['commit: remove'] = remove.message.length;
    bytes['commit: join'] = joined.message.length;
    bytes['message of 200'] = sent[0]?.length ?? 0;
  }
  const ms = Object.fromEntries(OPERATIONS.map((name) => [name, median(times[name]) / (name === 'encrypt' || name === 'decrypt' ? MESSAGES : 1)]));
  return { ms: ms as Record<Operation, number>, where: where as Record<Operation, Attribution>, bytes };
}

async function encryptSome(from: MlsGroup): Promise<readonly Uint8Array[]> {
  let group = from;
  const sent: Uint8Array[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    const next = await group.encrypt(new Uint8Array(MESSAGE_BYTES));
    group = next.group;
    sent.push(next.message);
  }
  return sent;
}

async function decryptAll(from: MlsGroup, sent: readonly Uint8Array[]): Promise<void> {
  let group = from;
  for (const message of sent) {
    const received = await group.receive(message, () => true);
    if (received.kind !== 'message') throw new Error(`a message was taken for a ${received.kind}`);
    group = received.group;
  }
}
