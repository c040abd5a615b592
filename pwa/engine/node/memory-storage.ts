/** A profile that lasts as long as its object: for bots that start anew each time, load tests and simulations. */
import { SupersededError, type Change, type Range, type Storage, type StorageKey, type StoredRecord, type StoreName, type Writer } from '../ports/storage.ts';

/** IndexedDB's order of arrays: element by element, numbers before strings, a prefix before what it begins. */
export function compareKeys(a: StorageKey, b: StorageKey): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareParts(a[i] as string | number, b[i] as string | number);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Row {
  readonly key: StorageKey;
  value: Uint8Array;
}

const keyText = (key: StorageKey): string => JSON.stringify(key);
const beginsWith = (key: StorageKey, prefix: StorageKey): boolean => key.length >= prefix.length && prefix.every((part, i) => part === key[i]);

export class MemoryStorage implements Storage {
  readonly #stores = new Map<StoreName, Map<string, Row>>();
  #writer = 0;

  async claim(): Promise<Writer> {
    return ++this.#writer as Writer;
  }

  async get(store: StoreName, key: StorageKey): Promise<Uint8Array | undefined> {
    return this.#rows(store).get(keyText(key))?.value.slice();
  }

  async range(store: StoreName, { prefix, after, before, reverse, limit }: Range): Promise<readonly StoredRecord[]> {
    const found: Row[] = [];
    for (const row of this.#rows(store).values()) {
      if (!beginsWith(row.key, prefix)) continue;
      const next = row.key[prefix.length];
      if (after !== undefined && (next === undefined || compareParts(next, after) <= 0)) continue;
      if (before !== undefined && next !== undefined && compareParts(next, before) >= 0) continue;
      found.push(row);
    }
    found.sort((a, b) => (reverse === true ? compareKeys(b.key, a.key) : compareKeys(a.key, b.key)));
    return found.slice(0, limit ?? found.length).map(({ key, value }) => ({ key: [...key], value: value.slice() }));
  }

  async write(writer: Writer, changes: readonly Change[]): Promise<void> {
    if (writer !== this.#writer) throw new SupersededError();
    for (const change of changes) this.#apply(change);
  }

  #apply(change: Change): void {
    const rows = this.#rows(change.store);
    switch (change.kind) {
      case 'put':
        rows.set(keyText(change.key), { key: [...change.key], value: change.value.slice() });
        break;
      case 'delete':
        rows.delete(keyText(change.key));
        break;
      case 'clear':
        for (const [text, row] of rows) if (beginsWith(row.key, change.prefix)) rows.delete(text);
    }
  }

  #rows(store: StoreName): Map<string, Row> {
    let rows = this.#stores.get(store);
    if (rows === undefined) {
      rows = new Map();
      this.#stores.set(store, rows);
    }
    return rows;
  }

  close(): void {
    // What is in memory may be opened again by the same object: that is what a restart is in a test.
  }
}
