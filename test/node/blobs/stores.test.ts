import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBlobStore } from '../../../relay/blobs/directory.ts';
import { MemoryBlobStore } from '../../../relay/blobs/memory.ts';
import { blobStoreConformance } from '../../support/blob-store-conformance.ts';

blobStoreConformance('blobs in memory', () => ({ open: () => Promise.resolve(new MemoryBlobStore()), cleanUp: () => Promise.resolve() }));

blobStoreConformance('blobs in a folder', () => {
  let folder = '';
  return {
    async open() {
      folder = await mkdtemp(join(tmpdir(), 'sotto-blobs-'));
      return DirectoryBlobStore.open(folder);
    },
    async reopen(store) {
      await store.close();
      return DirectoryBlobStore.open(folder);
    },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
});
