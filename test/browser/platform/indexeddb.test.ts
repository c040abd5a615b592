import { expect } from '@esm-bundle/chai';
import { deleteDB, openDB } from 'idb';
import { createEngine } from '../../../pwa/engine/index.ts';
import { newMessageKey } from '../../../pwa/engine/api.ts';
import { StorageError } from '../../../pwa/engine/ports/storage.ts';
import { KeyVault } from '../../../pwa/platform/key-vault.ts';
import { IndexedDbStorage } from '../../../pwa/platform/indexeddb.ts';
import { systemClock, systemRandomness } from '../../../pwa/platform/system.ts';
import { storageConformance } from '../../support/storage-conformance.ts';

let count = 0;
const freshName = (): string => `storage-${Date.now()}-${count++}`;

storageConformance({ describe, it }, {
  name: 'IndexedDbStorage',
  fresh: async () => {
    const name = freshName();
    const open: IndexedDbStorage[] = [];
    return {
      open: async () => {
        const storage = await IndexedDbStorage.open(name);
        open.push(storage);
        return storage;
      },
      dispose: async () => {
        for (const storage of open) storage.close();
        await deleteDB(name);
      },
    };
  },
});

/** Every byte and text that a database holds, as one string to look in. */
async function contentsOf(name: string): Promise<string> {
  const database = await openDB(name);
  const parts: string[] = [];
  for (const store of database.objectStoreNames) {
    for (const value of await database.getAll(store)) parts.push(value instanceof Uint8Array ? String.fromCharCode(...value) : JSON.stringify(value));
    for (const key of await database.getAllKeys(store)) parts.push(JSON.stringify(key));
  }
  database.close();
  return parts.join('\n');
}

describe('a profile on IndexedDB', () => {
  it('of a newer version is refused, and left as it is', async () => {
    const name = freshName();
    const newer = await openDB(name, 99, { upgrade: (database) => { database.createObjectStore('tomorrow'); } });
    await newer.put('tomorrow', 'kept', 'key');
    newer.close();
    const refusal = await IndexedDbStorage.open(name).then(() => undefined, (cause: unknown) => cause);
    expect(refusal).to.be.instanceOf(StorageError);
    expect((refusal as StorageError).code).to.equal('newer-schema');
    const again = await openDB(name);
    expect(await again.get('tomorrow', 'key')).to.equal('kept');
    again.close();
    await deleteDB(name);
  });

  it('keeps what is written offline across a restart, and holds no name and no text of it in the clear', async () => {
    const name = freshName();
    const keys = `${name}-keys`;
    const start = async () => {
      const storage = await IndexedDbStorage.open(name);
      const engine = await createEngine({
        storage, deviceKey: { deviceKey: async () => (await new KeyVault(keys).openKey()) as Uint8Array }, clock: systemClock, randomness: systemRandomness, appOrigin: 'https://sotto.example', relay: 'https://sotto.example',
        transport: { connect: (_relay, events) => { queueMicrotask(() => { events.closed({ code: 1006 }); }); return { send: () => undefined, close: () => undefined }; } },
      });
      return { engine, storage };
    };
    const first = await start();
    await first.engine.createProfile('Wilhelmina Quux');
    const room = await first.engine.createRoom('The Secret Garden');
    await first.engine.send(room, newMessageKey(), { kind: 'text', text: 'meet me at the old oak' });
    await first.engine.setDraft(room, 'half a thought about');
    await first.engine.close();
    first.storage.close();

    const second = await start();
    const state = await second.engine.state();
    expect(state.profile?.name).to.equal('Wilhelmina Quux');
    expect(state.rooms[0]?.draft).to.equal('half a thought about');
    const { items } = await second.engine.timeline(room, { limit: 10 });
    const texts = items.flatMap((item) => (item.kind === 'message' && item.content.kind === 'text' ? [`${item.status}: ${item.content.text}`] : []));
    expect(texts).to.deep.equal(['queued: meet me at the old oak']);
    await second.engine.close();
    second.storage.close();

    const contents = await contentsOf(name);
    expect(contents.length).to.be.greaterThan(1000);
    for (const secret of ['Wilhelmina', 'Garden', 'old oak', 'thought']) expect(contents, secret).not.to.contain(secret);
  });
});
