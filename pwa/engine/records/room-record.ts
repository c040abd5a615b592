/** A room as it is stored: everything but its group, history and outbox. Its members apart: they are most of it, and seldom change. */
import * as v from 'valibot';
import type { Alarm, PersonKey, Problem, Standing } from '../api.ts';
import {
  DIGEST_BYTES, ENVELOPE_ID_BYTES, EPOCH_ID_BYTES, INCARNATION_BYTES, ROOM_ID_BYTES, START, type EnvelopeId, type EpochId, type Incarnation, type OwnerKey,
  type RoomId, type Seq,
} from '../../../shared/ids.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { Change, StorageKey, StoredRecord } from '../ports/storage.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import type { Chain } from '../wire/chain.ts';

/** What is still wanted of the group: made into a commit when the room is up with its log, and made again where another won. */
export type Intent =
  | { readonly kind: 'invite'; readonly id: string; readonly secret: Uint8Array; readonly uses: number; readonly expires: number }
  | { readonly kind: 'remove'; readonly id: string; readonly person: IdentityKey }
  /** New keys alone: the way past a step that has only invalid candidates. */
  | { readonly kind: 'refresh'; readonly id: string };

export interface RoomRecord {
  readonly room: RoomId;
  readonly relay: string;
  readonly createdAt: number;
  /** Of whoever made the room; null for all others. */
  readonly owner: { readonly publicKey: OwnerKey; readonly secretKey: Uint8Array } | null;
  /** False until the relay has the room. */
  readonly registered: boolean;
  readonly incarnation: Incarnation | null;
  readonly standing: Standing;
  /** The last seq that was processed. */
  readonly cursor: Seq;
  /** What is added to a seq for its position in the timeline: grows where a relay was rolled back and gives seqs anew. */
  readonly shift: number;
  readonly chain: Chain;
  readonly epoch: EpochId;
  /** Seq of the commit that began it; 0 for the first epoch, and where a joiner does not know. */
  readonly began: Seq;
  /** Own messages that a relay which went back may not have any more; settled when its head is reached. */
  readonly missing: readonly EnvelopeId[];
  /** Candidates for the next epoch that were found invalid. */
  readonly rejected: number;
  readonly wanted: readonly Intent[];
  /** From the link: while joining. */
  readonly secret: Uint8Array | null;
  readonly inviter: Uint8Array | null;
  readonly confirmed: boolean;
  readonly name: string;
  readonly members: readonly { readonly person: IdentityKey; readonly name: string }[];
  /** Positions. */
  readonly readThrough: number;
  readonly receivedThrough: number;
  /** Up to here nobody else was in the room who could have received anything. */
  readonly aloneThrough: number;
  readonly unread: number;
  /** Effects that came before their message, or without it. */
  readonly waiting: number;
  /** Seq of the last message of each sender for which nobody has sent a receipt yet. */
  readonly owed: readonly { readonly to: IdentityKey; readonly seq: Seq }[];
  readonly alarms: readonly Omit<Alarm, 'relay'>[];
}

const seq = v.pipe(count, v.transform((value) => value as Seq));
const person = bytes<IdentityKey>(32);
const link = v.object({ seq, hash: bytes(DIGEST_BYTES) });
const shownPerson = v.object({ person: v.pipe(v.string(), v.transform((key) => key as PersonKey)), name: v.string() });
const problem = v.pipe(v.object({ code: v.string(), detail: v.string() }), v.transform((value) => value as Problem));

const shape = v.object({
  v: v.literal(1), room: bytes<RoomId>(ROOM_ID_BYTES), relay: v.string(), createdAt: count,
  owner: v.nullable(v.object({ publicKey: bytes<OwnerKey>(32), secretKey: bytes(64) })),
  registered: v.boolean(), incarnation: v.nullable(bytes<Incarnation>(INCARNATION_BYTES)),
  standing: v.variant('kind', [
    v.object({ kind: v.literal('joining') }), v.object({ kind: v.literal('waiting') }), v.object({ kind: v.literal('asked'), by: shownPerson }),
    v.object({ kind: v.literal('member') }), v.object({ kind: v.literal('left') }),
    v.object({ kind: v.literal('removed'), by: v.nullable(shownPerson), banned: v.boolean() }),
    v.object({ kind: v.literal('broken'), reason: v.picklist(['state-lost', 'state-corrupt', 'away-too-long', 'diverged']) }),
    v.object({ kind: v.literal('refused'), problem }),
  ]),
  cursor: seq, shift: count,
  chain: v.variant('kind', [v.object({ kind: v.literal('anchored'), since: seq, last: link }), v.object({ kind: v.literal('adrift'), since: seq, frames: v.array(link) })]),
  epoch: bytes<EpochId>(EPOCH_ID_BYTES), began: seq, missing: v.array(bytes<EnvelopeId>(ENVELOPE_ID_BYTES)), rejected: count,
  wanted: v.array(v.variant('kind', [
    v.object({ kind: v.literal('invite'), id: v.string(), secret: bytes(32), uses: count, expires: count }),
    v.object({ kind: v.literal('remove'), id: v.string(), person }),
    v.object({ kind: v.literal('refresh'), id: v.string() }),
  ])),
  secret: v.nullable(anyBytes), inviter: v.nullable(anyBytes), confirmed: v.boolean(), name: v.string(),
  readThrough: v.number(), receivedThrough: v.number(), aloneThrough: v.number(), unread: count, waiting: count,
  owed: v.array(v.object({ to: person, seq })),
  alarms: v.array(v.object({ kind: v.picklist(['log-forked', 'relay-reset', 'relay-rolled-back', 'log-withheld']), since: count })),
});

const membersShape = v.array(v.object({ person, name: v.string() }));

const MEMBERS = 'members';

/** What is to be written for a record, after an earlier one that is stored. */
export function roomChanges(key: string, record: RoomRecord, stored?: RoomRecord): readonly Change[] {
  if (record === stored) return [];
  const { members, ...rest } = record;
  const changes: Change[] = [{ kind: 'put', store: 'rooms', key: [key], value: toCbor({ v: 1, ...rest }) }];
  if (members !== stored?.members) changes.push({ kind: 'put', store: 'rooms', key: [key, MEMBERS], value: toCbor(members) });
  return changes;
}

/** Of all rows of the `rooms` store; `record` is undefined where one cannot be read. */
export function decodeRooms(rows: readonly StoredRecord[]): readonly { readonly key: StorageKey; readonly record: RoomRecord | undefined }[] {
  return rows.filter(({ key }) => key.length === 1).map(({ key, value }) => {
    const others = rows.find((row) => row.key.length === 2 && row.key[0] === key[0] && row.key[1] === MEMBERS);
    const rest = fromCbor(shape, value);
    const members = others === undefined ? undefined : fromCbor(membersShape, others.value);
    return { key, record: rest === undefined || members === undefined ? undefined : { ...rest, members } };
  });
}

export const newRoomRecord = (
  given: Pick<RoomRecord, 'room' | 'relay' | 'createdAt' | 'owner' | 'standing' | 'chain' | 'epoch' | 'secret' | 'inviter' | 'confirmed' | 'name' | 'members'>,
): RoomRecord => ({
  ...given, registered: false, incarnation: null, cursor: START, shift: 0, began: START, missing: [], rejected: 0, wanted: [], readThrough: 0, receivedThrough: 0, aloneThrough: 0, unread: 0, waiting: 0, owed: [], alarms: [],
});
