/// <reference lib="webworker" />
/**
 * The code that this service worker keeps on the device, by one hash: that of the list of all the app's files and their hashes, which the relay
 * serves beside them and everybody can compute from the sources. Each file that is kept must stand in the list; pictures for the system alone are listed and not kept.
 *
 * It is what this code says of itself: whoever serves another service worker can have it say anything (SECURITY.md).
 */
import { matchPrecache, type PrecacheEntry } from 'workbox-precaching';
import type { Code } from '../platform/code.ts';

const LIST = '/.well-known/sotto.sha256';
const ALIVE = '/alive';
const PREFIX = 'sotto-code-';

const sha256 = async (bytes: BufferSource): Promise<string> => [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export class KeptCode {
  /** Of this version, and no other: named by all that it keeps. */
  readonly #name: Promise<string>;
  readonly #files: readonly string[];

  constructor(kept: readonly (PrecacheEntry | string)[]) {
    this.#files = kept.map((entry) => (typeof entry === 'string' ? entry : entry.url));
    this.#name = sha256(new TextEncoder().encode(JSON.stringify(kept))).then((hash) => PREFIX + hash);
  }

  /** Fetches the list. Rejects where the relay does not have it: then this version is not installed. */
  async install(): Promise<void> {
    await (await caches.open(await this.#name)).add(new Request(LIST, { cache: 'reload' }));
  }

  /** The page came up under this version. */
  async alive(): Promise<void> {
    await (await caches.open(await this.#name)).put(ALIVE, new Response());
  }

  /** Whether a page ever came up under some other version: where none did, that one is broken, and nobody there can take an update. */
  async wasAnotherAlive(): Promise<boolean> {
    for (const name of await this.#others()) if ((await (await caches.open(name)).match(ALIVE)) !== undefined) return true;
    return false;
  }

  async forgetOthers(): Promise<void> {
    await Promise.all((await this.#others()).map((name) => caches.delete(name)));
  }

  async #others(): Promise<readonly string[]> {
    const own = await this.#name;
    return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own);
  }

  async report(): Promise<Code> {
    const listed = await (await caches.open(await this.#name)).match(LIST);
    if (listed === undefined) throw new Error('the list of hashes is gone');
    const list = await listed.arrayBuffer();
    const lines = new Set(new TextDecoder().decode(list).trimEnd().split('\n'));
    const altered: string[] = [];
    for (const file of this.#files) {
      const kept = await matchPrecache(file);
      if (kept === undefined || !lines.has(`${await sha256(await kept.arrayBuffer())}  ./${file}`)) altered.push(file);
    }
    return { root: await sha256(list), altered };
  }
}
