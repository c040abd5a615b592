/** A WebSocket by hand, for what no client library would send. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { SOCKET_PATH, SUBPROTOCOL } from '../../shared/limits.ts';

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly final?: boolean;
  /** Bits 1 to 3 of the first byte. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header claims, where that is not the payload's length. */
  readonly claims?: bigint;
}

/** One frame (RFC 6455 §5.2), in the longest form where a length is only claimed. */
export function frameOf({ opcode, payload = new Uint8Array(), final = true, reserved = 0, masked = true, claims }: FrameParts): Buffer {
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  let head: Buffer;
  if (claims !== undefined) {
    head = Buffer.alloc(10);
    head[1] = mask | 127;
    head.writeBigUInt64BE(claims, 2);
  } else if (payload.length < 126) {
    head = Buffer.from([0, mask | payload.length]);
  } else if (payload.length < 65_536) {
    head = Buffer.from([0, mask | 126, payload.length >> 8, payload.length & 255]);
  } else {
    head = Buffer.alloc(10);
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  head[0] = first;
  if (!masked) return Buffer.concat([head, payload]);
  const key = randomBytes(4);
  const hidden = Buffer.from(payload);
  for (let i = 0; i < hidden.length; i++) hidden[i] = (hidden[i] ?? 0) ^ (key[i & 3] ?? 0);
  return Buffer.concat([head, key, hidden]);
}

export class RawSocket {
  readonly socket: Socket;
  /** All that came, the answer to the handshake included. */
  received = Buffer.alloc(0);
  /** Resolves when the relay has ended or cut the connection. */
  readonly gone: Promise<void>;
  isGone = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => { this.received = Buffer.concat([this.received, chunk]).subarray(0, 65_536); });
    socket.on('error', () => undefined); // 'close' follows
    this.gone = new Promise((resolve) => {
      socket.once('end', () => socket.destroy());
      socket.once('close', () => {
        this.isGone = true;
        resolve();
      });
    });
  }

  /** A TCP connection, with nothing sent on it. */
  static async tcp(port: number): Promise<RawSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawSocket(socket);
  }

  /** After the handshake, or after it was refused. */
  static async upgraded(port: number, headers: readonly string[] = []): Promise<RawSocket> {
    const raw = await RawSocket.tcp(port);
    raw.write(RawSocket.handshake(headers));
    await raw.until(() => raw.received.includes('\r\n\r\n') || raw.isGone);
    return raw;
  }

  static handshake(headers: readonly string[] = []): string {
    return [
      `GET ${SOCKET_PATH} HTTP/1.1`, 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, 'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`, ...headers, '', '',
    ].join('\r\n');
  }

  /** Looks after everything that comes. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds() && !this.isGone) return;
        this.socket.off('data', look);
        resolve();
      };
      this.socket.on('data', look);
      void this.gone.then(look);
    });
  }

  write(bytes: string | Uint8Array): void {
    if (!this.isGone && !this.socket.destroyed) this.socket.write(bytes);
  }

  /** The close code that the relay named, if it got as far. */
  get closeCode(): number | undefined {
    const { received } = this;
    let at = received.indexOf('\r\n\r\n') + 4;
    while (at >= 4 && at + 2 <= received.length) {
      const opcode = (received[at] ?? 0) & 15;
      let length = (received[at + 1] ?? 0) & 127;
      at += 2;
      if (length === 126) {
        length = received.readUInt16BE(at);
        at += 2;
      } else if (length === 127) {
        length = Number(received.readBigUInt64BE(at));
        at += 8;
      }
      if (opcode === 8 && at + 2 <= received.length) return received.readUInt16BE(at);
      at += length;
    }
    return undefined;
  }

  end(): void {
    this.socket.destroy();
  }
}
