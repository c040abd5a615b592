/** At the door with an invite: what a preview and a join do alike. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { EpochId, Signature } from '../../../shared/ids.ts';
import { inviteStatement } from '../../../shared/statements.ts';
import { EngineError } from '../api.ts';
import { sign } from '../crypto/signature.ts';
import { MlsError, readGroupInfo, type GroupInfoView, type Member } from '../mls/index.ts';
import { roomTermsIn, type RoomTerms } from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { personHash, type InviteLink } from '../rooms/invite-link.ts';
import { openGroupInfo } from '../rooms/sealed-group-info.ts';
import { Disconnected } from '../sync/refusal.ts';
import type { RelayLink } from '../sync/relay-link.ts';

/** How many tips are tried: a member may have put garbage at the newest. */
const MOST_TIPS = 8;

export interface Doorway {
  readonly epoch: EpochId;
  readonly view: GroupInfoView;
  readonly terms: RoomTerms;
  /** The member whose key the link names; without one, the room is not what the link promised. */
  readonly inviter: Member | undefined;
  readonly opened: Extract<RelayControl, { t: 'opened' }>;
}

/** Rejects with RelayRefusal, Disconnected, or EngineError `bad-link` where the room's state is not sealed to this invite. */
export async function readDoorway(link: RelayLink, invite: InviteLink): Promise<Doorway> {
  const opened = await openByInvite(link, invite);
  let wanted: EpochId | null = null;
  const tips: EpochId[] = [];
  for (let tried = 0; tried < MOST_TIPS; tried++) {
    const answer = await link.ask({ t: 'group-info', room: invite.room, epoch: wanted });
    if (answer.t !== 'group-info') throw new Disconnected();
    if (tried === 0) tips.push(...answer.tips.filter((tip) => !equalBytes(tip, answer.epoch)));
    const read = await doorwayOf(answer, invite);
    if (read !== undefined) return { ...read, opened };
    const next = tips.shift();
    if (next === undefined) break;
    wanted = next;
  }
  throw new EngineError('bad-link', 'The room cannot be opened with this invite.');
}

export async function openByInvite(link: RelayLink, invite: InviteLink): Promise<Extract<RelayControl, { t: 'opened' }>> {
  const { nonce } = link;
  if (nonce === undefined) throw new Disconnected();
  const { sign: keys } = inviteKeys(invite.room, invite.secret);
  const statement = inviteStatement({ origin: invite.relay, room: invite.room, invite: keys.publicKey, nonce });
  const opened = await link.ask({ t: 'open-invite', room: invite.room, invite: keys.publicKey, sig: sign(statement, keys.secretKey) as Signature });
  if (opened.t !== 'opened') throw new Disconnected();
  return opened;
}

/** Undefined for a GroupInfo that is not sealed to us, not of this room, or not sound. */
async function doorwayOf(answer: Extract<RelayControl, { t: 'group-info' }>, invite: InviteLink): Promise<Omit<Doorway, 'opened'> | undefined> {
  const groupInfo = openGroupInfo(invite.room, answer.groupInfo, inviteKeys(invite.room, invite.secret));
  if (groupInfo === undefined) return undefined;
  try {
    const view = await readGroupInfo(groupInfo);
    const terms = roomTermsIn(view.extensions);
    if (terms === undefined || terms.suite !== view.suite || !equalBytes(view.groupId, invite.room)) return undefined;
    const inviter = view.members.find(({ identityKey }) => equalBytes(personHash(identityKey), invite.inviter));
    return { epoch: answer.epoch, view, terms, inviter };
  } catch (cause) {
    if (cause instanceof MlsError) return undefined;
    throw cause;
  }
}
