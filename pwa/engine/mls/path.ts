/** What the path of a commit may bring into the tree. The library checks less, and what it lets in can shut the group. */
import type { LeafNode, RatchetTree, UpdatePath } from 'ts-mls';
import { equalBytes } from '../../../shared/bytes.ts';
import { EXTENSION_TYPES } from './extensions.ts';
import { MlsError } from './mls-error.ts';

/**
 * Keys are unique in a tree (RFC 9420 §7.3), and everyone can live with everyone (§7.2). The library looks
 * at the tree as it was, not at what the path brings: with a key repeated, or a capability left out, no
 * later joiner would accept the tree. `committer`: the leaf that the path replaces; −1 for a joiner's.
 * Throws MlsError `forbidden`.
 */
export function requireSound(path: UpdatePath, tree: RatchetTree, committer: number): void {
  const own = path.leafNode.signaturePublicKey;
  const fresh = [path.leafNode, ...path.nodes].map(({ hpkePublicKey }) => hpkePublicKey);
  const repeats = (key: Uint8Array): boolean => fresh.some((other) => equalBytes(key, other));
  for (const [index, node] of tree.entries()) {
    if (node?.nodeType === 'parent' && repeats(node.parent.hpkePublicKey)) throw new MlsError('forbidden');
    if (node?.nodeType !== 'leaf') continue;
    if (repeats(node.leaf.hpkePublicKey) || (index !== 2 * committer && equalBytes(node.leaf.signaturePublicKey, own))) throw new MlsError('forbidden');
  }
  if (fresh.some((key, n) => fresh.slice(n + 1).some((other) => equalBytes(key, other)))) throw new MlsError('forbidden');
  const { credentials, extensions } = path.leafNode.capabilities;
  if (!credentials.includes('basic') || EXTENSION_TYPES.some((type) => !extensions.includes(type))) throw new MlsError('forbidden');
}

/** A leaf stays the same device for as long as it is there: its key and its credential never change. */
export function requireSameDevice(before: LeafNode, after: LeafNode): void {
  const same = equalBytes(before.signaturePublicKey, after.signaturePublicKey)
    && before.credential.credentialType === 'basic' && after.credential.credentialType === 'basic' && equalBytes(before.credential.identity, after.credential.identity);
  if (!same) throw new MlsError('forbidden');
}
