/** Starts the store's thread, bundled or from sources. */
import { Worker } from 'node:worker_threads';

/**
 * Beside what this was bundled into lies `sqlite-thread.js`. From sources, where tsx reads TypeScript for the main thread, Node 20
 * does not let it do so for others: there the thread registers it first.
 */
export function startThread(folder: string): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./sqlite-thread.js', import.meta.url), { workerData: folder });
  const source = JSON.stringify(new URL('./sqlite-thread.ts', import.meta.url));
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return new Worker(`import(${tsx}).then(({ register }) => { register(); return import(${source}); });`, { eval: true, workerData: folder });
}
