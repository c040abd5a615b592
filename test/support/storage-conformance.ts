/**
 * What every adapter of the engine's Storage port must do. It runs wherever there is a `describe` and an
 * `it`: node:test for memory, mocha in Chromium for IndexedDB.
 */
import { SupersededError, type Change, type Storage, type StorageKey, type Writer } from '../../pwa/engine/ports/storage.ts';

interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
}

export interface StorageUnderTest {
  /** The same profile each time it is opened; another one for each call of {@link StorageSubject.fresh}. */
  open(): Promise<Storage>;
  dispose(): Promise<void>;
}

export interface StorageSubject {
  readonly name: string;
  fresh(): Promise<StorageUnderTest>;
}

function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(plain(actual)), JSON.stringify(plain(expected))];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? [...value] : Array.isArray(value) ? value.map(plain) : value === undefined ? 'undefined' : value;

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const put = (key: StorageKey, ...values: number[]): Change => ({ kind: 'put', store: 'timeline', key, value: bytes(...values) });

async function rejects(work: Promise<unknown>, type: new (...given: never[]) => Error, what: string): Promise<void> {
  const failure: unknown = await work.then(() => undefined, (cause: unknown) => cause);
  if (!(failure instanceof type)) throw new Error(`${what}: expected ${type.name}, got ${String(failure)}`);
}

export function storageConformance({ describe, it }: Runner, subject: StorageSubject): void {
  const story = (name: string, body: (storage: Storage, writer: Writer, under: StorageUnderTest) => Promise<void>): void =>
    it(name, async () => {
      const under = await subject.fresh();
      const storage = await under.open();
      try {
        await body(storage, await storage.claim(), under);
      } finally {
        storage.close();
        await under.dispose();
      }
    });
  const keysOf = async (storage: Storage, range: Parameters<Storage['range']>[1]): Promise<readonly StorageKey[]> => (await storage.range('timeline', range)).map(({ key }) => key);

  describe(`the storage port, ${subject.name}`, () => {
    story('reads back what was written, by store and key', async (storage, writer) => {
      await storage.write(writer, [put(['a', 1], 7), { kind: 'put', store: 'outbox', key: ['a', 1], value: bytes(8) }]);
      equal(await storage.get('timeline', ['a', 1]), bytes(7), 'timeline');
      equal(await storage.get('outbox', ['a', 1]), bytes(8), 'outbox');
      equal(await storage.get('timeline', ['a', 2]), undefined, 'nothing there');
      await storage.write(writer, [put(['a', 1], 9)]);
      equal(await storage.get('timeline', ['a', 1]), bytes(9), 'written over');
      await storage.write(writer, [{ kind: 'delete', store: 'timeline', key: ['a', 1] }]);
      equal(await storage.get('timeline', ['a', 1]), undefined, 'deleted');
      equal(await storage.get('outbox', ['a', 1]), bytes(8), 'the other store is untouched');
    });

    story('an empty value is a value', async (storage, writer) => {
      await storage.write(writer, [put(['empty'])]);
      equal(await storage.get('timeline', ['empty']), bytes(), 'empty');
    });

    story('answers ranges in key order', async (storage, writer) => {
      const keys: StorageKey[] = [['r', 'b'], ['r', 10], ['r', 2], ['r', 1.5], ['r'], ['r', 2, 'x'], ['q', 1], ['ra', 1], ['r', 'a'], ['r', -1]];
      await storage.write(writer, keys.map((key) => put(key, 1)));
      equal(await keysOf(storage, { prefix: ['r'] }), [['r'], ['r', -1], ['r', 1.5], ['r', 2], ['r', 2, 'x'], ['r', 10], ['r', 'a'], ['r', 'b']], 'prefix');
      equal(await keysOf(storage, { prefix: ['r'], reverse: true, limit: 2 }), [['r', 'b'], ['r', 'a']], 'the last ones first');
      equal(await keysOf(storage, { prefix: ['r'], limit: 2 }), [['r'], ['r', -1]], 'limited');
      equal(await keysOf(storage, { prefix: ['r', 2] }), [['r', 2], ['r', 2, 'x']], 'a deeper prefix');
      equal((await keysOf(storage, { prefix: [] })).length, keys.length, 'everything');
      equal(await keysOf(storage, { prefix: ['nobody'] }), [], 'nothing');
    });

    story('after and before are strict', async (storage, writer) => {
      await storage.write(writer, [1, 2, 3, 4, 5].map((n) => put(['p', n], n)));
      equal(await keysOf(storage, { prefix: ['p'], after: 2 }), [['p', 3], ['p', 4], ['p', 5]], 'after');
      equal(await keysOf(storage, { prefix: ['p'], before: 3 }), [['p', 1], ['p', 2]], 'before');
      equal(await keysOf(storage, { prefix: ['p'], after: 1, before: 5, reverse: true, limit: 2 }), [['p', 4], ['p', 3]], 'both, from the end');
      equal(await keysOf(storage, { prefix: ['p'], before: 5, reverse: true, limit: 4 }), [['p', 4], ['p', 3], ['p', 2], ['p', 1]], 'just as many');
      equal(await keysOf(storage, { prefix: ['p'], before: 4, reverse: true, limit: 9 }), [['p', 3], ['p', 2], ['p', 1]], 'fewer than asked for');
      equal(await keysOf(storage, { prefix: ['p'], before: 1, reverse: true, limit: 9 }), [], 'none');
      equal(await keysOf(storage, { prefix: ['p'], after: 4, reverse: true, limit: 1 }), [['p', 5]], 'the last');
      equal(await keysOf(storage, { prefix: ['p'], after: 3, reverse: true }), [['p', 5], ['p', 4]], 'from the end, without a limit');
    });

    story('clears by prefix', async (storage, writer) => {
      await storage.write(writer, [put(['a'], 1), put(['a', 1], 1), put(['a', 'b', 2], 1), put(['ab'], 1)]);
      await storage.write(writer, [{ kind: 'clear', store: 'timeline', prefix: ['a'] }]);
      equal(await keysOf(storage, { prefix: [] }), [['ab']], 'what is left');
    });

    story('applies changes in their order', async (storage, writer) => {
      await storage.write(writer, [put(['k', 1], 1), { kind: 'clear', store: 'timeline', prefix: ['k'] }, put(['k', 2], 2)]);
      equal(await keysOf(storage, { prefix: ['k'] }), [['k', 2]], 'what was put after the clearing');
    });

    story('copies values on the way in and out', async (storage, writer) => {
      const value = bytes(1, 2, 3);
      await storage.write(writer, [{ kind: 'put', store: 'meta', key: ['m'], value }]);
      value.fill(0);
      const first = await storage.get('meta', ['m']);
      equal(first, bytes(1, 2, 3), 'changed after writing');
      first?.fill(9);
      equal(await storage.get('meta', ['m']), bytes(1, 2, 3), 'changed after reading');
    });

    story('a view is stored as what it shows', async (storage, writer) => {
      await storage.write(writer, [{ kind: 'put', store: 'meta', key: ['view'], value: bytes(0, 1, 2, 3, 4).subarray(1, 3) }]);
      equal(await storage.get('meta', ['view']), bytes(1, 2), 'the view');
    });

    story('whoever claimed last is the only writer', async (storage, writer, under) => {
      const second = await under.open();
      try {
        await storage.write(writer, [put(['x'], 1)]);
        const successor = await second.claim();
        await rejects(storage.write(writer, [put(['x'], 2), put(['y'], 2)]), SupersededError, 'the first writer');
        equal(await second.get('timeline', ['x']), bytes(1), 'nothing of the refused write was made');
        equal(await second.get('timeline', ['y']), undefined, 'nor the rest of it');
        await second.write(successor, [put(['x'], 3)]);
        equal(await storage.get('timeline', ['x']), bytes(3), 'the second writer writes');
        const third = await storage.claim();
        await storage.write(third, [put(['x'], 4)]);
        await rejects(second.write(successor, [put(['x'], 5)]), SupersededError, 'the second writer, after the first came back');
      } finally {
        second.close();
      }
    });

    story('keeps everything when closed and opened again', async (storage, writer, under) => {
      await storage.write(writer, [put(['kept'], 5)]);
      const again = await under.open();
      equal(await again.get('timeline', ['kept']), bytes(5), 'after opening again');
      again.close();
    });
  });
}
