import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, utf8 } from '../../../shared/bytes.ts';
import { sign } from '../../../pwa/engine/crypto/signature.ts';
import { authenticationService, identityOf } from '../../../pwa/engine/mls/credential.ts';
import { createGroup, joinExternal, loadSodium, makeDevice, makeIdentity, MlsError, readGroupInfo, type DeviceKeys } from '../../../pwa/engine/mls/index.ts';
import { founder } from '../../support/members.ts';

await loadSodium();

const code = (expected: MlsError['code']) => (error: unknown) => error instanceof MlsError && error.code === expected;

function forgeries(): Record<string, DeviceKeys> {
  const mallory = makeIdentity();
  const device = makeDevice(mallory);
  const alice = makeIdentity();
  const damaged = device.credential.slice();
  damaged[90] = (damaged[90] ?? 0) ^ 1;
  const other = device.credential.slice();
  other[0] = 2;
  return {
    'a bad signature': { ...device, credential: damaged },
    'a swapped leaf key': { ...device, deviceKey: makeDevice(mallory).deviceKey, deviceSecret: device.deviceSecret },
    "another device's credential": { ...device, credential: makeDevice(mallory).credential },
    "a foreign identity over one's own signature": { ...device, credential: concat(Uint8Array.of(1), alice.identityKey, device.credential.subarray(33)) },
    "a foreign person's credential": { ...device, credential: makeDevice(alice).credential },
    'a signature without its label': { ...device, credential: concat(device.credential.subarray(0, 33), sign(device.deviceKey, mallory.identitySecret)) },
    'a version of tomorrow': { ...device, credential: other },
    'a credential cut short': { ...device, credential: device.credential.subarray(0, 96) },
    'no credential': { ...device, credential: new Uint8Array(0) },
  };
}

test('a device that its person signed is theirs', async () => {
  const identity = makeIdentity();
  const device = makeDevice(identity);
  const credential = { credentialType: 'basic', identity: device.credential } as const;
  assert.deepEqual(identityOf(credential, device.deviceKey), identity.identityKey);
  assert.equal(await authenticationService.validateCredential(credential, device.deviceKey), true);
});

for (const [name, device] of Object.entries(forgeries())) {
  test(`the authentication service refuses ${name}`, async () => {
    assert.equal(await authenticationService.validateCredential({ credentialType: 'basic', identity: device.credential }, device.deviceKey), false);
  });

  test(`nobody lets ${name} in`, async () => {
    const alice = await founder('x25519');
    const groupInfo = await alice.group.groupInfo();
    // A forged leaf key makes the joiner's own signatures wrong, and a right one with a forged credential is seen by the others.
    const joined = await joinExternal({ groupInfo, device, leafExtensions: [], authenticate: () => utf8('proof') });
    await assert.rejects(alice.group.receive(joined.message, () => assert.fail('asked')), code('not-authentic'));
  });

  test(`nobody joins a room made with ${name}`, async () => {
    const group = await createGroup({ groupId: utf8('trap'), suite: 'x25519', device, leafExtensions: [], extensions: [] });
    await assert.rejects(group.groupInfo().then(readGroupInfo), code('not-authentic'));
  });
}

test('credentials of another type are refused', async () => {
  const { deviceKey } = makeDevice(makeIdentity());
  assert.equal(await authenticationService.validateCredential({ credentialType: 'x509', certificates: [] }, deviceKey), false);
});
