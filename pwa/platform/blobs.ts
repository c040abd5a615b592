/** The blobs of relays by the browser's `fetch`, in a page, a worker or the service worker. */
import type { BlobTransport } from '../engine/ports/blob-transport.ts';
import { blobFetch } from '../engine/sync/blob-fetch.ts';
import { systemClock } from './system.ts';

export const blobTransport: BlobTransport = blobFetch({ fetch: (url, init) => fetch(url, init), clock: systemClock });
