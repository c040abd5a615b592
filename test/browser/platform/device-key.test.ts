import { expect } from '@esm-bundle/chai';
import { openDB } from 'idb';
import { WrappedDeviceKey } from '../../../pwa/platform/device-key.ts';

let count = 0;
const fresh = (): string => `keys-${Date.now()}-${count++}`;

describe('the device key', () => {
  it('is the same whenever it is asked for, and however many ask at once', async () => {
    const name = fresh();
    const keys = await Promise.all([new WrappedDeviceKey(name), new WrappedDeviceKey(name), new WrappedDeviceKey(name)].map((source) => source.deviceKey()));
    expect(keys[0]).to.have.length(32);
    for (const key of keys) expect(key).to.deep.equal(keys[0]);
    expect(await new WrappedDeviceKey(name).deviceKey()).to.deep.equal(keys[0]);
  });

  it('is another for another profile', async () => {
    const [one, other] = await Promise.all([new WrappedDeviceKey(fresh()).deviceKey(), new WrappedDeviceKey(fresh()).deviceKey()]);
    expect(one).not.to.deep.equal(other);
  });

  it('lies wrapped by a key that cannot be extracted', async () => {
    const name = fresh();
    const key = await new WrappedDeviceKey(name).deviceKey();
    const database = await openDB(name);
    const { wrappingKey, wrapped } = (await database.get('keys', 'device')) as { wrappingKey: CryptoKey; wrapped: ArrayBuffer };
    expect(wrappingKey.extractable).to.equal(false);
    expect([...new Uint8Array(wrapped)].join()).not.to.contain([...key].join());
    let refused = false;
    await crypto.subtle.exportKey('raw', wrappingKey).catch(() => { refused = true; });
    expect(refused).to.equal(true);
    database.close();
  });
});
