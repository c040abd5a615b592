/**
 * The relay's keys for Web Push, in a file beside the database and not in it: the private half of its VAPID key (RFC 8292), and the secret under which
 * it seals who is to be woken. Where the file is lost, the relay makes others: subscriptions that it holds are of no use any more, and clients, who are told another
 * public key at their next connection, subscribe anew. A backup does not hold it.
 */
import { createECDH, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PushPoint } from '../../shared/push.ts';

export const PUSH_FILE = 'push.key';
export const CURVE = 'prime256v1';
const PRIVATE_BYTES = 32;
const SECRET_BYTES = 32;

export interface PushKeys {
  /** Of P-256, 32 bytes. */
  readonly private: Uint8Array;
  readonly public: PushPoint;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** `folder`: there already, and held by this process alone. */
export function pushKeys(folder: string): PushKeys {
  const path = join(folder, PUSH_FILE);
  const kept = read(path);
  if (kept !== undefined) return kept;
  const made = newPushKeys();
  try {
    const draft = `${path}.partial`;
    writeFileSync(draft, Buffer.concat([made.private, made.secret]), { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // A disk that takes nothing is told of elsewhere: the relay serves on, and makes others at its next start.
  }
  return made;
}

export function newPushKeys(): PushKeys {
  const pair = createECDH(CURVE);
  pair.generateKeys();
  // Node gives it without leading zeros.
  const made = new Uint8Array(PRIVATE_BYTES);
  const scalar = pair.getPrivateKey();
  made.set(scalar, PRIVATE_BYTES - scalar.length);
  return { private: made, public: new Uint8Array(pair.getPublicKey()) as Uint8Array as PushPoint, secret: new Uint8Array(randomBytes(SECRET_BYTES)) };
}

function read(path: string): PushKeys | undefined {
  try {
    const bytes = new Uint8Array(readFileSync(path));
    if (bytes.length !== PRIVATE_BYTES + SECRET_BYTES) return undefined;
    const pair = createECDH(CURVE);
    pair.setPrivateKey(bytes.subarray(0, PRIVATE_BYTES));
    return { private: bytes.slice(0, PRIVATE_BYTES), public: new Uint8Array(pair.getPublicKey()) as Uint8Array as PushPoint, secret: bytes.slice(PRIVATE_BYTES) };
  } catch {
    return undefined; // not there, or none
  }
}
