/**
 * One MLS group as its member sees it, at one moment: an immutable snapshot over the library's state.
 * Every operation yields the next snapshot and the secrets that it used up. The caller stores the new
 * snapshot first, and wipes those only when nothing can need the old one any more.
 */
import {
  createApplicationMessage, createCommit, createGroup as createLibraryGroup, createGroupInfoWithExternalPubAndRatchetTree, decodeMlsMessage,
  emptyPskIndex, encodeMlsMessage, mlsExporter, processMessage, type ClientState, type FramedContent, type LeafNode, type MLSMessage, type Proposal,
  type RatchetTree,
} from 'ts-mls';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import { allSecretTreeValues } from 'ts-mls/secretTree.js';
import { concat, equalBytes, utf8 } from '../../../shared/bytes.ts';
import type { Sealed } from '../crypto/hpke.ts';
import { sign } from '../crypto/signature.ts';
import { CryptoError } from '../crypto/sodium.ts';
import type { DeviceKeys } from './credential.ts';
import { EXTENSIONS, fromLibrary, toLibrary, type Extension } from './extensions.ts';
import { clientConfig, makeKeyPackage, memberFrom, memberOf, membersOf, type Member } from './leaf.ts';
import { atTheEdge, MlsError } from './mls-error.ts';
import { requireSameDevice, requireSound } from './path.ts';
import { suiteHpke, suiteImplementation, suiteOf, type Suite } from './suite.ts';

/** Secrets that an operation used up. */
export type Consumed = readonly Uint8Array[];

/** What a commit would do, for the room's rule to judge before it is taken. */
export interface CommitFacts {
  readonly by: { readonly kind: 'member'; readonly member: Member } | { readonly kind: 'external'; readonly member: Member };
  readonly removed: readonly Member[];
  /** The GroupContext's extensions as the commit leaves them. */
  readonly extensions: readonly Extension[];
  /** Those of the committer's leaf as the commit leaves them. */
  readonly leafExtensions: readonly Extension[];
  readonly authenticatedData: Uint8Array;
  readonly before: Before;
}

/** The state that a commit would change: as members have it, and as one sees it who comes in. */
export type Before = Pick<MlsGroup, 'groupId' | 'epoch' | 'transcriptHash' | 'members' | 'extensions'>;

export type Judge = (facts: CommitFacts) => boolean;

export type Received =
  | { readonly kind: 'message'; readonly sender: Member; readonly plaintext: Uint8Array; readonly group: MlsGroup; readonly consumed: Consumed }
  | { readonly kind: 'commit'; readonly facts: CommitFacts; readonly group: MlsGroup; readonly consumed: Consumed }
  /** The commit removes this device: there is no next epoch for it. */
  | { readonly kind: 'removed'; readonly facts: CommitFacts };

export interface Change {
  /** Leaves. */
  readonly remove?: readonly number[];
  /** All of the GroupContext's extensions after the commit. */
  readonly extensions?: readonly Extension[];
  /** All of one's own leaf's extensions after the commit. */
  readonly leafExtensions?: readonly Extension[];
  readonly authenticatedData?: Uint8Array;
}

export interface Committed {
  readonly group: MlsGroup;
  readonly message: Uint8Array;
  readonly consumed: Consumed;
}

const EMPTY = new Uint8Array(0);
const WHISPER = utf8('sotto whisper v1');

export class MlsGroup {
  readonly suite: Suite;
  readonly members: readonly Member[];
  readonly extensions: readonly Extension[];
  readonly #state: ClientState;

  /** Only within this folder: the state is the library's. */
  constructor(state: ClientState) {
    const suite = suiteOf(state.groupContext.cipherSuite);
    if (suite === undefined) throw new MlsError('bad-state');
    this.suite = suite;
    this.members = membersOf(state.ratchetTree);
    this.extensions = fromLibrary(state.groupContext.extensions);
    this.#state = state;
  }

  get groupId(): Uint8Array { return this.#state.groupContext.groupId; }
  get epoch(): bigint { return this.#state.groupContext.epoch; }
  /** This device's leaf. */
  get me(): number { return this.#state.privatePath.leafIndex; }
  /** Equal at two members exactly where they agree on all that came before (RFC 9420 §8.7). */
  get epochAuthenticator(): Uint8Array { return this.#state.keySchedule.epochAuthenticator; }
  /** The confirmed transcript hash (RFC 9420 §8.2). */
  get transcriptHash(): Uint8Array { return this.#state.groupContext.confirmedTranscriptHash; }
  /** For storing. */
  get state(): ClientState { return this.#state; }

  /** The MLS exporter (RFC 9420 §8.5). */
  export(label: string, length: number): Promise<Uint8Array> {
    return mlsExporter(this.#state.keySchedule.exporterSecret, label, EMPTY, length, suiteImplementation(this.suite));
  }

  async encrypt(plaintext: Uint8Array): Promise<Committed> {
    const { newState, privateMessage, consumed } = await createApplicationMessage(this.#state, plaintext, suiteImplementation(this.suite));
    const message = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
    return { group: new MlsGroup(newState), message, consumed };
  }

  /**
   * A commit with a path: also this device's keys are fresh afterwards. This snapshot stays usable until the relay has taken
   * it, and may make another: so it is a PublicMessage (RFC 9420 §6.2), which uses up no key of a ratchet. The outer layer hides it.
   */
  async commit(change: Change): Promise<Committed> {
    const extraProposals: Proposal[] = (change.remove ?? []).map((removed) => ({ proposalType: 'remove', remove: { removed } }));
    if (change.extensions !== undefined) {
      extraProposals.push({ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: change.extensions.map(toLibrary) } });
    }
    const { newState, commit, consumed } = await atTheEdge('not-a-member', () =>
      createCommit(
        { state: withLeafExtensions(this.#state, change.leafExtensions), cipherSuite: suiteImplementation(this.suite) },
        { extraProposals, authenticatedData: change.authenticatedData ?? EMPTY, wireAsPublicMessage: true },
      ),
    );
    return { group: next(newState), message: encodeMlsMessage(commit), consumed: [...consumed, ...messageSecrets(this.#state)] };
  }

  /** For one other member alone: HPKE base mode to the encryption key of their leaf. */
  whisper(to: number, content: Uint8Array): Sealed {
    const { hpkePublicKey } = leafAt(this.#state.ratchetTree, to);
    return suiteHpke(this.suite).seal(hpkePublicKey, WHISPER, this.#whisperData(leafAt(this.#state.ratchetTree, this.me).signaturePublicKey), content);
  }

  /** Undefined for what was whispered to somebody else. */
  overhear(sender: Member, whispered: Sealed): Uint8Array | undefined {
    const key = this.#state.privatePath.privateKeys[2 * this.me];
    if (key === undefined) return undefined;
    try {
      return suiteHpke(this.suite).open(key, whispered, WHISPER, this.#whisperData(sender.deviceKey));
    } catch (cause) {
      if (cause instanceof CryptoError) return undefined;
      throw cause;
    }
  }

  #whisperData(sender: Uint8Array): Uint8Array {
    return concat(this.groupId, this.epochAuthenticator, sender);
  }

  /** By this device's leaf key, over what begins with a label of ours: none of MLS' own statements (RFC 9420 §5.1.2) reads like that. No ratchet moves. */
  sign(statement: Uint8Array): Uint8Array {
    return sign(statement, this.#state.signaturePrivateKey);
  }

  /** The key pair that external commits into this epoch are sealed to. */
  async joinKeys(): Promise<{ readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }> {
    return suiteHpke(this.suite).deriveKeys(await this.export('sotto join', 32));
  }

  /** What a joiner needs (RFC 9420 §12.4.3): the tree, external_pub, and the key of {@link joinKeys}. */
  async groupInfo(): Promise<Uint8Array> {
    const { publicKey } = await this.joinKeys();
    const extensions = [{ extensionType: EXTENSIONS.joinKey, extensionData: publicKey }];
    const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(this.#state, extensions, suiteImplementation(this.suite));
    return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_group_info', groupInfo });
  }

  /** Takes a message of this epoch by another member. Throws {@link MlsError}; this snapshot stays as it was. */
  receive(bytes: Uint8Array, judge: Judge): Promise<Received> {
    return atTheEdge('malformed', () => this.#receive(bytes, judge));
  }

  async #receive(bytes: Uint8Array, judge: Judge): Promise<Received> {
    const message = decodeWhole(bytes);
    switch (message.wireformat) {
      case 'mls_private_message':
        return this.#receivePrivate(message);
      case 'mls_public_message':
        return this.#receivePublic(message, judge);
      case 'mls_welcome':
      case 'mls_group_info':
      case 'mls_key_package':
        throw new MlsError('malformed');
    }
  }

  async #receivePrivate({ privateMessage }: MLSMessage & { wireformat: 'mls_private_message' }): Promise<Received> {
    this.#requireEpoch(privateMessage.groupId, privateMessage.epoch);
    // Refused before it is opened: nothing here keeps the ratchets that would.
    if (privateMessage.contentType !== 'application') throw new MlsError('forbidden');
    const state = this.#state;
    const implementation = suiteImplementation(this.suite);
    const { content, tree, consumed } = await atTheEdge('unreadable', () =>
      unprotectPrivateMessage(
        state.keySchedule.senderDataSecret, privateMessage, state.secretTree, state.ratchetTree, state.groupContext,
        state.clientConfig.keyRetentionConfig, implementation,
      ),
    );
    const framed = content.content;
    if (framed.sender.senderType !== 'member') throw new MlsError('malformed');
    const sender = memberOf(state.ratchetTree, framed.sender.leafIndex);
    if (sender === undefined || sender.leaf === this.me) throw new MlsError('not-authentic');
    if (framed.contentType !== 'application') throw new MlsError('forbidden');
    return { kind: 'message', sender, plaintext: framed.applicationData, group: new MlsGroup({ ...state, secretTree: tree }), consumed };
  }

  /** Only what our own commits are made of: removals, at most one change of extensions, and a path. */
  #memberCommit(framed: FramedContent, member: Member): CommitFacts {
    if (framed.contentType !== 'commit' || framed.commit.path === undefined) throw new MlsError('forbidden');
    const removed: Member[] = [];
    let extensions = this.extensions;
    let changes = 0;
    for (const item of framed.commit.proposals) {
      if (item.proposalOrRefType !== 'proposal') throw new MlsError('forbidden');
      const { proposal } = item;
      if (proposal.proposalType === 'remove') {
        const target = memberOf(this.#state.ratchetTree, proposal.remove.removed);
        if (target === undefined) throw new MlsError('forbidden');
        removed.push(target);
      } else if (proposal.proposalType === 'group_context_extensions' && changes === 0) {
        changes++;
        extensions = fromLibrary(proposal.groupContextExtensions.extensions);
        if (extensions.length !== proposal.groupContextExtensions.extensions.length) throw new MlsError('forbidden');
      } else throw new MlsError('forbidden');
    }
    const { path } = framed.commit;
    requireSameDevice(leafAt(this.#state.ratchetTree, member.leaf), path.leafNode);
    requireSound(path, this.#state.ratchetTree, member.leaf);
    const leafExtensions = fromLibrary(path.leafNode.extensions);
    if (leafExtensions.length !== path.leafNode.extensions.length) throw new MlsError('forbidden');
    return { by: { kind: 'member', member }, removed, extensions, leafExtensions, authenticatedData: framed.authenticatedData, before: this };
  }

  async #receivePublic(message: MLSMessage & { wireformat: 'mls_public_message' }, judge: Judge): Promise<Received> {
    const { publicMessage } = message;
    const { content: framed } = publicMessage;
    this.#requireEpoch(framed.groupId, framed.epoch);
    if (framed.contentType !== 'commit') throw new MlsError('forbidden');
    const facts = caught(() => this.#factsOf(framed));
    await atTheEdge(facts instanceof MlsError ? facts.code : 'not-authentic', () =>
      unprotectPublicMessage(this.#state.keySchedule.membershipKey, this.#state.groupContext, this.#state.ratchetTree, publicMessage, suiteImplementation(this.suite)),
    );
    // From here on, whatever is wrong was signed so.
    const signer = signerOf(framed, this.#state.ratchetTree);
    try {
      if (facts instanceof MlsError) throw facts;
      if (!judge(facts)) throw new MlsError('forbidden');
      return await this.#apply(message, facts);
    } catch (cause) {
      throw cause instanceof MlsError && signer !== undefined ? new MlsError(cause.code, { cause, signer }) : cause;
    }
  }

  #factsOf(framed: FramedContent): CommitFacts {
    switch (framed.sender.senderType) {
      case 'member': {
        const sender = memberOf(this.#state.ratchetTree, framed.sender.leafIndex);
        if (sender === undefined || sender.leaf === this.me) throw new MlsError('not-authentic');
        return this.#memberCommit(framed, sender);
      }
      case 'new_member_commit':
        return this.#externalCommit(framed);
      case 'external':
      case 'new_member_proposal':
        throw new MlsError('forbidden');
    }
  }

  /**
   * The library would take an external commit that also removes someone: whoever holds an invite could
   * evict anyone. So exactly one ExternalInit and a path, nothing else (RFC 9420 §12.4.3.2 allows more).
   */
  #externalCommit(framed: FramedContent): CommitFacts {
    if (framed.contentType !== 'commit' || framed.commit.path === undefined) throw new MlsError('forbidden');
    const [only, ...others] = framed.commit.proposals;
    if (others.length > 0 || only?.proposalOrRefType !== 'proposal' || only.proposal.proposalType !== 'external_init') throw new MlsError('forbidden');
    const member = memberFrom(framed.commit.path.leafNode, -1);
    if (member === undefined) throw new MlsError('not-authentic');
    requireSound(framed.commit.path, this.#state.ratchetTree, member.leaf);
    return { by: { kind: 'external', member }, removed: [], extensions: this.extensions, leafExtensions: member.extensions, authenticatedData: framed.authenticatedData, before: this };
  }

  async #apply(message: MLSMessage & { wireformat: 'mls_public_message' }, facts: CommitFacts): Promise<Received> {
    // The library judges again with a rule that takes all: ours has just been asked.
    const result = await atTheEdge('not-authentic', () => processMessage(message, this.#state, emptyPskIndex, () => 'accept', suiteImplementation(this.suite)));
    if (result.kind !== 'newState') throw new MlsError('malformed');
    if (result.newState.groupActiveState.kind === 'removedFromGroup') return { kind: 'removed', facts };
    return { kind: 'commit', facts, group: next(result.newState), consumed: [...result.consumed, ...messageSecrets(this.#state)] };
  }

  #requireEpoch(groupId: Uint8Array, epoch: bigint): void {
    if (!equalBytes(groupId, this.groupId)) throw new MlsError('malformed');
    if (epoch !== this.epoch) throw new MlsError('wrong-epoch');
  }
}

function caught<T>(work: () => T): T | MlsError {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof MlsError) return cause;
    throw cause;
  }
}

/** Of a commit whose signature holds: the member, or the person who comes in, if their credential is theirs. */
function signerOf({ sender, ...framed }: FramedContent, tree: RatchetTree): Member | undefined {
  if (sender.senderType === 'member') return memberOf(tree, sender.leafIndex);
  return framed.contentType === 'commit' && framed.commit.path !== undefined ? memberFrom(framed.commit.path.leafNode, -1) : undefined;
}

/** The library cannot be told to keep no past epoch: asked for none, it keeps them all. */
const next = (state: ClientState): MlsGroup => new MlsGroup({ ...state, historicalReceiverData: new Map() });

/** What decrypts the messages of an epoch that has ended. */
const messageSecrets = (state: ClientState): readonly Uint8Array[] =>
  [...allSecretTreeValues(state.secretTree), state.keySchedule.senderDataSecret].filter((secret) => secret !== undefined);

function leafAt(tree: RatchetTree, leaf: number): LeafNode {
  const node = tree[2 * leaf];
  if (node?.nodeType !== 'leaf') throw new MlsError('not-a-member');
  return node.leaf;
}

/** One MLS message and nothing behind it. A copy: parts of it live on in the tree. */
export function decodeWhole(bytes: Uint8Array): MLSMessage {
  const decoded = decodeMlsMessage(bytes.slice(), 0);
  if (decoded === undefined || decoded[1] !== bytes.length) throw new MlsError('malformed');
  return decoded[0];
}

/** The library makes the path's leaf of the one in the tree, of which nothing but the extensions is changed here. */
function withLeafExtensions(state: ClientState, extensions: readonly Extension[] | undefined): ClientState {
  if (extensions === undefined) return state;
  const { leafIndex } = state.privatePath;
  const ratchetTree = state.ratchetTree.slice();
  ratchetTree[2 * leafIndex] = { nodeType: 'leaf', leaf: { ...leafAt(ratchetTree, leafIndex), extensions: extensions.map(toLibrary) } };
  return { ...state, ratchetTree };
}

/** A group of one, at epoch 0. */
export async function createGroup(o: {
  readonly groupId: Uint8Array; readonly suite: Suite; readonly device: DeviceKeys; readonly leafExtensions: readonly Extension[]; readonly extensions: readonly Extension[];
}): Promise<MlsGroup> {
  const { publicPackage, privatePackage } = await makeKeyPackage(o.suite, o.device, o.leafExtensions);
  return new MlsGroup(
    await createLibraryGroup(o.groupId, publicPackage, privatePackage, o.extensions.map(toLibrary), suiteImplementation(o.suite), clientConfig),
  );
}

