import { describe, it } from 'node:test';
import { MemoryStorage } from '../../../pwa/engine/node/memory-storage.ts';
import { storageConformance } from '../../support/storage-conformance.ts';

storageConformance({ describe, it }, {
  name: 'in memory',
  fresh: async () => {
    const storage = new MemoryStorage();
    return { open: async () => storage, dispose: async () => undefined };
  },
});
