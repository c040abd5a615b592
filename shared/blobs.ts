/**
 * Blobs over HTTP: paths and header fields that both ends speak. Uploads are resumed in the manner of
 * draft-ietf-httpbis-resumable-upload: HEAD says how far it is, PATCH appends from there.
 *
 *   HEAD   /v1/blobs/<id>    200 with upload-offset and upload-length; 404
 *   PATCH  /v1/blobs/<id>    upload-offset, upload-length, body: 204 with the new upload-offset; 409 with the one to go on from
 *   GET    /v1/blobs/<id>    200, or 206 for a single range; 404 before it is whole
 *   DELETE /v1/blobs/<id>    204
 *
 * Each with `authorization: Bearer <grant>`, which the relay gives out on a connection that has the room open.
 */
import { fromBase64Url, toBase64Url } from './bytes.ts';
import type { Branded } from './ids.ts';

export const BLOB_ID_BYTES = 16;
/** 16 random bytes, chosen by whoever uploads. */
export type BlobId = Branded<Uint8Array, 'BlobId'>;

export const parseBlobId = (value: unknown): BlobId | undefined => (value instanceof Uint8Array && value.length === BLOB_ID_BYTES ? (value as BlobId) : undefined);

/** A grant, as it stands behind `Bearer` (RFC 6750 §2.1, without the padding). */
export const BLOB_TOKEN = /^[A-Za-z0-9_-]{16,128}$/;

export const BLOB_PATH = '/v1/blobs/';
export const UPLOAD_OFFSET = 'upload-offset';
export const UPLOAD_LENGTH = 'upload-length';

export const blobPath = (id: BlobId): string => BLOB_PATH + toBase64Url(id);
/** The last segment of a path. */
export const blobIdIn = (segment: string): BlobId | undefined => parseBlobId(fromBase64Url(segment));
