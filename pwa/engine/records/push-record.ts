/** Where this device is woken. */
import * as v from 'valibot';
import { parsePushAuth, parsePushPoint, type PushAuth, type PushPoint } from '../../../shared/push.ts';
import type { PushAddress } from '../api.ts';
import type { Change } from '../ports/storage.ts';
import { fromCbor, toCbor } from '../wire/cbor.ts';

export const PUSH_KEY = ['push'] as const;

/** As the relay is told. */
export interface PushSubscriptionWire {
  readonly endpoint: string;
  readonly p256dh: PushPoint;
  readonly auth: PushAuth;
}

const shape = v.object({ v: v.literal(1), endpoint: v.string(), p256dh: v.instance(Uint8Array), auth: v.instance(Uint8Array) });

/** Undefined where its keys are none. */
export function pushSubscription({ endpoint, p256dh, auth }: PushAddress): PushSubscriptionWire | undefined {
  const [point, secret] = [parsePushPoint(p256dh), parsePushAuth(auth)];
  return point === undefined || secret === undefined || endpoint === '' ? undefined : { endpoint, p256dh: point, auth: secret };
}

export function decodePush(value: Uint8Array): PushSubscriptionWire | undefined {
  const stored = fromCbor(shape, value);
  return stored === undefined ? undefined : pushSubscription(stored);
}

export const pushChange = (subscription: PushSubscriptionWire | null): Change =>
  subscription === null ? { kind: 'delete', store: 'meta', key: PUSH_KEY } : { kind: 'put', store: 'meta', key: PUSH_KEY, value: toCbor({ v: 1, ...subscription }) };
