/**
 * Whoever wants to talk to somebody from a shared room makes a room of two, with an invite for that person alone, and whispers it
 * to them in the shared room; there it stands as a request until they answer.
 */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { EPOCH_ID_BYTES, START, type EnvelopeId, type EpochId } from '../../../shared/ids.ts';
import type { Member, MlsGroup } from '../mls/index.ts';
import { newRoomRecord, NOTHING_AGREED, roomChanges } from '../records/room-record.ts';
import { invitesIn } from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { originOf, personHash } from '../rooms/invite-link.ts';
import { leavesOfPerson, newestLeaf } from '../rooms/standing.ts';
import type { Ask, Body } from '../wire/bodies.ts';
import { adrift } from '../wire/chain.ts';
import { decodeRequest, encodeRequest } from '../wire/request.ts';
import { erasing } from './leaving.ts';
import { personOf, storedPerson } from './people.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Once their invite stands: whispers it, in the room by which we know them. The envelope's id is the invite's, so that it is said once. */
export async function askPeer(room: Room): Promise<void> {
  const { record, mls } = room.state;
  const { peer } = record;
  if (peer === null || peer.secret === null || mls === null) return;
  const { id } = inviteKeys(record.room, peer.secret);
  if (!(invitesIn(mls.group.extensions) ?? []).some((invite) => equalBytes(invite.id, id))) return;
  const via = room.host.rooms().find(({ key }) => key === peer.via);
  // It waits for another room by which we know them, where this one is lost.
  if (via?.state.record.standing.kind !== 'member') return;
  const content = encodeRequest({ room: record.room, secret: peer.secret, relay: record.relay });
  await via.run(() => whisper(via, id.slice() as EnvelopeId, { kind: 'ask', to: peer.person, content }));
  const step = room.step();
  step.update({ peer: { ...peer, secret: null } });
  await room.store(step);
}

async function whisper(via: Room, id: EnvelopeId, body: Ask): Promise<void> {
  const isSaid = via.outbox.get(id) !== undefined || (await via.host.storage.get('seen', [via.key, toBase64Url(id)])) !== undefined;
  if (isSaid || via.state.record.standing.kind !== 'member') return;
  const step = via.step();
  step.enqueue({ id, order: via.outbox.nextOrder(), at: via.host.clock.now(), body, sealed: null });
  step.then(() => via.poke());
  await via.store(step);
}

/** The message on the wire; undefined where whoever it is for is not in the room any more. */
export function whispered(group: MlsGroup, { to, content }: Ask): Body | undefined {
  const leaf = newestLeaf(leavesOfPerson(group.members, to));
  return leaf === undefined || leaf.leaf === group.me ? undefined : { kind: 'whisper', ...group.whisper(leaf.leaf, content) };
}

/** Somebody whispers: where it is to us, and asks for a room that we do not know, the request is kept. A later one takes its place. */
export function takeWhisper(via: Room, step: Step, sender: Member, whisperedTo: Extract<Body, { kind: 'whisper' }>): void {
  const content = step.mls?.group.overhear(sender, whisperedTo);
  const request = content === undefined ? undefined : decodeRequest(content);
  const relay = request === undefined ? undefined : originOf(request.relay);
  const { host } = via;
  if (request === undefined || relay === undefined || relay !== request.relay) return;
  const key = toBase64Url(request.room);
  if (host.rooms().some((room) => room.key === key)) return;
  const by = storedPerson(sender);
  const record = newRoomRecord({
    room: request.room, relay, createdAt: host.clock.now(), owner: null, standing: { kind: 'asked', by: personOf(by) }, chain: adrift(START),
    epoch: new Uint8Array(EPOCH_ID_BYTES) as EpochId, secret: request.secret, inviter: personHash(sender.identityKey), confirmed: false, name: '', members: [],
    agreed: { ...NOTHING_AGREED, kind: 'direct' }, peer: { ...by, via: via.key, secret: null },
  });
  const earlier = host.rooms().filter(({ state }) => state.record.standing.kind === 'asked' && state.record.peer !== null && equalBytes(state.record.peer.person, by.person));
  for (const room of earlier) step.change(...erasing(room.key));
  step.change(...roomChanges(key, record));
  step.then(() => {
    for (const room of earlier) host.dropped(room.key);
    host.adopt(record);
  });
}
