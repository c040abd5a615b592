/** Groups that grew as rooms do: everybody came by an external commit, and carries what rooms carry. */
import { randomBytes } from '../../../pwa/engine/crypto/sodium.ts';
import { createGroup, joinExternal, makeDevice, makeIdentity, type Extension, type MlsGroup, type Suite } from '../../../pwa/engine/mls/index.ts';
import { progress } from '../report.ts';

/** At one size: two members' snapshots of the same epoch. */
export interface Grown {
  readonly members: number;
  /** Who made the room. */
  readonly first: MlsGroup;
  /** Who came next, and has followed every commit since. */
  readonly second: MlsGroup;
}

/** As many invites as a lively room has, each with an X-Wing key: opaque to MLS, so random will do. */
const INVITES_BYTES = 4 * 1400;
const ROOM_BYTES = 300;
const PROFILE_BYTES = 32;
const JOINED_BY_BYTES = 32;

const roomExtensions = (): readonly Extension[] => [{ name: 'room', data: randomBytes(ROOM_BYTES) }, { name: 'invites', data: randomBytes(INVITES_BYTES) }];

const leafExtensions = (): readonly Extension[] => [{ name: 'profile', data: randomBytes(PROFILE_BYTES) }, { name: 'joinedBy', data: randomBytes(JOINED_BY_BYTES) }];

export const otherExtensions = roomExtensions;

export const newcomerTo = (groupInfo: Uint8Array) =>
  joinExternal({ groupInfo, device: makeDevice(makeIdentity()), leafExtensions: leafExtensions(), authenticate: () => randomBytes(128) });

export async function takeCommit(group: MlsGroup, message: Uint8Array): Promise<MlsGroup> {
  const received = await group.receive(message, () => true);
  if (received.kind !== 'commit') throw new Error(`a commit was taken for ${received.kind}`);
  return received.group;
}

/** Yields the group at each of the sizes, which ascend. */
export async function* grown(suite: Suite, sizes: readonly number[]): AsyncGenerator<Grown> {
  const most = Math.max(...sizes);
  let first = await createGroup({ groupId: randomBytes(32), suite, device: makeDevice(makeIdentity()), leafExtensions: leafExtensions(), extensions: roomExtensions() });
  let second: MlsGroup | undefined;
  for (let members = 2; members <= most; members++) {
    const joined = await newcomerTo(await first.groupInfo());
    first = await takeCommit(first, joined.message);
    second = second === undefined ? joined.group : await takeCommit(second, joined.message);
    if (members % 50 === 0) progress(`${suite}: ${members} members`);
    if (sizes.includes(members)) yield { members, first, second };
  }
}
