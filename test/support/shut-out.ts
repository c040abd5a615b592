/** The removed member as an adversary: everything it has, tried on everything it sees. */
import assert from 'node:assert/strict';
import { decodeMlsMessage } from 'ts-mls';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { groupContextEncoder } from 'ts-mls/groupContext.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import type { MlsGroup } from '../../pwa/engine/mls/index.ts';
import { suiteImplementation } from '../../pwa/engine/mls/suite.ts';

/** `before`: its last state. `after`: a member's next one, of which only public parts are used, and the secret to compare with. */
export async function assertShutOut(before: MlsGroup, commit: Uint8Array, after: MlsGroup): Promise<void> {
  const { state } = before;
  const cs = suiteImplementation(before.suite);
  const message = decodeMlsMessage(commit, 0)?.[0];
  assert.ok(message?.wireformat === 'mls_public_message');
  const { content } = message.publicMessage;
  assert.ok(content.contentType === 'commit' && content.commit.path !== undefined);

  // RFC 9420 §12.4.1: the context that path secrets are sealed under.
  const { groupContext } = after.state;
  const provisional = encode(groupContextEncoder)({ ...groupContext, confirmedTranscriptHash: state.groupContext.confirmedTranscriptHash });
  const keys = await Promise.all(Object.values(state.privatePath.privateKeys).map((key) => cs.hpke.importPrivateKey(key)));
  for (const { encryptedPathSecret } of content.commit.path.nodes) {
    for (const { kemOutput, ciphertext } of encryptedPathSecret) {
      for (const key of keys) await assert.rejects(decryptWithLabel(key, 'UpdatePathNode', provisional, kemOutput, ciphertext, cs.hpke), 'the removed member opens a path secret');
    }
  }

  // The init secret it has, with the commit secret of a commit without a path.
  const zeros = new Uint8Array(cs.kdf.size);
  const { keySchedule } = await initializeEpoch(state.keySchedule.initSecret, zeros, groupContext, zeros, cs.kdf);
  assert.notDeepEqual(keySchedule.epochAuthenticator, after.epochAuthenticator, 'the removed member derives the next epoch');
}
