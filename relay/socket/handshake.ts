/** The server's half of the opening handshake (RFC 6455 §4.2): what is asked, and what is answered. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SOCKET_PATH, SUBPROTOCOL } from '../../shared/limits.ts';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

export type Asked =
  | { readonly type: 'websocket'; /** All of the answer, up to the first frame. */ readonly answer: string; /** Whether ours is among the subprotocols that were offered. */ readonly ours: boolean }
  /** An HTTP answer that ends the connection. */
  | { readonly type: 'refused'; readonly answer: string };

export function handshake({ method, url = '', headers }: IncomingMessage): Asked {
  const { upgrade, 'sec-websocket-version': version, 'sec-websocket-key': key, 'sec-websocket-protocol': offered = '' } = headers;
  const query = url.indexOf('?');
  if ((query < 0 ? url : url.slice(0, query)) !== SOCKET_PATH) return refused('404 Not Found');
  if (method !== 'GET' || upgrade?.toLowerCase() !== 'websocket') return refused('400 Bad Request');
  if (version !== '13') return refused('426 Upgrade Required', 'Sec-WebSocket-Version: 13\r\n');
  if (key === undefined || !KEY.test(key)) return refused('400 Bad Request');
  const ours = offered === SUBPROTOCOL || offered.split(',').some((name) => name.trim() === SUBPROTOCOL);
  const accept = createHash('sha1').update(key + MAGIC).digest('base64');
  const chosen = ours ? `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n` : '';
  return { type: 'websocket', ours, answer: `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n` };
}

const refused = (status: string, header = ''): Asked => ({ type: 'refused', answer: `HTTP/1.1 ${status}\r\n${header}Connection: close\r\nContent-Length: 0\r\n\r\n` });
