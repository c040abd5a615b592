/** Invites and removals as the person asks for them: wishes that the next commits fulfil. */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { EngineError, type Invite, type InviteTerms } from '../api.ts';
import { randomBytes } from '../crypto/sodium.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { Intent } from '../records/room-record.ts';
import { invitesIn, type StandingInvite } from '../rooms/extensions.ts';
import { inviteKeys, INVITE_SECRET_BYTES } from '../rooms/invite-keys.ts';
import { encodeInviteLink, personHash } from '../rooms/invite-link.ts';
import { usesOf } from '../rooms/policy.ts';
import { leavesOf, personOf } from './people.ts';
import type { Room } from './room.ts';

/** Milliseconds after which the person is told that the relay does not answer. */
const PATIENCE = 15_000;

export async function createInvite(room: Room, terms: InviteTerms): Promise<Invite> {
  const secret = randomBytes(INVITE_SECRET_BYTES);
  const id = toBase64Url(inviteKeys(room.state.record.room, secret).id);
  const expires = terms.hours === 0 ? 0 : Math.floor(room.host.clock.now() / 1000) + Math.round(terms.hours * 3600);
  await fulfil(room, { kind: 'invite', id, secret, uses: Math.min(0xffff, Math.max(0, Math.floor(terms.uses))), expires }, () => {
    if ((invitesIn(room.state.mls?.group.extensions ?? []) ?? []).length >= LIMITS.invites) throw new EngineError('relay-refused', 'The room has as many invites as it may.');
  });
  const made = (await listInvites(room)).find((invite) => invite.id === id);
  if (made === undefined) throw new EngineError('invite-revoked', 'The invite was dropped as soon as it was made.');
  return made;
}

export function removeMember(room: Room, person: IdentityKey): Promise<void> {
  return fulfil(room, { kind: 'remove', id: room.freshId(), person }, () => {
    const { mls } = room.state;
    if (mls === null || leavesOf(mls.group, person).length === 0) throw new EngineError('not-a-member', 'That person is not in the room.');
    if (equalBytes(person, room.host.profile().identityKey)) throw new EngineError('not-a-member', 'Nobody can remove themselves.');
  });
}

/** Resolves when a commit that fulfils it was accepted; where that takes too long, it is wished no more. */
async function fulfil(room: Room, intent: Intent, check: () => void): Promise<void> {
  let ended: Promise<void> = Promise.resolve();
  let refusal: unknown;
  await room.run(async () => {
    try {
      if (room.state.record.standing.kind !== 'member') throw new EngineError('not-a-member', 'This device is not in the room.');
      check();
    } catch (cause) {
      refusal = cause;
      return;
    }
    ended = room.awaitIntent(intent.id);
    await room.want(intent);
  });
  if (refusal !== undefined) throw refusal;
  const stop = room.host.clock.after(PATIENCE, () => void room.run(() => withdraw(room, intent)));
  room.link.connect();
  room.poke();
  try {
    await ended;
  } finally {
    stop();
  }
}

async function withdraw(room: Room, intent: Intent): Promise<void> {
  const { record, pending } = room.state;
  if (!record.wanted.some(({ id }) => id === intent.id)) return;
  // What is on its way already may still be taken, and is then true.
  if (pending === null || !pending.record.fulfils.includes(intent.id)) {
    const step = room.step();
    step.update({ wanted: record.wanted.filter(({ id }) => id !== intent.id) });
    await room.store(step);
  }
  room.fulfilled(intent.id, new EngineError('relay-unreachable', 'The relay did not answer.'));
}

export async function listInvites(room: Room): Promise<readonly Invite[]> {
  const { mls } = room.state;
  if (mls === null) return [];
  return Promise.all((invitesIn(mls.group.extensions) ?? []).map((invite) => shownInvite(room, invite)));
}

async function shownInvite(room: Room, invite: StandingInvite): Promise<Invite> {
  const id = toBase64Url(invite.id);
  const secret = await room.host.storage.get('meta', ['invite', room.key, id]);
  const { record, mls } = room.state;
  const by = record.members.find(({ person }) => equalBytes(person, invite.by)) ?? { person: invite.by, name: '' };
  const inviter = personHash(room.host.profile().identityKey);
  const link = secret === undefined ? null : encodeInviteLink({ room: record.room, secret, inviter, relay: record.relay }, room.host.appOrigin);
  return { id, link, expires: invite.expires * 1000, uses: invite.uses, used: usesOf(invite.id, mls?.group.members ?? []), role: invite.role, label: invite.label, by: personOf(by) };
}
