/** At the door, with an invite or with the keys by which a member comes back: what a preview, a join and a return do alike. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { EpochId, InviteKey, RoomId, Signature } from '../../../shared/ids.ts';
import { inviteStatement } from '../../../shared/statements.ts';
import { EngineError } from '../api.ts';
import { sign } from '../crypto/signature.ts';
import { MlsError, readGroupInfo, type GroupInfoView, type Identity, type Member } from '../mls/index.ts';
import { NO_DEAD_ENDS, type DeadEnds } from '../records/room-record.ts';
import { roomTermsIn, type RoomTerms } from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { personHash, type InviteLink } from '../rooms/invite-link.ts';
import { returnKeys } from '../rooms/return-keys.ts';
import { has } from '../rooms/standing.ts';
import { openGroupInfo, openGroupInfoToReturn } from '../rooms/sealed-group-info.ts';
import { Disconnected } from '../sync/refusal.ts';
import type { RelayLink } from '../sync/relay-link.ts';

/** How many tips are tried: a member may have put garbage at the newest. */
const MOST_TIPS = 8;

/** Whose key is shown at which relay, and what opens to it. */
export interface Door {
  readonly room: RoomId;
  readonly relay: string;
  readonly sign: { readonly publicKey: InviteKey; readonly secretKey: Uint8Array };
  /** GroupInfo, where it is sealed to us. */
  readonly unseal: (sealed: Uint8Array) => Uint8Array | undefined;
}

export function doorOfInvite(invite: Pick<InviteLink, 'room' | 'relay' | 'secret'>): Door {
  const { room, relay } = invite;
  const keys = inviteKeys(room, invite.secret);
  return { room, relay, sign: keys.sign, unseal: (sealed) => openGroupInfo(room, sealed, keys) };
}

export function doorOfReturn(room: RoomId, relay: string, identity: Identity): Door {
  const keys = returnKeys(room, identity);
  return { room, relay, sign: keys.sign, unseal: (sealed) => openGroupInfoToReturn(room, sealed, keys) };
}

export interface Doorway {
  readonly epoch: EpochId;
  readonly view: GroupInfoView;
  readonly terms: RoomTerms;
  readonly opened: Extract<RelayControl, { t: 'opened' }>;
}

/** The member whose key the link names; without one, the room is not what the link promised. */
export const inviterIn = (view: GroupInfoView, inviter: Uint8Array): Member | undefined => view.members.find(({ identityKey }) => equalBytes(personHash(identityKey), inviter));

/**
 * The newest state of the room that is open to us, and is not where nobody is. Rejects
 * with RelayRefusal, Disconnected, or EngineError `bad-link` where no state of the room is sealed to these keys.
 */
export async function readDoorway(link: RelayLink, door: Door, avoid: DeadEnds = NO_DEAD_ENDS): Promise<Doorway> {
  const opened = await openDoor(link, door);
  let wanted: EpochId | null = null;
  const tips: EpochId[] = [];
  for (let tried = 0; tried < MOST_TIPS; tried++) {
    const answer = await link.ask({ t: 'group-info', room: door.room, epoch: wanted });
    if (answer.t !== 'group-info') throw new Disconnected();
    if (tried === 0) tips.push(...answer.tips.filter((tip) => !equalBytes(tip, answer.epoch)));
    const read = has(avoid.epochs, answer.epoch) ? undefined : await doorwayOf(answer, door);
    const isDeadEnd = read?.view.members.some(({ deviceKey }) => has(avoid.leaves, deviceKey)) ?? true;
    if (read !== undefined && !isDeadEnd) return { ...read, opened };
    const next = tips.shift();
    if (next === undefined) break;
    wanted = next;
  }
  throw new EngineError('bad-link', 'The room does not open to these keys.');
}

export async function openDoor(link: RelayLink, { room, relay, sign: keys }: Door): Promise<Extract<RelayControl, { t: 'opened' }>> {
  const { nonce } = link;
  if (nonce === undefined) throw new Disconnected();
  const statement = inviteStatement({ origin: relay, room, invite: keys.publicKey, nonce });
  const opened = await link.ask({ t: 'open-invite', room, invite: keys.publicKey, sig: sign(statement, keys.secretKey) as Signature });
  if (opened.t !== 'opened') throw new Disconnected();
  return opened;
}

/** Undefined for a GroupInfo that is not sealed to us, not of this room, or not sound. */
async function doorwayOf(answer: Extract<RelayControl, { t: 'group-info' }>, door: Door): Promise<Omit<Doorway, 'opened'> | undefined> {
  const groupInfo = door.unseal(answer.groupInfo);
  if (groupInfo === undefined) return undefined;
  try {
    const view = await readGroupInfo(groupInfo);
    const terms = roomTermsIn(view.extensions);
    if (terms === undefined || terms.suite !== view.suite || !equalBytes(view.groupId, door.room)) return undefined;
    return { epoch: answer.epoch, view, terms };
  } catch (cause) {
    if (cause instanceof MlsError) return undefined;
    throw cause;
  }
}
