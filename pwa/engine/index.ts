/** The headless client. No DOM, nothing of Node: `node/` adds what a bot needs. */
export { createEngine } from './engine.ts';
export type { EngineOptions } from './options.ts';
export * from './api.ts';
export { BlobTransportError, type BlobFailure, type BlobPiece, type BlobPlace, type BlobState, type BlobTransport } from './ports/blob-transport.ts';
export type { Clock } from './ports/clock.ts';
export type { DeviceKeySource } from './ports/device-key.ts';
export type { Randomness } from './ports/randomness.ts';
export {
  StorageError, STORES, SupersededError, type Change, type Range, type Storage, type StorageKey, type StoredRecord, type StoreName, type Writer,
} from './ports/storage.ts';
export type { Transport, TransportConnection, TransportEvents } from './ports/transport.ts';
