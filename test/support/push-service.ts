/**
 * A push service on loopback, as RFC 8030 describes one: it takes wake-ups for subscriptions that it made, checks who sends them (RFC 8292), and reads them as the
 * device would, with the keys of the subscription (RFC 8291, RFC 8188).
 */
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify, type ECDH } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { PushAuth, PushPoint } from '../../shared/push.ts';

/** What came for one subscription. */
export interface Woken {
  readonly endpoint: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the encrypted body. */
  readonly bytes: number;
  readonly text: string;
  /** The claims of the sender, whose signature holds. */
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string };
  /** The sender's key, base64url. */
  readonly sender: string;
}

export interface TestSubscription {
  readonly endpoint: string;
  readonly p256dh: PushPoint;
  readonly auth: PushAuth;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TestPushService {
  readonly woken: Woken[] = [];
  /** Of what it could not take as it came. */
  readonly wrong: string[] = [];
  /** Answers to come, before 201. */
  readonly answers: Answer[] = [];
  readonly #server: Server;
  readonly #keys = new Map<string, { readonly pair: ECDH; readonly auth: Uint8Array }>();
  #waiting: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TestPushService> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, headers = {} } = service.#take(request.url ?? '', request.headers, Buffer.concat(chunks));
        response.writeHead(status, headers).end();
        for (const look of service.#waiting) look();
      });
    });
    const service = new TestPushService(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As a browser would answer to `subscribe`. */
  subscription(name = randomBytes(12).toString('hex')): TestSubscription {
    const pair = createECDH('prime256v1');
    const auth = new Uint8Array(randomBytes(16)) as Uint8Array as PushAuth;
    const p256dh = new Uint8Array(pair.generateKeys()) as Uint8Array as PushPoint;
    this.#keys.set(`/${name}`, { pair, auth });
    return { endpoint: `${this.origin}/${name}`, p256dh, auth };
  }

  /** Resolves once it was asked so often in all. */
  async asked(count: number): Promise<void> {
    while (this.woken.length + this.wrong.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#waiting = [];
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(path: string, headers: IncomingHttpHeaders, body: Buffer): Answer {
    const keys = this.#keys.get(path);
    try {
      if (keys === undefined) throw new Error('there is no such subscription');
      const { claims, sender } = signedBy(headers.authorization ?? '', this.origin);
      if (headers['content-encoding'] !== 'aes128gcm') throw new Error('another content encoding');
      this.woken.push({ endpoint: this.origin + path, headers, bytes: body.length, text: decrypt(body, keys.pair, keys.auth), claims, sender });
      return this.answers.shift() ?? { status: 201 };
    } catch (error) {
      this.wrong.push(String(error));
      return { status: 400 };
    }
  }
}

/** The `vapid` scheme: a JWT by ES256 (RFC 7518 §3.4) and the key that it is signed with. Throws where it does not hold. */
function signedBy(authorization: string, audience: string): Pick<Woken, 'claims' | 'sender'> {
  const [, token = '', sender = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
  const [head = '', claimed = '', signature = ''] = token.split('.');
  const point = Buffer.from(sender, 'base64url');
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }, format: 'jwk' });
  if (!verify('sha256', Buffer.from(`${head}.${claimed}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Error('the signature does not hold');
  const claims = JSON.parse(Buffer.from(claimed, 'base64url').toString()) as Woken['claims'];
  if (claims.aud !== audience) throw new Error('signed for another service');
  return { claims, sender };
}

/** RFC 8291 §3.4 and RFC 8188 §2: one record. */
function decrypt(body: Buffer, pair: ECDH, auth: Uint8Array): string {
  const hmac = (key: Uint8Array, ...data: readonly Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(data)).digest();
  const [salt, idLength] = [body.subarray(0, 16), body[20] ?? 0];
  const sender = body.subarray(21, 21 + idLength);
  const prk = hmac(auth, pair.computeSecret(sender));
  const ikm = hmac(prk, Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender, Buffer.of(1));
  const key = hmac(hmac(salt, ikm), Buffer.from('Content-Encoding: aes128gcm\0'), Buffer.of(1)).subarray(0, 16);
  const nonce = hmac(hmac(salt, ikm), Buffer.from('Content-Encoding: nonce\0'), Buffer.of(1)).subarray(0, 12);
  const record = body.subarray(21 + idLength);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = plain.lastIndexOf(2); // the delimiter of the last record; zeros behind it are padding
  if (end < 0 || plain.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('the padding is wrong');
  return plain.subarray(0, end).toString();
}
