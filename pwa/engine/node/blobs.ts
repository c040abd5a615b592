/** The blobs of relays by Node's `fetch`. */
import type { BlobTransport } from '../ports/blob-transport.ts';
import { blobFetch } from '../sync/blob-fetch.ts';
import { systemClock } from './system.ts';

export const blobTransport = (): BlobTransport => blobFetch({ fetch: (url, init) => fetch(url, init), clock: systemClock });
