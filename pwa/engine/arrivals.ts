/** How rooms come to this device: from the storage, and by links. */
import { toBase64Url } from '../../shared/bytes.ts';
import { EPOCH_ID_BYTES, START, type EpochId } from '../../shared/ids.ts';
import { EngineError, type InvitePreview, type RoomKey } from './api.ts';
import type { RoomHost } from './actor/host.ts';
import { doorOfInvite, inviterIn, readDoorway } from './actor/doorway.ts';
import { peopleIn, personOf, storedPerson } from './actor/people.ts';
import { rejoin } from './actor/rejoin.ts';
import { Room } from './actor/room.ts';
import { readLatest } from './actor/state.ts';
import { decodeOutboxEntry, type OutboxEntry } from './records/message-records.ts';
import { decodeRooms, newRoomRecord, roomChanges } from './records/room-record.ts';
import { decodeInviteLink, personHash, type InviteLink } from './rooms/invite-link.ts';
import { neutralised } from './rooms/names.ts';
import { Disconnected, problemOf, RelayRefusal } from './sync/refusal.ts';
import { adrift } from './wire/chain.ts';
import { equalBytes } from '../../shared/bytes.ts';
import { StorageError } from './ports/storage.ts';

/** By few reads, however many rooms there are and however much was said in them. */
export async function loadRooms(host: RoomHost): Promise<readonly Room[]> {
  const [rows, queued] = await Promise.all([host.storage.range('rooms', { prefix: [] }), host.storage.range('outbox', { prefix: [] })]);
  const outboxes = new Map<string, OutboxEntry[]>();
  for (const { key, value } of queued) {
    const entry = decodeOutboxEntry(value);
    if (entry !== undefined) outboxes.set(String(key[0]), [...(outboxes.get(String(key[0])) ?? []), entry]);
  }
  return Promise.all(decodeRooms(rows).map(async ({ key, record, latest }) => {
    if (record === undefined) throw new StorageError('failed', 'A stored room cannot be read.');
    const room = String(key[0]);
    const outbox = (outboxes.get(room) ?? []).sort((a, b) => a.order - b.order);
    return new Room(host, record, outbox, latest ?? (await readLatest(host, room)));
  }));
}

function readLink(text: string): InviteLink {
  const link = decodeInviteLink(text);
  if (link === undefined) throw new EngineError('bad-link', 'This is not an invite, or a part of it is missing.');
  return link;
}

export async function previewInvite(host: RoomHost, rooms: ReadonlyMap<string, Room>, text: string): Promise<InvitePreview> {
  const invite = readLink(text);
  const key = toBase64Url(invite.room) as RoomKey;
  const known = rooms.get(key)?.state.record;
  if (known?.standing.kind === 'member') {
    const inviter = known.members.find(({ person }) => equalBytes(personHash(person), invite.inviter));
    return {
      room: key, name: neutralised(known.name), members: known.members.map(personOf), inviter: inviter === undefined ? null : personOf(inviter), relay: known.relay, alreadyMember: true, approval: known.agreed.approval,
    };
  }
  return previewAt(host, invite, 0);
}

/** Moves that a preview follows. */
const MOST_HOPS = 4;

async function previewAt(host: RoomHost, invite: InviteLink, hops: number): Promise<InvitePreview> {
  const key = toBase64Url(invite.room) as RoomKey;
  const link = host.link(invite.relay);
  try {
    await link.ready();
    const { view, terms } = await readDoorway(link, doorOfInvite(invite));
    const inviter = inviterIn(view, invite.inviter);
    await link.ask({ t: 'close', room: invite.room });
    // The room has moved since the link was made, maybe more than once.
    if (terms.relay !== null && terms.relay !== invite.relay && hops < MOST_HOPS) return await previewAt(host, { ...invite, relay: terms.relay }, hops + 1);
    return {
      room: key, name: neutralised(terms.name), members: peopleIn(view.members).map(personOf), inviter: inviter === undefined ? null : personOf(storedPerson(inviter)),
      relay: invite.relay, alreadyMember: false, approval: terms.approval,
    };
  } catch (cause) {
    if (cause instanceof Disconnected) throw new EngineError('relay-unreachable', 'The relay cannot be reached.', { cause });
    if (cause instanceof RelayRefusal) throw new EngineError(problemOf(cause.code), cause.message, { cause });
    throw cause;
  }
}

/** Stores the wish to join: what remains goes on by itself. A room that this device is in, or is joining, is answered as it is. */
export async function beginJoin(host: RoomHost, rooms: ReadonlyMap<string, Room>, text: string): Promise<Room> {
  const invite = readLink(text);
  const known = rooms.get(toBase64Url(invite.room));
  const standing = known?.state.record.standing.kind;
  if (known !== undefined && (standing === 'member' || standing === 'joining' || standing === 'waiting')) return known;
  // A link is as good as the button: whoever is in the room comes back into it, and needs no invite.
  if (known !== undefined && standing === 'broken') {
    await rejoin(known, invite);
    return known;
  }
  // What is joined would be left again by the statement that is still on its way, or that one would be lost.
  if (known?.outbox.all.some(({ entry }) => entry.body.kind === 'leave') === true) throw new EngineError('relay-unreachable', 'This room is still being left: that ends when its relay can be reached.');
  host.profile();
  const record = newRoomRecord({
    room: invite.room, relay: invite.relay, createdAt: host.clock.now(), owner: null, standing: { kind: 'joining' }, chain: adrift(START),
    epoch: new Uint8Array(EPOCH_ID_BYTES) as EpochId, secret: invite.secret, inviter: invite.inviter, confirmed: false, name: '', members: [],
  });
  const kept = known?.state.record;
  // History of an earlier stay remains, and goes on behind it.
  const shift = kept === undefined ? 0 : kept.shift + kept.cursor;
  // And so does what the relay was caught at, until the person has seen it.
  const { readThrough = 0, receivedThrough = 0, unread = 0, mentioned = [], place = record.place, nextDue = 0, alarms = [] } = kept ?? {};
  const joining = { ...record, shift, readThrough, receivedThrough, unread, mentioned, place, nextDue, alarms };
  await host.write([{ kind: 'clear', store: 'groups', prefix: [toBase64Url(invite.room)] }, { kind: 'clear', store: 'links', prefix: [toBase64Url(invite.room)] }, ...roomChanges(toBase64Url(invite.room), joining)]);
  return new Room(host, joining, known?.outbox.all.map(({ entry }) => entry) ?? [], known?.state.latest ?? null);
}
