/** What the person chose for themselves, on this device. */
import * as v from 'valibot';
import type { Preferences } from '../api.ts';
import { fromCbor, toCbor } from '../wire/cbor.ts';

export const PREFERENCES_KEY = ['preferences'] as const;

export const DEFAULT_PREFERENCES: Preferences = { readReceipts: true, deliveryReceipts: true, typing: true, presence: true, fetchMedia: 'small' };

const shape = v.object({ v: v.literal(1), readReceipts: v.boolean(), deliveryReceipts: v.boolean(), typing: v.boolean(), presence: v.boolean(), fetchMedia: v.picklist(['always', 'small', 'never']) });

export const encodePreferences = (preferences: Preferences): Uint8Array => toCbor({ v: 1, ...preferences });

export function decodePreferences(value: Uint8Array): Preferences | undefined {
  const stored = fromCbor(shape, value);
  if (stored === undefined) return undefined;
  const { v: _version, ...preferences } = stored;
  return preferences;
}
