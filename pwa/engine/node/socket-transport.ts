/** The transport for Node: `ws`. */
import { WebSocket } from 'ws';
import { SOCKET_PATH, SUBPROTOCOL } from '../../../shared/limits.ts';
import type { Transport } from '../ports/transport.ts';

export const socketTransport = (): Transport => ({
  connect(relay, events) {
    const url = new URL(SOCKET_PATH, relay);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    socket.on('open', () => events.opened());
    socket.on('message', (data: Buffer) => events.frame(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
    socket.on('error', () => undefined); // `close` follows, and says all that we act on
    socket.on('close', (code) => events.closed({ code }));
    return {
      send(frame) {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame, () => undefined);
      },
      close: () => socket.terminate(),
    };
  },
});
