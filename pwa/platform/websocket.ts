/** The transport port on the browser's WebSocket. */
import { SOCKET_PATH, SUBPROTOCOL } from '../../shared/limits.ts';
import type { Transport, TransportConnection, TransportEvents } from '../engine/ports/transport.ts';

/** The code of a connection that never came about (RFC 6455 §7.4.1). */
const ABNORMAL = 1006;

export const webSocketTransport: Transport = {
  connect(relay: string, events: TransportEvents): TransportConnection {
    let socket: WebSocket;
    try {
      socket = new WebSocket(new URL(SOCKET_PATH, relay.replace(/^http/, 'ws')), SUBPROTOCOL);
    } catch {
      // Not an address that this browser may open: as unreachable as any other.
      queueMicrotask(() => { events.closed({ code: ABNORMAL }); });
      return { send: () => undefined, close: () => undefined };
    }
    socket.binaryType = 'arraybuffer';
    let over = false;
    const end = (code: number): void => {
      if (over) return;
      over = true;
      events.closed({ code });
    };
    socket.addEventListener('open', () => { if (!over) events.opened(); });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => { if (!over && data instanceof ArrayBuffer) events.frame(new Uint8Array(data)); });
    socket.addEventListener('close', ({ code }) => { end(code); });
    return {
      send(frame) {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
      },
      close() {
        socket.close();
        // The browser may take long to notice a dead network: the engine need not wait for that.
        end(1000);
      },
    };
  },
};
