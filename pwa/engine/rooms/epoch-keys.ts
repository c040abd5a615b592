/** What a group's state in one epoch yields by the MLS exporter (RFC 9420 §8.5): the keys towards the relay, and of the outer layer. */
import type { AccessKey, EpochId, RoomId } from '../../../shared/ids.ts';
import { epochIdOf, invitesDigestOf, type InviteRegistration } from '../../../shared/statements.ts';
import { commitHead, type CommitPayload } from '../../../shared/commit.ts';
import { equalBytes } from '../../../shared/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { signingKeysFrom } from '../crypto/signature.ts';
import { suiteHpke, type MlsGroup } from '../mls/index.ts';
import type { OuterKeys } from '../wire/outer.ts';
import { registrationsOf } from './registrations.ts';

export interface EpochKeys extends OuterKeys {
  readonly epoch: EpochId;
  readonly access: { readonly publicKey: AccessKey; readonly secretKey: Uint8Array };
}

export async function epochKeys(room: RoomId, group: MlsGroup): Promise<EpochKeys> {
  const access = signingKeysFrom(await group.export('sotto access', 32));
  const publicKey = access.publicKey as AccessKey;
  return {
    epoch: epochIdOf(room, publicKey, sha256), access: { publicKey, secretKey: access.secretKey },
    outer: await group.export('sotto outer', 32), join: await group.joinKeys(), hpke: suiteHpke(group.suite),
  };
}

/** The head of a commit that begins an epoch of these keys: see `shared/commit.ts`. */
export const headOf = (keys: EpochKeys, registered: readonly InviteRegistration[], closing: boolean): Uint8Array =>
  commitHead({ access: keys.access.publicKey, invites: invitesDigestOf(registered, sha256), closing });

/**
 * Whether a commit that MLS and the policy accept was registered at the relay as it is: else its maker
 * could shut the others out, or keep a removed member reading.
 */
export function isRegisteredTruly(payload: CommitPayload, group: MlsGroup, keys: EpochKeys, removes: boolean): boolean {
  return equalBytes(payload.access, keys.access.publicKey) && equalBytes(payload.invites, invitesDigestOf(registrationsOf(group), sha256)) && (payload.closing || !removes);
}
