/**
 * A group as records to store, cut so that what a step changed is little: the ratchets in pages of a few leaves, of which a
 * message moves one; the ratchet tree in pages of a few nodes, of which a commit changes one path; and the rest, which is new
 * with each epoch.
 */
import type { ClientState, RatchetTree, SecretTree } from 'ts-mls';
import { decodeGroupStateWithoutTree, encodeGroupStateWithoutTree } from 'ts-mls/clientState.js';
import { decodeOptional, optionalEncoder } from 'ts-mls/codec/optional.js';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decodeVarLenType, varLenTypeEncoder } from 'ts-mls/codec/variableLength.js';
import { decodeNode, nodeEncoder } from 'ts-mls/ratchetTree.js';
import { decodeGenerationSecret, generationSecretEncoder } from 'ts-mls/secretTree.js';
import { concat } from '../../../shared/bytes.ts';
import { MlsGroup } from './group.ts';
import { clientConfig, trustLeaves } from './leaf.ts';
import { MlsError } from './mls-error.ts';

export type GroupRecordName = 'epoch' | `nodes ${number}` | `ratchets ${number}`;

export interface GroupRecord {
  readonly name: GroupRecordName;
  readonly bytes: Uint8Array;
}

/** A leaf and the parent behind it. */
const NODES = 2;
/** A smaller page is less to write with each message; more pages are more records with each commit. */
const RATCHETS = 8;
/** Nodes of the tree, before the group: u32. */
const COUNT_BYTES = 4;

type Ratchet = SecretTree[number]['application'];

const encodeNodes = encode(varLenTypeEncoder(optionalEncoder(nodeEncoder)));
const decodeNodes = decodeVarLenType(decodeOptional(decodeNode));
const encodeRatchets = encode(varLenTypeEncoder(generationSecretEncoder));
const decodeRatchets = decodeVarLenType(decodeGenerationSecret);

/** What differs from an earlier snapshot that is stored already; everything where there is none. */
export function groupRecords(group: MlsGroup, stored?: MlsGroup): readonly GroupRecord[] {
  const [now, before] = [group.state, stored?.state];
  const records: GroupRecord[] = [];
  if (before === undefined || !isSameEpoch(now, before)) records.push({ name: 'epoch', bytes: encodeEpoch(now) });
  changedPages(now.ratchetTree, before?.ratchetTree, NODES, (page, nodes) => records.push({ name: `nodes ${page}`, bytes: encodeNodes([...nodes]) }));
  changedPages(ratchetsOf(now), before && ratchetsOf(before), RATCHETS, (page, ratchets) => records.push({ name: `ratchets ${page}`, bytes: encodeRatchets([...ratchets]) }));
  return records;
}

/** The names under which an earlier snapshot stands stored, and this one has nothing. */
export function goneRecords(group: MlsGroup | null, stored: MlsGroup): readonly GroupRecordName[] {
  const names = (nodes: number): readonly GroupRecordName[] => [
    'epoch',
    ...Array.from({ length: Math.ceil(nodes / NODES) }, (_, page) => `nodes ${page}` as const),
    ...Array.from({ length: Math.ceil((nodes + 1) / 2 / RATCHETS) }, (_, page) => `ratchets ${page}` as const),
  ];
  const kept = new Set(group === null ? [] : names(group.state.ratchetTree.length));
  return names(stored.state.ratchetTree.length).filter((name) => !kept.has(name));
}

/**
 * Of records under one name the last one counts, and what lies beyond the tree's end does not: so what a later snapshot changed may simply
 * follow. They are taken at their word, as the device's own. Throws {@link MlsError} `bad-state`.
 */
export function restoreGroup(records: readonly GroupRecord[]): MlsGroup {
  const byName = new Map(records.map(({ name, bytes }) => [name, bytes]));
  const bytesOf = (name: GroupRecordName): Uint8Array => {
    const bytes = byName.get(name);
    if (bytes === undefined) throw new MlsError('bad-state');
    return bytes.slice(); // secrets in it are wiped once used up; the record is the caller's
  };
  try {
    const epoch = bytesOf('epoch');
    const count = epoch.length < COUNT_BYTES ? 0 : new DataView(epoch.buffer, epoch.byteOffset).getUint32(0);
    const ratchetTree: RatchetTree = pagesOf(count, NODES, (page) => decodeNodes(bytesOf(`nodes ${page}`), 0)?.[0]);
    const ratchets = pagesOf((count + 1) / 2, RATCHETS, (page) => decodeRatchets(bytesOf(`ratchets ${page}`), 0)?.[0]);
    const state = decodeGroupStateWithoutTree(ratchetTree)(epoch, COUNT_BYTES)?.[0];
    if (state === undefined) throw new MlsError('bad-state');
    trustLeaves(ratchetTree);
    return new MlsGroup({ ...state, secretTree: secretTreeOf(ratchets), clientConfig });
  } catch (cause) {
    throw cause instanceof MlsError ? cause : new MlsError('bad-state', { cause });
  }
}

/** Snapshots share what they did not change. */
const isSameEpoch = (a: ClientState, b: ClientState): boolean => a.groupContext === b.groupContext && a.ratchetTree === b.ratchetTree;

function encodeEpoch(state: ClientState): Uint8Array {
  const count = new Uint8Array(COUNT_BYTES);
  new DataView(count.buffer).setUint32(0, state.ratchetTree.length);
  return concat(count, encodeGroupStateWithoutTree({ ...state, secretTree: [] }));
}

function changedPages<T>(now: readonly T[], before: readonly T[] | undefined, size: number, changed: (page: number, items: readonly T[]) => void): void {
  for (let page = 0; page * size < now.length; page++) {
    const items = now.slice(page * size, (page + 1) * size);
    const same = before !== undefined && Math.min(before.length, (page + 1) * size) - page * size === items.length && items.every((item, i) => item === before[page * size + i]);
    if (!same) changed(page, items);
  }
}

function pagesOf<T>(count: number, size: number, read: (page: number) => readonly T[] | undefined): T[] {
  const all: T[] = [];
  while (all.length < count) {
    const items = read(all.length / size);
    if (items?.length !== Math.min(size, count - all.length)) throw new MlsError('bad-state');
    all.push(...items);
  }
  return all;
}

/**
 * Of each leaf, the ratchet of its messages. The library makes more that nothing here ever uses: one for commits as private messages, which are
 * refused unread, and both for every parent in the tree.
 */
const ratchetsOf = ({ secretTree }: ClientState): readonly Ratchet[] => secretTree.filter((_, index) => index % 2 === 0).map(({ application }) => application);

const UNUSED: Ratchet = { secret: new Uint8Array(0), generation: 0, unusedGenerations: {} };

const secretTreeOf = (ratchets: readonly Ratchet[]): SecretTree =>
  ratchets.flatMap((application, index) => [...(index === 0 ? [] : [{ application: UNUSED, handshake: UNUSED }]), { application, handshake: UNUSED }]);
