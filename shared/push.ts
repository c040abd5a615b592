/**
 * Web Push: what a wake-up is, and the keys of a subscription (RFC 8291 §2.1 and §3.1). A wake-up says nothing but that there is something:
 * its content is the same for every room, message and device, so that whoever opens it has learnt nothing.
 */
import { utf8 } from './bytes.ts';
import type { Branded } from './ids.ts';

/** An uncompressed point of P-256, 65 bytes. */
export type PushPoint = Branded<Uint8Array, 'PushPoint'>;
/** The authentication secret of a subscription, 16 bytes. */
export type PushAuth = Branded<Uint8Array, 'PushAuth'>;

const POINT_BYTES = 65;
const UNCOMPRESSED = 4;
const AUTH_BYTES = 16;

/** By form alone: whether it lies on the curve is for whoever computes with it to find out. */
export const parsePushPoint = (value: unknown): PushPoint | undefined =>
  value instanceof Uint8Array && value.length === POINT_BYTES && value[0] === UNCOMPRESSED ? (value as PushPoint) : undefined;

export const parsePushAuth = (value: unknown): PushAuth | undefined => (value instanceof Uint8Array && value.length === AUTH_BYTES ? (value as PushAuth) : undefined);

/** All that a wake-up carries, encrypted (RFC 8291). */
export const WAKE: Uint8Array = utf8('sotto wake v1');
