/**
 * A group as records to store: the ratchet tree, which changes once an epoch and is most of the bytes,
 * apart from the rest, which moves with every message.
 */
import type { ClientState, RatchetTree, SecretTree } from 'ts-mls';
import { decodeGroupStateWithoutTree, encodeGroupStateWithoutTree } from 'ts-mls/clientState.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { MlsGroup } from './group.ts';
import { clientConfig } from './leaf.ts';
import { MlsError } from './mls-error.ts';

export type GroupRecordName = 'tree' | 'ratchets';

export interface GroupRecord {
  readonly name: GroupRecordName;
  readonly bytes: Uint8Array;
}

/** All records, or those that differ from an earlier snapshot which is stored already. */
export function groupRecords(group: MlsGroup, stored?: MlsGroup): readonly GroupRecord[] {
  const ratchets: GroupRecord = { name: 'ratchets', bytes: encodeGroupStateWithoutTree({ ...group.state, secretTree: leavesOf(group.state.secretTree) }) };
  // Snapshots share what they did not change.
  return stored?.state.ratchetTree === group.state.ratchetTree ? [ratchets] : [ratchets, { name: 'tree', bytes: encodeRatchetTree(group.state.ratchetTree) }];
}

/** Throws {@link MlsError} `bad-state`. */
export function restoreGroup(records: readonly GroupRecord[]): MlsGroup {
  const bytesOf = (name: GroupRecordName): Uint8Array => {
    const record = records.find((candidate) => candidate.name === name);
    if (record === undefined) throw new MlsError('bad-state');
    return record.bytes.slice(); // secrets in it are wiped once used up; the record is the caller's
  };
  try {
    const ratchetTree: RatchetTree | undefined = decodeRatchetTree(bytesOf('tree'), 0)?.[0];
    const state = ratchetTree === undefined ? undefined : decodeGroupStateWithoutTree(ratchetTree)(bytesOf('ratchets'), 0)?.[0];
    if (state === undefined) throw new MlsError('bad-state');
    const whole: ClientState = { ...state, secretTree: withParents(state.secretTree), clientConfig };
    return new MlsGroup(whole);
  } catch (cause) {
    throw cause instanceof MlsError ? cause : new MlsError('bad-state', { cause });
  }
}

/** The library makes ratchets for the parents in the tree too. Nothing ever uses them: they are half of what a message would rewrite. */
const leavesOf = (tree: SecretTree): SecretTree => tree.filter((_, index) => index % 2 === 0);

const UNUSED: SecretTree[number] = {
  handshake: { secret: new Uint8Array(0), generation: 0, unusedGenerations: {} },
  application: { secret: new Uint8Array(0), generation: 0, unusedGenerations: {} },
};

const withParents = (leaves: SecretTree): SecretTree => leaves.flatMap((leaf, index) => (index === 0 ? [leaf] : [UNUSED, leaf]));
