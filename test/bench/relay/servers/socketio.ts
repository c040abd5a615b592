/** Socket.IO with its rooms and acks, in memory, over WebSocket alone. `test/bench/load/socketio.c` has the other end. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, httpCompression: false, serveClient: false });

io.on('connection', (socket) => {
  let room = '';
  socket.on('join', async (name: string, joined: () => void) => {
    room = name;
    await socket.join(name);
    joined();
  });
  socket.on('m', (payload: Buffer, taken: () => void) => {
    socket.to(room).emit('m', payload);
    taken();
  });
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
