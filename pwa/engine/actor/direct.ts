/** Rooms of two, as the person asks for them. What is said between the two devices before there is such a room, is in `whisper.ts`. */
import { equalBytes } from '../../../shared/bytes.ts';
import { EngineError } from '../api.ts';
import { randomBytes } from '../crypto/sodium.ts';
import type { IdentityKey, Suite } from '../mls/index.ts';
import { invitesIn } from '../rooms/extensions.ts';
import { INVITE_SECRET_BYTES } from '../rooms/invite-keys.ts';
import { createRoom } from './create-room.ts';
import { forget } from './leaving.ts';
import type { Room } from './room.ts';

/** The room with that person: there already, or offered by them, or made just now. */
export async function messagePerson(via: Room, person: IdentityKey, suite: Suite): Promise<Room> {
  const { host } = via;
  const { standing, members, relay } = via.state.record;
  const other = members.find((member) => equalBytes(member.person, person));
  if (standing.kind !== 'member' || other === undefined) throw new EngineError('not-a-member', 'That person is not in the room.');
  if (equalBytes(person, host.profile().identityKey)) throw new EngineError('not-allowed', 'One’s own words are for oneself.');
  const between = host.rooms().filter(({ state: { record } }) => record.peer !== null && equalBytes(record.peer.person, person));
  await Promise.all(between.map((room) => room.ready()));
  const known = between.find((room) => isWith(room, person));
  if (known !== undefined) {
    if (known.state.record.standing.kind === 'asked') await answerRequest(known, true);
    else await known.run(() => askBy(known, via));
    return known;
  }
  return createRoom(host, relay, suite, '', { person, name: other.name, via: via.key, secret: randomBytes(INVITE_SECRET_BYTES) });
}

/** Not asked yet: then in this room, by which we certainly know them. */
async function askBy(room: Room, via: Room): Promise<void> {
  const step = room.step();
  const { peer } = step.record;
  if (peer === null || peer.secret === null || peer.via === via.key) return;
  step.update({ peer: { ...peer, via: via.key } });
  step.then(() => room.poke());
  await room.store(step);
}

/** One that is alive: a room that either has left or was removed from is history. */
function isWith({ state: { record, mls } }: Room, person: IdentityKey): boolean {
  if (record.agreed.kind !== 'direct' || record.peer === null || !equalBytes(record.peer.person, person)) return false;
  switch (record.standing.kind) {
    case 'joining':
    case 'asked':
      return true;
    case 'member':
      // They are in, or are still to answer, or to be asked.
      if (mls === null || record.wanted.some(({ kind }) => kind === 'invite')) return true;
      return record.members.some((member) => equalBytes(member.person, person)) || (invitesIn(mls.group.extensions) ?? []).some((invite) => invite.for !== null && equalBytes(invite.for, person));
    case 'waiting':
    case 'left':
    case 'removed':
    case 'broken':
    case 'refused':
      return false;
  }
}

export async function answerRequest(room: Room, accept: boolean): Promise<void> {
  if (room.state.record.standing.kind !== 'asked') throw new EngineError('not-allowed', 'Nobody waits for an answer there.');
  if (!accept) return forget(room);
  await room.attempt(async () => {
    const step = room.step();
    step.update({ standing: { kind: 'joining' } });
    await room.store(step);
    room.connect();
  });
}

