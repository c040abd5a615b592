/**
 * Where a profile lives on the device. The engine owns this port; adapters are IndexedDB in the
 * browser, and memory in Node.
 *
 * Guarantees that every adapter keeps, held by one conformance suite:
 * - `write` is atomic and durable: when it resolves, all changes survive a crash; when it rejects,
 *   none was made.
 * - `write` is refused with {@link SupersededError}, and changes nothing, unless `writer` is the last
 *   one claimed: the check is in the same transaction as the changes. This holds "keys never repeat"
 *   even where the platform's lock fails.
 * - `range` answers in key order: element by element, numbers before strings, a prefix before what
 *   it begins (IndexedDB's order for arrays).
 * - Values are copied on the way in and out.
 */
export const STORES = ['meta', 'rooms', 'groups', 'outbox', 'timeline', 'links', 'seen', 'drafts', 'search', 'effects', 'threads', 'pins', 'staged', 'blobs', 'pieces', 'media', 'due'] as const;
export type StoreName = (typeof STORES)[number];

/** Ordered parts: strings and finite numbers. */
export type StorageKey = readonly (string | number)[];

export type Change =
  | { readonly kind: 'put'; readonly store: StoreName; readonly key: StorageKey; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly store: StoreName; readonly key: StorageKey }
  /** Everything whose key begins with `prefix`. */
  | { readonly kind: 'clear'; readonly store: StoreName; readonly prefix: StorageKey };

export interface StoredRecord {
  readonly key: StorageKey;
  readonly value: Uint8Array;
}

export interface Range {
  /** Only keys that begin so. */
  readonly prefix: StorageKey;
  /** Only keys whose next part lies strictly after, or before, this one. */
  readonly after?: string | number;
  readonly before?: string | number;
  /** The last ones first. */
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** One lifetime of one engine; later claims supersede it. */
export type Writer = number & { readonly __writer: unique symbol };

export interface Storage {
  /** Becomes the only writer. */
  claim(): Promise<Writer>;
  get(store: StoreName, key: StorageKey): Promise<Uint8Array | undefined>;
  range(store: StoreName, range: Range): Promise<readonly StoredRecord[]>;
  write(writer: Writer, changes: readonly Change[]): Promise<void>;
  close(): void;
}

/** Another engine has claimed this profile. What to do: stop at once, write nothing, work through the other. */
export class SupersededError extends Error {
  readonly code = 'superseded';
  constructor() {
    super('Another engine runs on this profile: this one stops and works through it.');
    this.name = 'SupersededError';
  }
}

/** The device could not store. What to do: tell the person to free space; nothing was changed. */
export class StorageError extends Error {
  readonly code: 'full' | 'failed' | 'newer-schema';
  constructor(code: 'full' | 'failed' | 'newer-schema', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
