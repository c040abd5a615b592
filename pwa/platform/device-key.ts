/**
 * The device key at rest: encrypted with AES-GCM under a WebCrypto key that cannot be extracted, both in a
 * database of their own. Whoever copies the files without this browser's key store has neither.
 */
import { openDB, type IDBPDatabase } from 'idb';
import type { DeviceKeySource } from '../engine/ports/device-key.ts';

const STORE = 'keys';
const AT = 'device';
const KEY_BYTES = 32;
const IV_BYTES = 12;

interface Wrapped {
  readonly wrappingKey: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly wrapped: ArrayBuffer;
}

export class WrappedDeviceKey implements DeviceKeySource {
  readonly #name: string;
  #key: Promise<Uint8Array> | undefined;

  /** `name`: of the database that holds it. */
  constructor(name: string) {
    this.#name = name;
  }

  deviceKey(): Promise<Uint8Array> {
    return (this.#key ??= this.#load());
  }

  async #load(): Promise<Uint8Array> {
    const database = await openDB(this.#name, 1, { upgrade: (upgrading) => { upgrading.createObjectStore(STORE); } });
    try {
      return await unwrap(await stored(database));
    } finally {
      database.close();
    }
  }
}

/** What is there already, or what is made now: two that make one at once agree on the first stored. */
async function stored(database: IDBPDatabase): Promise<Wrapped> {
  const existing = (await database.get(STORE, AT)) as Wrapped | undefined;
  if (existing !== undefined) return existing;
  // A transaction would end across WebCrypto's awaits, so the key is made first and offered after.
  const made = await wrap(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  const first = (await transaction.store.get(AT)) as Wrapped | undefined;
  if (first === undefined) await transaction.store.put(made, AT);
  await transaction.done;
  return first ?? made;
}

async function wrap(key: Uint8Array<ArrayBuffer>): Promise<Wrapped> {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrappingKey, key);
  key.fill(0);
  return { wrappingKey, iv, wrapped };
}

const unwrap = async ({ wrappingKey, iv, wrapped }: Wrapped): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, wrappingKey, wrapped));
