/** Where the time goes: libsodium's functions, wrapped while one operation runs. What none of them took is codec, trees and promises. */
import { sodium } from '../../../pwa/engine/crypto/sodium.ts';

export const PARTS = ['KEM', 'signatures', 'hashing', 'AEAD'] as const;
export type Part = (typeof PARTS)[number];

const PREFIXES: readonly (readonly [string, Part])[] = [
  ['crypto_kem_', 'KEM'], ['crypto_scalarmult', 'KEM'], ['crypto_xof_', 'KEM'], ['crypto_sign', 'signatures'],
  ['crypto_hash_', 'hashing'], ['crypto_auth_', 'hashing'], ['crypto_aead_', 'AEAD'],
];

export interface Share {
  readonly ms: number;
  readonly calls: number;
}

export interface Attribution {
  readonly parts: Readonly<Record<Part, Share>>;
  /** All that is not cryptography. */
  readonly rest: number;
  readonly total: number;
}

type Functions = Record<string, unknown>;

/** Runs `work` alone: nothing else may call libsodium meanwhile. */
export async function attributed(work: () => Promise<unknown>): Promise<Attribution> {
  const functions = sodium as unknown as Functions;
  const originals: Functions = {};
  const spent: Record<Part, { ms: number; calls: number }> = { KEM: { ms: 0, calls: 0 }, signatures: { ms: 0, calls: 0 }, hashing: { ms: 0, calls: 0 }, AEAD: { ms: 0, calls: 0 } };
  for (const [name, original] of Object.entries(functions)) {
    const part = PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (part === undefined || typeof original !== 'function') continue;
    originals[name] = original;
    functions[name] = (...given: unknown[]): unknown => {
      const began = performance.now();
      try {
        return Reflect.apply(original, functions, given);
      } finally {
        spent[part].ms += performance.now() - began;
        spent[part].calls++;
      }
    };
  }
  const began = performance.now();
  try {
    await work();
  } finally {
    Object.assign(functions, originals);
  }
  const total = performance.now() - began;
  return { parts: spent, total, rest: total - PARTS.reduce((sum, part) => sum + spent[part].ms, 0) };
}
