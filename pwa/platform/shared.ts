/** What another app shared into this one, as the service worker has put it aside. */

export const SHARE_PATH = '/share';
export const SHARED_CACHE = 'sotto-shared';
export const SHARED_TEXT = '/shared/text';
export const SHARED_FILE = '/shared/file/';

export interface Shared {
  readonly text: string;
  readonly files: readonly File[];
}

/** Null where there is nothing. It is there once: whoever takes it has it alone. */
export async function takeShared(): Promise<Shared | null> {
  if (!(await caches.has(SHARED_CACHE))) return null;
  const aside = await caches.open(SHARED_CACHE);
  const text = await (await aside.match(SHARED_TEXT))?.text() ?? '';
  const files: File[] = [];
  for (const { url } of await aside.keys()) {
    if (!new URL(url).pathname.startsWith(SHARED_FILE)) continue;
    const kept = await aside.match(url);
    if (kept === undefined) continue;
    const type = kept.headers.get('content-type') ?? '';
    files.push(new File([await kept.blob()], decodeURIComponent(kept.headers.get('x-name') ?? ''), { type }));
  }
  await caches.delete(SHARED_CACHE);
  return text === '' && files.length === 0 ? null : { text, files };
}
