/**
 * The storage port on IndexedDB. Strict durability: the browser reports a transaction done only when the
 * operating system has flushed it. A transaction ends by itself across a foreign `await`, so nothing
 * here awaits anything but the database.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore, type IDBPTransaction } from 'idb';
import { STORES, StorageError, SupersededError, type Change, type Range, type Storage, type StorageKey, type StoredRecord, type StoreName, type Writer } from '../engine/ports/storage.ts';

const WRITER = 'writer';
/** Sorts after every string and number in IndexedDB's order: the end of all keys with a prefix. */
const AFTER_ALL: IDBValidKey = [];
const SCHEMA = 1;

interface Schema extends DBSchema {
  writer: { key: string; value: number };
}

type Records = { [Name in StoreName]: { key: (string | number)[]; value: Uint8Array } };
type Database = IDBPDatabase<Schema & Records>;

export class IndexedDbStorage implements Storage {
  readonly #database: Database;

  /** `name`: of the profile's database. Throws StorageError. */
  static async open(name: string): Promise<IndexedDbStorage> {
    let storage: IndexedDbStorage | undefined;
    try {
      const database = await openDB<Schema & Records>(name, SCHEMA, {
        upgrade(upgrading) {
          upgrading.createObjectStore(WRITER);
          for (const store of STORES) upgrading.createObjectStore(store);
        },
        // A newer Sotto in another tab wants to change the schema: let it.
        blocking: () => storage?.close(),
      });
      storage = new IndexedDbStorage(database);
      return storage;
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'VersionError') {
        throw new StorageError('newer-schema', 'This profile was last used by a newer version of Sotto: reload to get it.', { cause });
      }
      throw storageError(cause);
    }
  }

  private constructor(database: Database) {
    this.#database = database;
  }

  async claim(): Promise<Writer> {
    return typed(async () => {
      const transaction = this.#database.transaction(WRITER, 'readwrite', { durability: 'strict' });
      const next = ((await transaction.store.get(WRITER)) ?? 0) + 1;
      await transaction.store.put(next, WRITER);
      await transaction.done;
      return next as Writer;
    });
  }

  get(store: StoreName, key: StorageKey): Promise<Uint8Array | undefined> {
    return typed(() => this.#database.get(store, [...key]));
  }

  range(store: StoreName, range: Range): Promise<readonly StoredRecord[]> {
    return typed(async () => {
      const { limit } = range;
      const records = this.#database.transaction(store).store;
      const keys = range.reverse === true && limit !== undefined ? await lastKeys(records, keyRange(range), limit) : keyRange(range);
      if (keys === undefined) return [];
      const [found, values] = await Promise.all([records.getAllKeys(keys, limit), records.getAll(keys, limit)]);
      const rows = found.map((key, i) => ({ key, value: values[i] as Uint8Array }));
      return range.reverse === true ? rows.reverse() : rows;
    });
  }

  write(writer: Writer, changes: readonly Change[]): Promise<void> {
    return typed(async () => {
      const stores = [...new Set(changes.map(({ store }) => store))];
      const transaction = this.#database.transaction([WRITER, ...stores], 'readwrite', { durability: 'strict' });
      const { done } = transaction;
      // Where the check fails `done` rejects too, by our own abort: that is not news.
      done.catch(() => undefined);
      if ((await transaction.objectStore(WRITER).get(WRITER)) !== writer) {
        transaction.abort();
        throw new SupersededError();
      }
      for (const change of changes) apply(transaction, change);
      await done;
    });
  }

  close(): void {
    this.#database.close();
  }
}

/** Requests are only queued: the transaction's end tells whether all of them held. */
function apply(transaction: IDBPTransaction<Schema & Records, (typeof WRITER | StoreName)[], 'readwrite'>, change: Change): void {
  const store = transaction.objectStore(change.store);
  const failed = (): undefined => undefined; // the transaction aborts, and `done` says why
  switch (change.kind) {
    case 'put':
      store.put(change.value, [...change.key]).catch(failed);
      break;
    case 'delete':
      store.delete([...change.key]).catch(failed);
      break;
    case 'clear':
      store.delete(keyRange({ prefix: change.prefix })).catch(failed);
  }
}

function keyRange({ prefix, after, before }: Range): IDBKeyRange {
  // [...prefix, after, []] lies behind every key that begins with prefix and `after`.
  const lower = after === undefined ? [...prefix] : [...prefix, after, AFTER_ALL];
  const upper = before === undefined ? [...prefix, AFTER_ALL] : [...prefix, before];
  return IDBKeyRange.bound(lower, upper, after !== undefined, true);
}

/** The range of the last `limit` keys in `keys`: a cursor that leaps there, since one that walks takes a message to the database's process for each step. */
async function lastKeys(store: IDBPObjectStore<Schema & Records, [StoreName], StoreName>, keys: IDBKeyRange, limit: number): Promise<IDBKeyRange | undefined> {
  if (limit <= 0) return undefined;
  const last = await store.openKeyCursor(keys, 'prev');
  if (last === null) return undefined;
  const first = limit === 1 ? last : await last.advance(limit - 1);
  return first === null ? keys : IDBKeyRange.bound(first.key, keys.upper, false, keys.upperOpen);
}

async function typed<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw cause instanceof SupersededError ? cause : storageError(cause);
  }
}

function storageError(cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  if (cause instanceof DOMException && cause.name === 'QuotaExceededError') return new StorageError('full', 'This device has no room left for Sotto.', { cause });
  return new StorageError('failed', 'This device could not store.', { cause });
}
