/**
 * Who is to be woken, as it lies at rest: sealed by AES-256-GCM under a key that is not in the database, padded to one length, and found by a keyed hash
 * with the room in it. So nobody who reads the database learns an endpoint, or that two rooms have a device in common.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { concat, fromUtf8, utf8 } from '../../shared/bytes.ts';
import type { RoomId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import { parsePushAuth, parsePushPoint, type PushAuth, type PushPoint } from '../../shared/push.ts';
import type { SubscriptionRow } from '../store/subscriptions.ts';

export interface Subscription {
  /** ASCII: where wake-ups are posted. */
  readonly endpoint: string;
  readonly p256dh: PushPoint;
  readonly auth: PushAuth;
  /** Whether each wake-up is to come a random time later. */
  readonly jitter: boolean;
}

const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const MAC_BYTES = 16;
// Jitter 1 ‖ p256dh 65 ‖ auth 16 ‖ length of the endpoint 2 ‖ endpoint and zeros
const POINT_AT = 1;
const AUTH_AT = POINT_AT + 65;
const LENGTH_AT = AUTH_AT + 16;
const ENDPOINT_AT = LENGTH_AT + 2;
const PLAIN_BYTES = ENDPOINT_AT + LIMITS.endpoint;

export class Vault {
  readonly #seal: Uint8Array;
  readonly #tag: Uint8Array;
  readonly #topic: Uint8Array;

  /** `secret`: 32 bytes. */
  constructor(secret: Uint8Array) {
    const derived = (label: string): Uint8Array => hmac(secret, utf8(label));
    this.#seal = derived('sotto push seal v1');
    this.#tag = derived('sotto push tag v1');
    this.#topic = derived('sotto push topic v1');
  }

  tagOf(room: RoomId, endpoint: string): Uint8Array {
    return hmac(this.#tag, concat(room, utf8(endpoint))).subarray(0, TAG_BYTES);
  }

  /** A topic for the wake-ups of an endpoint: at most 32 characters of base64url (RFC 8030 §5.4). */
  topicOf(endpoint: string): string {
    return Buffer.from(hmac(this.#topic, utf8(endpoint)).subarray(0, 24)).toString('base64url');
  }

  rowOf(room: RoomId, subscription: Subscription): SubscriptionRow {
    const plain = write(subscription);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#seal, nonce).setAAD(room);
    const sealed = concat(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
    return { tag: this.tagOf(room, subscription.endpoint), print: hmac(this.#tag, concat(room, plain)).subarray(0, TAG_BYTES), sealed };
  }

  /** Undefined where it was sealed under another key, which is lost, or for another room. */
  open(room: RoomId, sealed: Uint8Array): Subscription | undefined {
    if (sealed.length !== NONCE_BYTES + PLAIN_BYTES + MAC_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#seal, sealed.subarray(0, NONCE_BYTES)).setAAD(room).setAuthTag(sealed.subarray(-MAC_BYTES));
    try {
      return read(concat(decipher.update(sealed.subarray(NONCE_BYTES, -MAC_BYTES)), decipher.final()));
    } catch {
      return undefined; // the tag does not hold
    }
  }
}

const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array => new Uint8Array(createHmac('sha256', key).update(data).digest());

function write({ endpoint, p256dh, auth, jitter }: Subscription): Uint8Array {
  const plain = new Uint8Array(PLAIN_BYTES);
  const text = utf8(endpoint);
  plain[0] = jitter ? 1 : 0;
  plain.set(p256dh, POINT_AT);
  plain.set(auth, AUTH_AT);
  plain[LENGTH_AT] = text.length >> 8;
  plain[LENGTH_AT + 1] = text.length & 0xff;
  plain.set(text, ENDPOINT_AT);
  return plain;
}

function read(plain: Uint8Array): Subscription | undefined {
  const p256dh = parsePushPoint(plain.slice(POINT_AT, AUTH_AT));
  const auth = parsePushAuth(plain.slice(AUTH_AT, LENGTH_AT));
  const length = ((plain[LENGTH_AT] ?? 0) << 8) | (plain[LENGTH_AT + 1] ?? 0);
  if (p256dh === undefined || auth === undefined) return undefined;
  return { endpoint: fromUtf8(plain.subarray(ENDPOINT_AT, ENDPOINT_AT + length)), p256dh, auth, jitter: plain[0] === 1 };
}
