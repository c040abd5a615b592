/** `sotto/engine`: the engine, and the ports that a program in Node needs for it. */
export * from '../index.ts';
export { blobTransport } from './blobs.ts';
export { MemoryStorage } from './memory-storage.ts';
export { socketTransport } from './socket-transport.ts';
export { fleetingDeviceKey, systemClock, systemRandomness } from './system.ts';
