/**
 * Records at rest: the Storage port over another one, with every value sealed under the device key
 * (XChaCha20-Poly1305). Store and key are the associated data, so that no record can stand in another's place.
 */
import { encode } from 'cborg';
import { open, seal } from '../crypto/aead.ts';
import { CryptoError } from '../crypto/sodium.ts';
import { StorageError, type Storage, type StorageKey, type StoreName } from '../ports/storage.ts';

const place = (store: StoreName, key: StorageKey): Uint8Array => encode(['sotto record v1', store, ...key]);

export function sealedStorage(storage: Storage, deviceKey: Uint8Array): Storage {
  const opened = (store: StoreName, key: StorageKey, sealed: Uint8Array): Uint8Array => {
    try {
      return open(deviceKey, place(store, key), sealed);
    } catch (cause) {
      if (cause instanceof CryptoError) throw new StorageError('failed', 'A record cannot be opened with this device’s key.', { cause });
      throw cause;
    }
  };
  return {
    claim: () => storage.claim(),
    async get(store, key) {
      const sealed = await storage.get(store, key);
      return sealed === undefined ? undefined : opened(store, key, sealed);
    },
    async range(store, range) {
      const records = await storage.range(store, range);
      return records.map(({ key, value }) => ({ key, value: opened(store, key, value) }));
    },
    write: (writer, changes) =>
      storage.write(writer, changes.map((change) =>
        change.kind === 'put' ? { ...change, value: seal(deviceKey, place(change.store, change.key), change.value) } : change)),
    close: () => storage.close(),
  };
}
