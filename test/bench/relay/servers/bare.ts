/**
 * The least that a relay on `ws` can do: no storage, no access, no order. What one sends goes to the others of its room, and an ack comes back.
 * `test/bench/load/bare.c` has the other end.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const [JOIN, MESSAGE] = Buffer.from('jm');
const ACK = Buffer.from('a');

const rooms = new Map<string, Set<WebSocket>>();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on('connection', (socket) => {
  let room: Set<WebSocket> | undefined;
  socket.on('message', (data: Buffer) => {
    if (data[0] === JOIN) {
      const name = data.toString('latin1', 1);
      room = rooms.get(name) ?? new Set();
      rooms.set(name, room.add(socket));
      socket.send(data);
    } else if (data[0] === MESSAGE && room !== undefined) {
      for (const other of room) if (other !== socket && other.readyState === WebSocket.OPEN) other.send(data);
      socket.send(ACK);
    }
  });
  socket.on('close', () => room?.delete(socket));
  socket.on('error', () => socket.terminate());
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
