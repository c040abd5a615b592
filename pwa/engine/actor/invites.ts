/** A room's invites: made, listed, taken back. */
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { EngineError, type Invite, type InviteTerms } from '../api.ts';
import { randomBytes } from '../crypto/sodium.ts';
import { allInvitesIn, type StandingInvite } from '../rooms/extensions.ts';
import { inviteKeys, INVITE_SECRET_BYTES } from '../rooms/invite-keys.ts';
import { encodeInviteLink, personHash } from '../rooms/invite-link.ts';
import { neutralised } from '../rooms/names.ts';
import { usesOf } from '../rooms/standing.ts';
import { personOf } from './people.ts';
import type { Room } from './room.ts';
import { fulfil } from './wishes.ts';

export async function createInvite(room: Room, terms: InviteTerms): Promise<Invite> {
  const secret = randomBytes(INVITE_SECRET_BYTES);
  const id = toBase64Url(inviteKeys(room.state.record.room, secret).id);
  const expires = terms.hours === 0 ? 0 : Math.floor(room.host.clock.now() / 1000) + Math.round(terms.hours * 3600);
  const uses = Math.min(0xffff, Math.max(0, Math.floor(terms.uses)));
  await fulfil(room, { kind: 'invite', id, secret, uses, expires, role: terms.role ?? 'member', label: neutralised(terms.label ?? ''), for: null });
  const made = (await listInvites(room)).find((invite) => invite.id === id);
  if (made === undefined) throw new EngineError('invite-revoked', 'The invite was dropped as soon as it was made.');
  return made;
}

export function revokeInvite(room: Room, id: string): Promise<void> {
  const invite = fromBase64Url(id);
  if (invite === undefined) throw new EngineError('invite-unknown', 'That is no invite of this room.');
  return fulfil(room, { kind: 'revoke', id: room.freshId(), invite });
}

/** Those that were made out to one person, who knocked or was asked, are no links for anyone: they are not listed. */
export async function listInvites(room: Room): Promise<readonly Invite[]> {
  await room.ready();
  const { mls } = room.state;
  if (mls === null) return [];
  const standing = (allInvitesIn(mls.group.extensions)?.invites ?? []).filter((invite) => invite.for === null);
  return Promise.all(standing.map((invite) => shownInvite(room, invite)));
}

async function shownInvite(room: Room, invite: StandingInvite): Promise<Invite> {
  const id = toBase64Url(invite.id);
  const secret = await room.host.storage.get('meta', ['invite', room.key, id]);
  const { record, mls } = room.state;
  const by = record.members.find(({ person }) => equalBytes(person, invite.by)) ?? { person: invite.by, name: '' };
  const inviter = personHash(room.host.profile().identityKey);
  const link = secret === undefined ? null : encodeInviteLink({ room: record.room, secret, inviter, relay: record.relay }, room.host.appOrigin);
  const invites = (mls === null ? undefined : allInvitesIn(mls.group.extensions)) ?? { invites: [], refused: [] };
  const used = usesOf({ invites, members: mls?.group.members ?? [] }, invite.id);
  return { id, link, expires: invite.expires * 1000, uses: invite.uses, used, role: invite.role, label: neutralised(invite.label), by: personOf(by) };
}
