/**
 * The device key at rest, in a database of its own. It is encrypted with AES-GCM under a WebCrypto key that cannot be extracted, so that
 * whoever copies the files without this browser's key store has neither. With an app lock it is, below that, encrypted once more
 * for each way to unlock, and then it lies nowhere without one.
 */
import { openDB, type IDBPDatabase } from 'idb';
import type { LockSettings, LockState, LockWays, PasskeyPlace, UnlockBy } from '../engine/api.ts';
import { keyFromPassphrase, newSalt, PASSPHRASE_COST, type PassphraseCost } from '../engine/crypto/passphrase.ts';
import { loadSodium } from '../engine/crypto/sodium.ts';

const STORE = 'keys';
const AT = 'device';
const KEY_BYTES = 32;
const IV_BYTES = 12;

type Bytes = Uint8Array<ArrayBuffer>;

/** AES-GCM: the initialisation vector, and what was sealed. */
interface Box {
  readonly iv: Bytes;
  readonly sealed: Bytes;
}

type Way =
  /** No lock: the device key itself. */
  | { readonly kind: 'open'; readonly box: Box }
  | { readonly kind: 'passphrase'; readonly salt: Bytes; readonly cost: PassphraseCost; readonly box: Box }
  | { readonly kind: 'passkey'; readonly id: Bytes; readonly salt: Bytes; readonly box: Box };

interface Stored {
  readonly wrappingKey: CryptoKey;
  readonly ways: readonly Way[];
  readonly settings: LockSettings;
  /** Wrong ones in a row, counted before each is tried. */
  readonly tries: number;
  /** Unix milliseconds; 0 for at once. */
  readonly notBefore: number;
}

/** Tries before one has to wait. */
const FREE_TRIES = 5;
/** Milliseconds: of the first wait, which doubles with each further wrong try, and of the longest. */
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 60 * 60_000;
export const DEFAULT_SETTINGS: LockSettings = { after: 5 * 60_000, onHide: false };

/** What to do: `wrong` try another; `wait` until the state says so; `locked` unlock first. */
export class VaultError extends Error {
  readonly code: 'wrong' | 'wait' | 'locked';
  constructor(code: VaultError['code'], options?: ErrorOptions) {
    super(`the key vault does not open: ${code}`, options);
    this.name = 'VaultError';
    this.code = code;
  }
}

export class KeyVault {
  readonly #name: string;
  readonly #now: () => number;

  /** `name`: of the database that holds it. */
  constructor(name: string, now: () => number = Date.now) {
    this.#name = name;
    this.#now = now;
  }

  /** The key where no lock is set, made at the first call; null where one is. */
  async openKey(): Promise<Uint8Array | null> {
    return this.#with(async (database) => {
      const stored = await load(database);
      const open = stored.ways.find(({ kind }) => kind === 'open');
      return open === undefined ? null : unbox(stored.wrappingKey, open.box);
    });
  }

  /** `unlocked`: whether the caller holds the key. */
  async state(unlocked: boolean): Promise<LockState> {
    return this.#with(async (database) => {
      const { ways, settings, notBefore } = await load(database);
      if (ways.some(({ kind }) => kind === 'open')) return { kind: 'none' };
      if (unlocked) return { kind: 'unlocked', ways: waysOf(ways), settings };
      return { kind: 'locked', ways: waysOf(ways), waitUntil: notBefore > this.#now() ? notBefore : null };
    });
  }

  /** Throws VaultError `wrong` or `wait`. */
  async unlock(by: UnlockBy): Promise<Uint8Array> {
    return this.#with(async (database) => {
      const stored = await update(database, (before) => {
        if (before.notBefore > this.#now()) throw new VaultError('wait');
        return { ...before, tries: before.tries + 1, notBefore: this.#now() + waitAfter(before.tries + 1) };
      });
      for (const way of stored.ways) {
        if (!fits(way, by)) continue;
        const key = await opened(stored.wrappingKey, way, by);
        if (key === undefined) continue;
        await update(database, (before) => ({ ...before, tries: 0, notBefore: 0 }));
        return key;
      }
      throw new VaultError('wrong');
    });
  }

  /** Adds a way, in place of an earlier one of its kind where that is the passphrase. The key is from then on under no other than those. */
  async add(key: Uint8Array, by: UnlockBy): Promise<void> {
    await this.#with(async (database) => {
      const { wrappingKey } = await load(database);
      const way = await lockedWay(wrappingKey, key, by);
      await update(database, (before) => ({ ...before, ways: [...before.ways.filter((one) => one.kind !== 'open' && !(one.kind === 'passphrase' && way.kind === 'passphrase')), way] }));
    });
  }

  /** With the last way, the lock is gone. */
  async remove(key: Uint8Array, which: 'passphrase' | PasskeyPlace): Promise<void> {
    await this.#with(async (database) => {
      const { wrappingKey } = await load(database);
      const open: Way = { kind: 'open', box: await box(wrappingKey, key) };
      await update(database, (before) => {
        const left = before.ways.filter((way) => (which === 'passphrase' ? way.kind !== 'passphrase' : way.kind !== 'passkey' || !same(way.id, which.id)));
        return { ...before, ways: left.length === 0 ? [open] : left };
      });
    });
  }

  async setSettings(settings: LockSettings): Promise<void> {
    await this.#with((database) => update(database, (before) => ({ ...before, settings })));
  }

  async #with<T>(use: (database: IDBPDatabase) => Promise<T>): Promise<T> {
    const database = await openDB(this.#name, 1, { upgrade: (upgrading) => { upgrading.createObjectStore(STORE); } });
    try {
      return await use(database);
    } finally {
      database.close();
    }
  }
}

const waitAfter = (tries: number): number => (tries < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - FREE_TRIES)));

const waysOf = (ways: readonly Way[]): LockWays => ({
  passphrase: ways.some(({ kind }) => kind === 'passphrase'),
  passkeys: ways.flatMap((way) => (way.kind === 'passkey' ? [{ id: way.id, salt: way.salt }] : [])),
});

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

const fits = (way: Way, by: UnlockBy): boolean => ('passphrase' in by ? way.kind === 'passphrase' : way.kind === 'passkey' && same(way.id, by.passkey.id));

/** What is there already, or what is made now: two that make one at once agree on the first stored. */
async function load(database: IDBPDatabase): Promise<Stored> {
  const existing = (await database.get(STORE, AT)) as Stored | undefined;
  if (existing !== undefined) return existing;
  // A transaction would end across WebCrypto's awaits, so the key is made first and offered after.
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const made: Stored = { wrappingKey, ways: [{ kind: 'open', box: await box(wrappingKey, key) }], settings: DEFAULT_SETTINGS, tries: 0, notBefore: 0 };
  key.fill(0);
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  const first = (await transaction.store.get(AT)) as Stored | undefined;
  if (first === undefined) await transaction.store.put(made, AT);
  await transaction.done;
  return first ?? made;
}

/** In one transaction, durable when it resolves. What `change` throws is thrown, and nothing is changed. */
async function update(database: IDBPDatabase, change: (before: Stored) => Stored): Promise<Stored> {
  await load(database);
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  const before = (await transaction.store.get(AT)) as Stored;
  let after: Stored;
  try {
    after = change(before);
  } catch (error) {
    transaction.abort();
    await transaction.done.catch(() => undefined); // it is our own abort
    throw error;
  }
  await transaction.store.put(after, AT);
  await transaction.done;
  return after;
}

async function lockedWay(wrappingKey: CryptoKey, key: Uint8Array, by: UnlockBy): Promise<Way> {
  if ('passphrase' in by) {
    const salt = new Uint8Array(newSalt());
    const inner = await box(await passphraseKey(by.passphrase, salt, PASSPHRASE_COST), key);
    return { kind: 'passphrase', salt, cost: PASSPHRASE_COST, box: await box(wrappingKey, packed(inner)) };
  }
  const { id, salt, secret } = by.passkey;
  const inner = await box(await secretKey(secret), key);
  return { kind: 'passkey', id: new Uint8Array(id), salt: new Uint8Array(salt), box: await box(wrappingKey, packed(inner)) };
}

/** Undefined where it is the wrong one. */
async function opened(wrappingKey: CryptoKey, way: Way, by: UnlockBy): Promise<Uint8Array | undefined> {
  const inner = unpacked(await unbox(wrappingKey, way.box));
  const key = 'passphrase' in by ? (way.kind === 'passphrase' ? await passphraseKey(by.passphrase, way.salt, way.cost) : undefined) : await secretKey(by.passkey.secret);
  if (key === undefined) return undefined;
  try {
    return await unbox(key, inner);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined; // the tag does not fit
    throw error;
  }
}

async function passphraseKey(passphrase: string, salt: Bytes, cost: PassphraseCost): Promise<CryptoKey> {
  await loadSodium();
  return aesKey(new Uint8Array(keyFromPassphrase(passphrase, salt, cost)));
}

/** An authenticator's secret serves several ends by several labels. */
const secretKey = async (secret: Uint8Array): Promise<CryptoKey> => {
  const material = await crypto.subtle.importKey('raw', new Uint8Array(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: new TextEncoder().encode('sotto app lock v1') }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
};

const aesKey = (raw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

async function box(key: CryptoKey, content: Uint8Array): Promise<Box> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, sealed: new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array(content))) };
}

const unbox = async (key: CryptoKey, { iv, sealed }: Box): Promise<Bytes> => new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed));

function packed({ iv, sealed }: Box): Bytes {
  const whole = new Uint8Array(iv.length + sealed.length);
  whole.set(iv);
  whole.set(sealed, iv.length);
  return whole;
}

const unpacked = (whole: Bytes): Box => ({ iv: whole.slice(0, IV_BYTES), sealed: whole.slice(IV_BYTES) });
