/** Who may open a room: proved anew on each connection, by signing its nonce. */
import { randomBytes } from 'node:crypto';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { START, type Incarnation, type RoomId, type Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { createStatement, deleteStatement, epochIdOf, invitesDigestOf, inviteStatement, openStatement, roomIdOf, sortInvites } from '../../shared/statements.ts';
import { Room } from '../delivery/room.ts';
import { Subscription } from '../delivery/subscription.ts';
import type { StoredEpoch } from '../store/store.ts';
import { proves, sha256 } from './proof.ts';
import { refusal, type Connection } from './connection.ts';

type Access = Extract<ClientControl, { t: 'create' | 'open' | 'open-invite' | 'delete' }>;

export function access(session: Connection, frame: Access): Promise<void> {
  switch (frame.t) {
    case 'create':
      return create(session, frame);
    case 'open':
      return open(session, frame);
    case 'open-invite':
      return openInvite(session, frame);
    case 'delete':
      return remove(session, frame);
    default:
      return assertNever(frame);
  }
}

/** Any of the relay's own origins will do: it may be reached by several. */
const signed = (session: Connection, key: Uint8Array, sig: Uint8Array, statement: (origin: string) => Uint8Array): boolean =>
  session.options.origins.some((origin) => proves(key, statement(origin), sig));

const opened = (ref: number, room: Room): Uint8Array =>
  encodeControl({ t: 'opened', ref, room: room.id, incarnation: room.incarnation, head: room.durable, floor: 1 as Seq });

async function create(session: Connection, frame: Extract<Access, { t: 'create' }>): Promise<void> {
  const { rooms } = session.options;
  const { ref, access: key } = frame;
  const id = roomIdOf(frame.owner, sha256);
  const invites = sortInvites(frame.invites);
  const statement = (origin: string) => createStatement({ origin, room: id, access: key, invites: invitesDigestOf(invites, sha256), nonce: session.nonce });
  if (!signed(session, frame.owner, frame.sig, statement)) return session.fail({ code: 'no-access', ref });
  const epochId = epochIdOf(id, key, sha256);
  const existing = await rooms.get(id);
  if (existing !== undefined) {
    const first = existing.epoch(epochId);
    if (first === undefined || first.parent !== undefined) return session.fail({ code: 'room-exists', ref });
    const subscription = subscribe(session, existing, ref);
    subscription?.prove(first);
    if (subscription !== undefined) session.peer.send(opened(ref, existing));
    return;
  }
  const epoch: StoredEpoch = { id: epochId, parent: null, access: key, closing: false, seq: START, invites };
  const incarnation = new Uint8Array(randomBytes(16)) as Incarnation;
  const room = new Room(id, { owner: frame.owner, incarnation, head: START, epochs: [epoch], inviteUses: [], recent: [] });
  const subscription = subscribe(session, room, ref);
  if (subscription === undefined) return;
  rooms.adopt(room);
  const first = room.epoch(epochId);
  if (first !== undefined) subscription.prove(first);
  rooms.stage({
    room, peer: session.peer, writes: [{ kind: 'room', room: room.id, owner: frame.owner, incarnation, epoch, groupInfo: frame.groupInfo }],
    ack: opened(ref, room), refusal: refusal({ code: 'unavailable', ref }),
  });
}

async function open(session: Connection, frame: Extract<Access, { t: 'open' }>): Promise<void> {
  const { ref } = frame;
  const room = await session.options.rooms.get(frame.room);
  const epoch = room?.epoch(frame.epoch);
  // A signature is checked in any case, so that an unknown room takes as long as a wrong key.
  const key = epoch?.access ?? frame.sig.subarray(0, 32);
  const holds = signed(session, key, frame.sig, (origin) => openStatement({ origin, room: frame.room, epoch: frame.epoch, nonce: session.nonce }));
  if (room === undefined || epoch === undefined || !holds) return session.fail({ code: 'no-access', ref, room: frame.room });
  const subscription = subscribe(session, room, ref);
  if (subscription === undefined) return;
  subscription.prove(epoch);
  session.peer.send(opened(ref, room));
}

async function openInvite(session: Connection, frame: Extract<Access, { t: 'open-invite' }>): Promise<void> {
  const { ref, invite } = frame;
  const room = await session.options.rooms.get(frame.room);
  const holds = signed(session, invite, frame.sig, (origin) => inviteStatement({ origin, room: frame.room, invite, nonce: session.nonce }));
  if (room === undefined || !holds) return session.fail({ code: 'no-access', ref, room: frame.room });
  const standing = room.inviteStanding(invite, session.options.now());
  if (standing !== 'standing') return session.fail({ code: standing, ref, room: frame.room });
  const subscription = subscribe(session, room, ref);
  if (subscription === undefined) return;
  subscription.invite = invite;
  session.peer.send(opened(ref, room));
}

async function remove(session: Connection, frame: Extract<Access, { t: 'delete' }>): Promise<void> {
  const { ref } = frame;
  const { rooms } = session.options;
  const id: RoomId = roomIdOf(frame.owner, sha256);
  const room = await rooms.get(id);
  const holds = signed(session, frame.owner, frame.sig, (origin) => deleteStatement({ origin, room: id, nonce: session.nonce }));
  if (room === undefined || !holds) return session.fail({ code: 'no-access', ref });
  rooms.stage({
    room, peer: session.peer, writes: [{ kind: 'delete', room: room.id }], ack: encodeControl({ t: 'done', ref }), refusal: refusal({ code: 'unavailable', ref }),
    onStored: () => rooms.forget(room),
  });
}

/** This connection's hold on the room, made where there is none; undefined, and said so, where it has too many. */
function subscribe(session: Connection, room: Room, ref: number): Subscription | undefined {
  const existing = session.subscriptions.get(room.key);
  if (existing !== undefined) return existing;
  if (session.subscriptions.size >= session.options.limits.rooms) {
    session.fail({ code: 'too-many-rooms', ref, room: room.id });
    return undefined;
  }
  const subscription = new Subscription(room, session.peer);
  session.subscriptions.set(room.key, subscription);
  room.subscriptions.add(subscription);
  return subscription;
}
