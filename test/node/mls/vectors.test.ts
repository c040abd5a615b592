/** The MLS working group's passive-client vectors of suite 3, through the library's public API over libsodium. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { acceptAll, bytesToBase64, decodeMlsMessage, joinGroup, makePskIndex, processMessage, type MLSMessage, type RatchetTree } from 'ts-mls';
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { fromHex } from '../../../shared/bytes.ts';
import { loadSodium } from '../../../pwa/engine/crypto/sodium.ts';
import { suiteImplementation } from '../../../pwa/engine/mls/suite.ts';

await loadSodium();

interface Vector {
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[];
  readonly key_package: string;
  readonly signature_priv: string;
  readonly encryption_priv: string;
  readonly init_priv: string;
  readonly welcome: string;
  readonly ratchet_tree: string | null;
  readonly initial_epoch_authenticator: string;
  readonly epochs: readonly { readonly proposals: readonly string[]; readonly commit: string; readonly epoch_authenticator: string }[];
}

// Beside the checkout, where this is developed; the project holds no copy.
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/vectors');
const cs = suiteImplementation('x25519');
const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail('not hex');

function message(text: string): MLSMessage {
  const bytes = hex(text);
  const decoded = decodeMlsMessage(bytes, 0);
  assert.equal(decoded?.[1], bytes.length);
  return decoded[0];
}

if (existsSync(folder)) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.ok(files.length > 0);
  for (const file of files) {
    const vectors = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector[];
    for (const [n, vector] of vectors.entries()) test(`${file} ${n}`, () => follow(vector));
  }
} else {
  test('the official vectors', { skip: `${folder} is not here` }, () => {});
}

async function follow(vector: Vector): Promise<void> {
  const keyPackage = message(vector.key_package);
  const welcome = message(vector.welcome);
  assert.ok(keyPackage.wireformat === 'mls_key_package' && welcome.wireformat === 'mls_welcome');
  const psks = Object.fromEntries(vector.external_psks.map(({ psk_id, psk }) => [bytesToBase64(hex(psk_id)), hex(psk)]));
  const tree: RatchetTree | undefined = vector.ratchet_tree === null ? undefined : decodeRatchetTree(hex(vector.ratchet_tree), 0)?.[0];
  const privateKeys = { initPrivateKey: hex(vector.init_priv), hpkePrivateKey: hex(vector.encryption_priv), signaturePrivateKey: hex(vector.signature_priv) };
  let state = await joinGroup(welcome.welcome, keyPackage.keyPackage, privateKeys, makePskIndex(undefined, psks), cs, tree);
  assert.deepEqual(state.keySchedule.epochAuthenticator, hex(vector.initial_epoch_authenticator));
  for (const epoch of vector.epochs) {
    for (const text of [...epoch.proposals, epoch.commit]) {
      const next = message(text);
      assert.ok(next.wireformat === 'mls_private_message' || next.wireformat === 'mls_public_message');
      const result = await processMessage(next, state, makePskIndex(state, psks), acceptAll, cs);
      assert.equal(result.kind, 'newState');
      state = result.newState;
    }
    assert.deepEqual(state.keySchedule.epochAuthenticator, hex(epoch.epoch_authenticator));
  }
}
