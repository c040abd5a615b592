/** A room as it is stored: everything but its group, history and outbox. Its members apart: they are most of it, and seldom change. */
import * as v from 'valibot';
import type { Alarm, PersonKey, Problem, RoomPlace, Standing } from '../api.ts';
import {
  DIGEST_BYTES, ENVELOPE_ID_BYTES, EPOCH_ID_BYTES, INCARNATION_BYTES, ROOM_ID_BYTES, START, type EnvelopeId, type EpochId, type Incarnation, type InviteKey, type OwnerKey,
  type RoomId, type Seq,
} from '../../../shared/ids.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { RoomTerms } from '../rooms/extensions.ts';
import type { LeaveStatement } from '../rooms/leave-statement.ts';
import type { Role } from '../rooms/standing.ts';
import type { Named } from '../trust/same-name.ts';
import type { Change, StorageKey, StoredRecord } from '../ports/storage.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import type { Chain } from '../wire/chain.ts';
import { intentShape, type Intent } from './intent.ts';
import { decodeItem, encodeItem, type StoredItem } from './message-records.ts';

/** A person in a room, as lists show them. */
export interface StoredMember {
  readonly person: IdentityKey;
  readonly name: string;
  readonly role: Role;
  /** Leaves. */
  readonly devices: number;
  /** Unix milliseconds; 0 where this device does not know. */
  readonly lastSeenAt: number;
  readonly keysFrom: number;
  /** Position; 0 where they did not say. */
  readonly readThrough: number;
}

/** What a room agreed on in the epoch that we are in, as far as it is shown: so that lists need not load its group. */
export interface Agreed {
  readonly kind: RoomTerms['kind'];
  readonly hue: number | null;
  readonly picture: Uint8Array | null;
  readonly approval: boolean;
  /** Seconds that messages stay, once read; null for always. */
  readonly disappearing: number | null;
  readonly banned: readonly { readonly person: IdentityKey; readonly name: string; readonly by: IdentityKey }[];
}

/** Whom a room of two is for, and by which room one knows them. */
export interface Peer {
  readonly person: IdentityKey;
  readonly name: string;
  readonly via: string;
  /** By us: the secret of their invite, until it was whispered to them. Else null. */
  readonly secret: Uint8Array | null;
}

/** Somebody who waits at the door. */
export interface StoredKnock {
  readonly id: EnvelopeId;
  readonly person: IdentityKey;
  readonly name: string;
  readonly at: number;
  /** The invite with which they knocked. */
  readonly invite: Uint8Array;
  /** The keys under which they would come in. */
  readonly as: { readonly id: Uint8Array; readonly kem: Uint8Array; readonly sign: InviteKey };
}

export interface DeadEnds {
  readonly epochs: readonly EpochId[];
  readonly leaves: readonly Uint8Array[];
}

export const NO_DEAD_ENDS: DeadEnds = { epochs: [], leaves: [] };

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
  /** Position up to which what the relay gave was found to be what another member was given; null before the first time. */
  readonly agreedThrough: number | null;
  readonly epoch: EpochId;
  /** Seq of the commit that began it; 0 for the first epoch, and where a joiner does not know. */
  readonly began: Seq;
  /** Own messages that a relay which went back may not have any more; settled when its head is reached. */
  readonly missing: readonly EnvelopeId[];
  /** Candidates for the next epoch that were found invalid. */
  readonly rejected: number;
  readonly wanted: readonly Intent[];
  /** To be deleted from this device as soon as the leave statement has gone out. */
  readonly forgotten: boolean;
  /** When this device's keys are to be renewed, Unix milliseconds. */
  readonly renewAt: number;
  /** From the link: while joining. */
  readonly secret: Uint8Array | null;
  readonly inviter: Uint8Array | null;
  /** At the door: the secret of the keys under which we asked to be let in, and when we last did, Unix milliseconds. */
  readonly personal: Uint8Array | null;
  readonly knockedAt: number;
  /** Joining is coming back: by the return key that follows from our identity. */
  readonly returning: boolean;
  /** Since we came in, nobody was heard of but whoever vouched for the epoch into which we did. Else null. */
  readonly entered: { readonly voucher: IdentityKey } | null;
  /** Where nobody is: epochs, and, by the signature keys of the leaves with which we came in there, all that leads on from some. */
  readonly deadEnds: DeadEnds;
  /** Since a commit was refused, nobody was heard of in our epoch but, maybe, its maker: and so many envelopes came of others. `since`: the position of that commit. Else null. */
  readonly apart: { readonly foreign: number; readonly since: number; readonly by: IdentityKey | null } | null;
  /** Since when we have not heard what was said, Unix milliseconds; 0 where we have. */
  readonly missedFrom: number;
  readonly confirmed: boolean;
  readonly name: string;
  readonly members: readonly StoredMember[];
  readonly agreed: Agreed;
  readonly knocks: readonly StoredKnock[];
  /** Of a room of two: the other, whoever made it. */
  readonly peer: Peer | null;
  /** Those who said that they leave, and are still in the group. */
  readonly leaves: readonly LeaveStatement[];
  /** Under which name whom was seen, the first seen first. */
  readonly sightings: readonly Named[];
  /** Of people who took the name of somebody whom one verified: those of whom one has seen it. */
  readonly acknowledged: readonly { readonly who: IdentityKey; readonly as: IdentityKey }[];
  /** Positions. */
  readonly readThrough: number;
  readonly receivedThrough: number;
  /** The furthest that another has read. */
  readonly seenThrough: number;
  /** What we have read and not told: up to that seq; 0 where there is nothing to tell. */
  readonly readOwed: Seq;
  /** Up to here nobody else was in the room who could have received anything. */
  readonly aloneThrough: number;
  readonly unread: number;
  /** Positions of messages that mention this device's person, and are unread. */
  readonly mentioned: readonly number[];
  readonly place: RoomPlace;
  /** When the next message disappears, by `expiry/elapsed.ts`; 0 where none does. */
  readonly nextDue: number;
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
  agreedThrough: v.nullable(v.number()), epoch: bytes<EpochId>(EPOCH_ID_BYTES), began: seq, missing: v.array(bytes<EnvelopeId>(ENVELOPE_ID_BYTES)), rejected: count,
  wanted: v.array(intentShape), forgotten: v.boolean(), renewAt: count,
  secret: v.nullable(anyBytes), inviter: v.nullable(anyBytes), personal: v.nullable(bytes(32)), knockedAt: count, returning: v.boolean(), entered: v.nullable(v.object({ voucher: person })), deadEnds: v.object({ epochs: v.array(bytes<EpochId>(EPOCH_ID_BYTES)), leaves: v.array(bytes(32)) }),
  apart: v.nullable(v.object({ foreign: count, since: v.number(), by: v.nullable(person) })), missedFrom: count, confirmed: v.boolean(), name: v.string(),
  readThrough: v.number(), receivedThrough: v.number(), seenThrough: v.number(), readOwed: seq, aloneThrough: v.number(), unread: count, mentioned: v.array(v.number()),
  place: v.object({ pinned: v.boolean(), archived: v.boolean(), muted: v.nullable(v.object({ until: v.nullable(count), mentions: v.boolean() })) }), nextDue: v.number(), waiting: count,
  owed: v.array(v.object({ to: person, seq })),
  alarms: v.array(v.object({ kind: v.picklist(['log-forked', 'relay-reset', 'relay-rolled-back', 'log-withheld']), since: count })),
});

const inviteId = bytes(16);
/** The part that seldom changes and is most of it in a large room. */
const agreedShape = v.object({
  members: v.array(v.object({ person, name: v.string(), role: v.picklist(['owner', 'admin', 'member']), devices: count, lastSeenAt: count, keysFrom: count, readThrough: v.number() })),
  agreed: v.object({
    kind: v.picklist(['group', 'direct']), hue: v.nullable(count), picture: v.nullable(anyBytes), approval: v.boolean(),
    disappearing: v.nullable(count), banned: v.array(v.object({ person, name: v.string(), by: person })),
  }),
  knocks: v.array(v.object({
    id: bytes<EnvelopeId>(ENVELOPE_ID_BYTES), person, name: v.string(), at: count, invite: inviteId, as: v.object({ id: inviteId, kem: anyBytes, sign: bytes<InviteKey>(32) }),
  })),
  leaves: v.array(v.object({ device: bytes(32), sig: bytes(64) })),
  peer: v.nullable(v.object({ person, name: v.string(), via: v.string(), secret: v.nullable(bytes(32)) })),
  sightings: v.array(v.object({ person, name: v.string() })), acknowledged: v.array(v.object({ who: person, as: person })),
});

const AGREED = 'agreed';
const LATEST = 'latest';

/** What is to be written for a record, after an earlier one that is stored. */
export function roomChanges(key: string, record: RoomRecord, stored?: RoomRecord): readonly Change[] {
  if (record === stored) return [];
  const { members, agreed, knocks, leaves, peer, sightings, acknowledged, ...rest } = record;
  const seldom = { members, agreed, knocks, leaves, peer, sightings, acknowledged };
  const changes: Change[] = [{ kind: 'put', store: 'rooms', key: [key], value: toCbor({ v: 1, ...rest }) }];
  const same = stored !== undefined && (Object.keys(seldom) as (keyof typeof seldom)[]).every((field) => seldom[field] === stored[field]);
  if (!same) changes.push({ kind: 'put', store: 'rooms', key: [key, AGREED], value: toCbor(seldom) });
  return changes;
}

/** The last line of a room's conversation; null where that has to be looked up. */
export const latestChange = (key: string, item: StoredItem | null): Change =>
  item === null ? { kind: 'delete', store: 'rooms', key: [key, LATEST] } : { kind: 'put', store: 'rooms', key: [key, LATEST], value: encodeItem(item) };

interface StoredRoom {
  readonly key: StorageKey;
  /** Undefined where it cannot be read. */
  readonly record: RoomRecord | undefined;
  /** Undefined where it has to be looked up. */
  readonly latest: StoredItem | undefined;
}

/** Of all rows of the `rooms` store. */
export function decodeRooms(rows: readonly StoredRecord[]): readonly StoredRoom[] {
  const beside = new Map(rows.filter(({ key }) => key.length === 2).map(({ key: [room, what], value }) => [`${room} ${what}`, value]));
  return rows.filter(({ key }) => key.length === 1).map(({ key, value }) => {
    const others = beside.get(`${key[0]} ${AGREED}`);
    const last = beside.get(`${key[0]} ${LATEST}`);
    const rest = fromCbor(shape, value);
    const agreed = others === undefined ? undefined : fromCbor(agreedShape, others);
    return { key, record: rest === undefined || agreed === undefined ? undefined : { ...rest, ...agreed }, latest: last === undefined ? undefined : decodeItem(last) };
  });
}

export const NOTHING_AGREED: Agreed = { kind: 'group', hue: null, picture: null, approval: false, disappearing: null, banned: [] };

export const newRoomRecord = (
  given: Pick<RoomRecord, 'room' | 'relay' | 'createdAt' | 'owner' | 'standing' | 'chain' | 'epoch' | 'secret' | 'inviter' | 'confirmed' | 'name' | 'members'> & Partial<Pick<RoomRecord, 'agreed' | 'sightings' | 'peer'>>,
): RoomRecord => ({
  agreed: NOTHING_AGREED, knocks: [], leaves: [], peer: null, forgotten: false, personal: null, knockedAt: 0, sightings: [], acknowledged: [], ...given, registered: false, incarnation: null, cursor: START, shift: 0, began: START, missing: [], agreedThrough: null, returning: false, entered: null, deadEnds: NO_DEAD_ENDS, apart: null, missedFrom: 0, rejected: 0, wanted: [], renewAt: 0, readThrough: 0, receivedThrough: 0, seenThrough: 0, readOwed: START, aloneThrough: 0, unread: 0, mentioned: [], place: { pinned: false, archived: false, muted: null }, nextDue: 0, waiting: 0, owed: [], alarms: [],
});
