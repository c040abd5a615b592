/** Posts a wake-up to a push service: encrypted (RFC 8291) and signed (RFC 8292) by web-push, sent by ourselves, so that no answer is read further than its status. */
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import webPush from 'web-push';
import { toBase64Url } from '../../shared/bytes.ts';
import { WAKE } from '../../shared/push.ts';
import type { PushKeys } from './keys.ts';
import { destinationOf, lookUpPublic } from './destination.ts';
import type { Subscription, Vault } from './vault.ts';

export type Posted =
  | { readonly type: 'sent' }
  /** The subscription is no more. */
  | { readonly type: 'gone' }
  /** Now is not the time. `after`: milliseconds, as the service said; 0 where it said nothing. */
  | { readonly type: 'later'; readonly after: number }
  /** Not so, and not later. */
  | { readonly type: 'refused' };

/** Seconds that a wake-up waits for its device: four weeks, the most that large services keep one. */
const TTL = 28 * 24 * 3600;
/** Milliseconds for one post, from looking up the name to the status. */
const TIME = 15_000;
/** Milliseconds that a signature is used, of the twelve hours that the library gives it; and services whose signatures are kept. */
const SIGNED = 6 * 3_600_000;
const SERVICES = 100;
/** Connections are kept so long for the next. */
const KEPT = 30_000;
/** Bytes of an answer's headers. */
const HEADERS = 16 * 1024;

export interface ServiceOptions {
  readonly keys: PushKeys;
  readonly vault: Vault;
  /** Where the push service reaches the operator: a mailto: or https: URL (RFC 8292 §2.1). Asked at each post. */
  readonly contact: () => string;
  /** As for `destinationOf`. */
  readonly local: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export class PushService {
  readonly #options: ServiceOptions;
  readonly #vapid: { readonly publicKey: string; readonly privateKey: string };
  readonly #https = new HttpsAgent({ keepAlive: true, timeout: KEPT, maxFreeSockets: 8, lookup: lookUpPublic });
  readonly #http = new HttpAgent({ keepAlive: true, timeout: KEPT });
  readonly #signatures = new Map<string, { readonly header: string; readonly contact: string; readonly until: number }>();
  readonly #under = new Set<AbortController>();

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#vapid = { publicKey: toBase64Url(options.keys.public), privateKey: toBase64Url(options.keys.private) };
  }

  /** Never rejects. */
  async post({ endpoint, p256dh, auth }: Subscription): Promise<Posted> {
    const { vault, contact, local, now } = this.#options;
    const url = destinationOf(endpoint, local);
    if (url === undefined) return { type: 'gone' }; // the operator has narrowed it since
    try {
      const { method, headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh: toBase64Url(p256dh), auth: toBase64Url(auth) } }, Buffer.from(WAKE), {
        TTL,
        // RFC 8030 §5.3. A phone that saves power holds back what is "normal" until it is picked up.
        urgency: 'high',
        topic: vault.topicOf(endpoint), contentEncoding: 'aes128gcm',
      });
      const { status, said } = await this.#send(url, method, { ...headers, Authorization: this.#signature(url.origin, contact()) }, body);
      if (status >= 200 && status < 300) return { type: 'sent' };
      if (status === 404 || status === 410) return { type: 'gone' };
      if (status === 429 || status === 408 || status >= 500) return { type: 'later', after: waitOf(said['retry-after'], now()) };
      return { type: 'refused' };
    } catch {
      return { type: 'later', after: 0 }; // the network, or a name that is not found: whoever is meant may be back
    }
  }

  /** What is under way ends without an answer. */
  stop(): void {
    for (const abort of this.#under) abort.abort();
    this.#https.destroy();
    this.#http.destroy();
  }

  /** Who sends: one for each service and a while (RFC 8292 §5 means it to be used again), since to sign costs more than to encrypt. */
  #signature(service: string, contact: string): string {
    const now = this.#options.now();
    const known = this.#signatures.get(service);
    if (known !== undefined && now < known.until && now >= known.until - SIGNED && known.contact === contact) return known.header;
    // The library signs by the system's clock, as the service reads it.
    const { Authorization: header } = webPush.getVapidHeaders(service, contact, this.#vapid.publicKey, this.#vapid.privateKey, 'aes128gcm');
    this.#signatures.delete(service);
    this.#signatures.set(service, { header, contact, until: now + SIGNED });
    if (this.#signatures.size > SERVICES) for (const oldest of this.#signatures.keys()) {
      this.#signatures.delete(oldest);
      break;
    }
    return header;
  }

  async #send(url: URL, method: string, headers: Record<string, string>, body: Buffer | null): Promise<{ status: number; said: IncomingHttpHeaders }> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIME);
    this.#under.add(abort);
    try {
      return await new Promise((resolve, reject) => {
        const options = { method, headers, signal: abort.signal, maxHeaderSize: HEADERS };
        const sent = url.protocol === 'http:' ? httpRequest(url, { ...options, agent: this.#http }) : httpsRequest(url, { ...options, agent: this.#https });
        sent.once('error', reject);
        sent.on('timeout', () => sent.destroy());
        sent.once('response', (answer) => {
          resolve({ status: answer.statusCode ?? 0, said: answer.headers });
          // An empty answer leaves the connection for the next; whatever has more to say is not heard out.
          answer.on('data', () => answer.destroy());
          answer.on('error', () => undefined);
        });
        sent.end(body);
      });
    } finally {
      clearTimeout(timer);
      this.#under.delete(abort);
    }
  }
}

/** Retry-After (RFC 9110 §10.2.3), in milliseconds; 0 for what says nothing. */
function waitOf(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return wait > 0 ? wait : 0;
}
