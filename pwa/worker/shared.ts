/// <reference lib="webworker" />
/**
 * What another app shares into this one comes as a form that is posted to /share (Web Share Target, https://w3c.github.io/web-share-target/). No
 * server ever sees it: it is put aside here, and the page that opens takes it. Where the browser keeps no service worker, nothing can be shared here.
 */
import { SHARED_CACHE, SHARED_FILE, SHARED_TEXT, SHARE_PATH } from '../platform/shared.ts';

/** Answers what is posted; undefined for everything else. */
export function takeShare(request: Request): Promise<Response> | undefined {
  if (request.method !== 'POST' || new URL(request.url).pathname !== SHARE_PATH) return undefined;
  return putAside(request);
}

async function putAside(request: Request): Promise<Response> {
  const form = await request.formData();
  const said = ['title', 'text', 'url'].map((name) => form.get(name)).filter((value): value is string => typeof value === 'string' && value !== '');
  const files = form.getAll('files').filter((value) => value instanceof File);
  // What was shared before and never taken is of no interest any more.
  await caches.delete(SHARED_CACHE);
  const aside = await caches.open(SHARED_CACHE);
  // An address often stands in the text already.
  const text = said.filter((value, i) => !said.some((other, j) => j !== i && other !== value && other.includes(value))).join('\n');
  await aside.put(SHARED_TEXT, new Response(text));
  await Promise.all(files.map((file, i) => aside.put(`${SHARED_FILE}${i}`, new Response(file, { headers: { 'content-type': file.type || 'application/octet-stream', 'x-name': encodeURIComponent(file.name) } }))));
  return Response.redirect('/#/share', 303);
}
