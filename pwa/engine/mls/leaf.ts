/** Leaves and the members behind them. */
import {
  defaultKeyPackageEqualityConfig, defaultPaddingConfig, generateKeyPackageWithKey, type Capabilities, type ClientConfig, type KeyPackage, type LeafNode,
  type PrivateKeyPackage, type RatchetTree,
} from 'ts-mls';
import { authenticationService, claimedIdentity, identityOf, type DeviceKeys, type IdentityKey } from './credential.ts';
import { EXTENSION_TYPES, fromLibrary, toLibrary, type Extension } from './extensions.ts';
import { suiteImplementation, type Suite } from './suite.ts';

export interface Member {
  /** The leaf's index; −1 for one who is about to join. */
  readonly leaf: number;
  readonly identityKey: IdentityKey;
  readonly deviceKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

export const clientConfig: ClientConfig = {
  authService: authenticationService,
  // A log delivers every message within its epoch and before its end, so no past epoch's keys are kept.
  keyRetentionConfig: { retainKeysForGenerations: 10, retainKeysForEpochs: 0, maximumForwardRatchetSteps: 200 },
  // Key packages never leave the device: a joiner makes one for its own external commit.
  lifetimeConfig: { maximumTotalLifetime: 2n ** 63n, validateLifetimeOnReceive: false },
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  // The outer layer pads.
  paddingConfig: { ...defaultPaddingConfig, kind: 'padUntilLength', padUntilLength: 0 },
};

const capabilities = (suite: Suite): Capabilities => ({
  versions: ['mls10'], ciphersuites: [suiteImplementation(suite).name], extensions: [...EXTENSION_TYPES], proposals: [], credentials: ['basic'],
});

export function makeKeyPackage(
  suite: Suite, device: DeviceKeys, leafExtensions: readonly Extension[],
): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
  return generateKeyPackageWithKey(
    { credentialType: 'basic', identity: device.credential }, capabilities(suite), { notBefore: 0n, notAfter: 2n ** 63n - 1n }, [],
    { signKey: device.deviceSecret, publicKey: device.deviceKey }, suiteImplementation(suite), leafExtensions.map(toLibrary),
  );
}

/** The member at a leaf; undefined where it is blank or its credential does not hold. */
export function memberOf(tree: RatchetTree, leaf: number): Member | undefined {
  const node = tree[leaf * 2];
  return node?.nodeType === 'leaf' ? memberFrom(node.leaf, leaf) : undefined;
}

/** Leaves and trees are never changed in place, so each is looked at once: not all credentials anew with each message. */
const identities = new WeakMap<LeafNode, IdentityKey>();
const members = new WeakMap<RatchetTree, readonly Member[]>();

export function memberFrom(leafNode: LeafNode, leaf: number): Member | undefined {
  const identityKey = identities.get(leafNode) ?? identityOf(leafNode.credential, leafNode.signaturePublicKey);
  if (identityKey === undefined) return undefined;
  identities.set(leafNode, identityKey);
  return { leaf, identityKey, deviceKey: leafNode.signaturePublicKey, extensions: fromLibrary(leafNode.extensions) };
}

/** Takes the credentials of a tree as they are: it was checked, just now or before it was stored. */
export function trustLeaves(tree: RatchetTree): void {
  for (const node of tree) {
    const identity = node?.nodeType === 'leaf' ? claimedIdentity(node.leaf.credential) : undefined;
    if (node?.nodeType === 'leaf' && identity !== undefined) identities.set(node.leaf, identity);
  }
}

/** In the order of their leaves. */
export function membersOf(tree: RatchetTree): readonly Member[] {
  const known = members.get(tree);
  if (known !== undefined) return known;
  const all = Array.from({ length: Math.ceil(tree.length / 2) }, (_, leaf) => memberOf(tree, leaf)).filter((member) => member !== undefined);
  members.set(tree, all);
  return all;
}
