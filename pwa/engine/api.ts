/**
 * What the engine offers to the world: the UI (through a worker's port), bots, load tests. Everything
 * here is plain data that structured clone can carry. Keys are base64url text.
 */
export * from './api/engine.ts';
export * from './api/finding.ts';
export * from './api/invites.ts';
export * from './api/lock.ts';
export * from './api/media.ts';
export * from './api/messages.ts';
export * from './api/people.ts';
export * from './api/problems.ts';
export * from './api/push.ts';
export * from './api/rooms.ts';
export * from './api/trust.ts';
