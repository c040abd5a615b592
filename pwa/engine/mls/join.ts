/** Joining by external commit (RFC 9420 §12.4.3.2), with nobody else online. */
import { encodeMlsMessage, joinGroupExternal, type GroupInfo } from 'ts-mls';
import { validateRatchetTree } from 'ts-mls/clientState.js';
import { ratchetTreeFromExtension, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import type { DeviceKeys } from './credential.ts';
import { extensionData, fromLibrary, type Extension } from './extensions.ts';
import { decodeWhole, MlsGroup, type Committed } from './group.ts';
import { clientConfig, makeKeyPackage, memberOf, membersOf, trustLeaves, type Member } from './leaf.ts';
import { atTheEdge, MlsError } from './mls-error.ts';
import { remembering, type Remembering } from './remembering.ts';
import { suiteOf, type Suite } from './suite.ts';

/** A group as an outsider with its GroupInfo sees it: verified as far as that goes, which is that its signer is in the tree. */
export interface GroupInfoView {
  readonly groupId: Uint8Array;
  readonly suite: Suite;
  readonly epoch: bigint;
  readonly members: readonly Member[];
  readonly extensions: readonly Extension[];
  readonly transcriptHash: Uint8Array;
  /** Who vouches for it: whoever made the commit that began the epoch. */
  readonly signer: Member;
  /** Where the external commit is to be sealed to. */
  readonly joinKey: Uint8Array;
}

interface Verified extends Remembering {
  readonly groupInfo: GroupInfo;
}

const verifiedBy = new WeakMap<GroupInfoView, Verified>();

/** Throws {@link MlsError}. */
export function readGroupInfo(bytes: Uint8Array): Promise<GroupInfoView> {
  return atTheEdge('malformed', async () => {
    const message = decodeWhole(bytes);
    if (message.wireformat !== 'mls_group_info') throw new MlsError('malformed');
    const { groupInfo } = message;
    const { groupContext } = groupInfo;
    const suite = suiteOf(groupContext.cipherSuite);
    const tree = ratchetTreeFromExtension(groupInfo);
    const joinKey = extensionData(fromLibrary(groupInfo.extensions), 'joinKey');
    if (suite === undefined || tree === undefined || joinKey === undefined) throw new MlsError('malformed');
    const { implementation, config } = remembering(suite);
    const problem = await validateRatchetTree(tree, groupContext, config.lifetimeConfig, config.authService, groupContext.treeHash, implementation);
    if (problem !== undefined) throw new MlsError('not-authentic', { cause: problem });
    trustLeaves(tree);
    const signer = memberOf(tree, groupInfo.signer);
    if (signer === undefined || !(await verifyGroupInfoSignature(groupInfo, signer.deviceKey, implementation.signature))) throw new MlsError('not-authentic');
    const view: GroupInfoView = {
      suite, joinKey, signer, groupId: groupContext.groupId, epoch: groupContext.epoch, members: membersOf(tree),
      extensions: fromLibrary(groupContext.extensions), transcriptHash: groupContext.confirmedTranscriptHash,
    };
    verifiedBy.set(view, { groupInfo, implementation, config });
    return view;
  });
}

export interface JoinOptions {
  /** As it came, or as it was read before. */
  readonly groupInfo: Uint8Array | GroupInfoView;
  readonly device: DeviceKeys;
  readonly leafExtensions: readonly Extension[];
  /** What goes into the commit's authenticated data: the proof that an invite was held. */
  readonly authenticate: (view: GroupInfoView) => Uint8Array;
}

/** Pending until the relay has taken it; `group` is the epoch that it begins. */
export async function joinExternal(o: JoinOptions): Promise<Committed & { readonly view: GroupInfoView }> {
  const view = o.groupInfo instanceof Uint8Array ? await readGroupInfo(o.groupInfo) : o.groupInfo;
  const verified = verifiedBy.get(view);
  if (verified === undefined) throw new MlsError('malformed');
  const { publicPackage, privatePackage } = await makeKeyPackage(view.suite, o.device, o.leafExtensions);
  const { publicMessage, newState } = await atTheEdge('not-authentic', () =>
    joinGroupExternal(verified.groupInfo, publicPackage, privatePackage, false, verified.implementation, undefined, verified.config, o.authenticate(view)),
  );
  trustLeaves(newState.ratchetTree);
  const message = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage });
  return { view, group: new MlsGroup({ ...newState, clientConfig }), message, consumed: [privatePackage.initPrivateKey, privatePackage.hpkePrivateKey] };
}
