/** People in one MLS group that is a room, without engines: for tests of the room's rule. Every commit they make is sound MLS. */
import {
  createGroup, joinExternal, makeDevice, makeIdentity, readGroupInfo, type DeviceKeys, type Extension, type GroupInfoView, type Identity, type IdentityKey, type MlsGroup,
} from '../../pwa/engine/mls/index.ts';
import type { RoomId } from '../../shared/ids.ts';
import {
  allInvitesIn, invitesExtension, joinedByExtension, joinedByIn, profileExtension, returnKeyExtension, rolesExtension, rolesIn, roomExtension, roomTermsIn, type Invites, type JoinedBy,
  type Roles, type RoomTerms, type StandingInvite,
} from '../../pwa/engine/rooms/extensions.ts';
import { inviteKeys, type InviteKeys } from '../../pwa/engine/rooms/invite-keys.ts';
import { joinProof, returnProof } from '../../pwa/engine/rooms/join-proof.ts';
import { isAllowed } from '../../pwa/engine/rooms/policy.ts';
import { returnKeys } from '../../pwa/engine/rooms/return-keys.ts';

export const ROOM = new Uint8Array(32).fill(7) as RoomId;

export const keysOf = (number: number): InviteKeys => inviteKeys(ROOM, new Uint8Array(32).fill(number & 0xff).fill(number >> 8, 16));

export const invite = (keys: InviteKeys, by: Identity, terms: Partial<StandingInvite> = {}): StandingInvite => ({
  id: keys.id, kem: keys.kem('x25519').publicKey, sign: keys.sign.publicKey, role: 'member', uses: 0, expires: 0, by: by.identityKey, label: '', for: null, of: null, ...terms,
});

export interface Inmate {
  readonly identity: Identity;
  group: MlsGroup;
}

export const NOBODY: Roles = { owners: [], admins: [], members: [], banned: [] };

export const termsOf = (owner: Identity, terms: Partial<RoomTerms> = {}): RoomTerms => ({
  suite: 'x25519', kind: 'group', name: 'room', hue: null, picture: null, owner: owner.identityKey, approval: false, disappearing: null, relay: null, mover: null, ...terms,
});

export interface Agreeing {
  readonly terms?: Partial<RoomTerms>;
  readonly roles?: Partial<Roles>;
  readonly invites?: readonly StandingInvite[];
  readonly refused?: Invites['refused'];
}

/** The group's extensions, with these parts different. */
export function agreeing({ extensions }: Pick<MlsGroup, 'extensions'>, { terms, roles, invites, refused }: Agreeing): Extension[] {
  const before = { terms: roomTermsIn(extensions), roles: rolesIn(extensions), invites: allInvitesIn(extensions) };
  if (before.terms === undefined || before.roles === undefined || before.invites === undefined) throw new Error('no room');
  return [
    roomExtension({ ...before.terms, ...terms }), rolesExtension({ ...before.roles, ...roles }), invitesExtension(invites ?? before.invites.invites, refused ?? before.invites.refused),
  ];
}

export async function founded(invites: (owner: Identity) => readonly StandingInvite[], terms: Partial<RoomTerms> = {}): Promise<Inmate> {
  const identity = makeIdentity();
  const group = await createGroup({
    groupId: ROOM, suite: 'x25519', device: makeDevice(identity), leafExtensions: leafOf(identity, { invite: null, of: null, role: 'member', at: 0 }, 'owner'),
    extensions: [roomExtension(termsOf(identity, terms)), rolesExtension({ ...NOBODY, owners: [identity.identityKey] }), invitesExtension(invites(identity))],
  });
  return { identity, group };
}

export const leafOf = (identity: Identity, joinedBy: JoinedBy, name = 'newcomer'): Extension[] =>
  [profileExtension(name), joinedByExtension(joinedBy), returnKeyExtension(returnKeys(ROOM, identity).public)];

export interface Entering {
  readonly keys?: InviteKeys;
  readonly identity?: Identity;
  /** By the return key instead. */
  readonly returning?: boolean;
  readonly groupInfo?: Uint8Array;
  readonly leaf?: (usual: Extension[], identity: Identity) => readonly Extension[];
  readonly joinedBy?: Partial<JoinedBy>;
  readonly proof?: (usual: Uint8Array) => Uint8Array;
}

export interface Entered extends Inmate {
  readonly message: Uint8Array;
  readonly proof: Uint8Array;
}

/** An external commit, on the state of `host`; nobody has taken it yet. */
export async function enters(host: Inmate, o: Entering): Promise<Entered> {
  const identity = o.identity ?? makeIdentity();
  const device: DeviceKeys = makeDevice(identity);
  const view = await readGroupInfo(o.groupInfo ?? (await host.group.groupInfo()));
  const usual = leafOf(identity, { ...usualJoinedBy(view, o, identity.identityKey), ...o.joinedBy });
  const usualProof = o.returning === true ? returnProof(returnKeys(ROOM, identity), view, device.deviceKey) : o.keys === undefined ? new Uint8Array(0) : joinProof(o.keys, view, device.deviceKey);
  const proof = o.proof === undefined ? usualProof : o.proof(usualProof);
  const { group, message } = await joinExternal({ groupInfo: view, device, leafExtensions: o.leaf === undefined ? usual : o.leaf(usual, identity), authenticate: () => proof });
  return { identity, group, message, proof };
}

function usualJoinedBy(view: GroupInfoView, { keys, returning }: Entering, person: IdentityKey): JoinedBy {
  const at = Number(view.epoch) + 1;
  if (returning === true) {
    const old = view.members.findLast(({ identityKey }) => identityKey.every((byte, i) => byte === person[i]));
    const terms = old === undefined ? undefined : joinedByIn(old.extensions);
    return { invite: terms?.invite ?? null, of: terms?.of ?? null, role: terms?.role ?? 'member', at };
  }
  const standing = allInvitesIn(view.extensions)?.invites.find(({ id }) => keys !== undefined && id.every((byte, i) => byte === keys.id[i]));
  return { invite: keys?.id ?? null, of: standing?.of ?? null, role: standing?.role ?? 'member', at };
}



/** All take it, under the room's rule; whoever it removes is answered in their place. */
export async function take(members: readonly Inmate[], message: Uint8Array): Promise<void> {
  for (const member of members) {
    const received = await member.group.receive(message, isAllowed);
    if (received.kind === 'commit') member.group = received.group;
  }
}
