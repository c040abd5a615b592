/** Which code of the app is kept on this device: asked of the service worker that keeps it. */

export interface Code {
  /** Hash of all its files: SHA-256 as 64 hex digits. */
  readonly root: string;
  /** Files that are not what the list of hashes says. */
  readonly altered: readonly string[];
}

const HASH = /^[0-9a-f]{64}$/;

const isCode = (value: unknown): value is Code =>
  typeof value === 'object' && value !== null && 'root' in value && typeof value.root === 'string' && HASH.test(value.root) && 'altered' in value && Array.isArray(value.altered);

/** Milliseconds: hashing a megabyte takes a small part of it. */
const PATIENCE = 10_000;

/** Null where it does not know, or does not answer. */
export function codeOf(worker: ServiceWorker): Promise<Code | null> {
  const { port1: here, port2: there } = new MessageChannel();
  return new Promise((resolve) => {
    const tired = setTimeout(() => { resolve(null); }, PATIENCE);
    here.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      clearTimeout(tired);
      here.close();
      resolve(isCode(data) ? data : null);
    });
    here.start();
    worker.postMessage({ type: 'CODE' }, [there]);
  });
}
