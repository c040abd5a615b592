/**
 * The least that a relay on `ws` can do: no storage, no access, no order. What one sends goes to the others of its room, and an ack comes back.
 * Who connects is greeted with a nonce and signs it, so that clients have the same to do as ours; here nobody looks at the signature.
 * `test/bench/load/bare.c` has the other end.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const [JOIN, MESSAGE] = Buffer.from('jm');
const ACK = Buffer.from('a');
const HELLO = Buffer.from('h');
const JOINED = Buffer.from('j');
/** Bytes. */
const SIGNATURE = 64;

const rooms = new Map<string, Set<WebSocket>>();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on('connection', (socket) => {
  socket.send(Buffer.concat([HELLO, randomBytes(32)]));
  let room: Set<WebSocket> | undefined;
  socket.on('message', (data: Buffer) => {
    if (data[0] === JOIN) {
      const name = data.toString('latin1', 1, data.length - SIGNATURE);
      room = rooms.get(name) ?? new Set();
      rooms.set(name, room.add(socket));
      socket.send(JOINED);
    } else if (data[0] === MESSAGE && room !== undefined) {
      for (const other of room) if (other !== socket && other.readyState === WebSocket.OPEN) other.send(data);
      socket.send(ACK);
    }
  });
  socket.on('close', () => room?.delete(socket));
  socket.on('error', () => socket.terminate());
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
