/**
 * Connections over WebSocket (RFC 6455), the server's end of it: no extensions, binary messages only.
 *
 * Written for what a relay does. All that one turn has for a socket leaves in one write, and what it shares with others is the
 * very same buffer; what comes in is read without a stream in between; and a connection that is idle is a few small objects.
 */
import type { Socket } from 'node:net';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Link, RelayCore } from '../core.ts';
import { Batch, toWire, wireBytes, writeWire } from '../delivery/batch.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import type { Beating, Heartbeat } from './heartbeat.ts';
import type { Peer } from './peer.ts';

/** Frames a little over the limit are read whole, so that they can be answered `too-large`; beyond that it is 1009. */
const OVER = 1024;
const MAX_PAYLOAD = LIMITS.frame + OVER;
/** In how many pieces a frame may come: honest clients send one, and each costs memory. */
const MAX_FRAGMENTS = 256;
/** Milliseconds that one who floods has to read why it is cut off. */
const LAST_WORDS = 1000;
/** Milliseconds that a peer has to answer a goodbye. */
const GOODBYE = 2000;
/** Bytes of a frame that come within one period and count as a sign of life: less is holding the line, not using it. */
const PROGRESS = 16 * 1024;
/** Periods of silence after which a peer is dropped. */
const SILENT = 2;

const PING = Buffer.of(0x89, 0);
const PONG = 0x8a;
const CLOSE = 0x88;
const NO_LINK: Link = { receive: () => undefined, drained: () => undefined, pinged: () => undefined, end: () => undefined };

/**
 * What leaves at once is put together here. It is free again as soon as the system has taken all of it, which is nearly always
 * before `write` returns; where it has not, the socket keeps it and another is made.
 */
const SCRATCH_BYTES = 64 * 1024;
let scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

export class WebSocketPeer implements Peer, FrameSink, Beating {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #peers: Set<WebSocketPeer>;
  #link: Link = NO_LINK;
  /** Within `together`. */
  #gathered: (Uint8Array | Batch)[] | undefined;
  /** A goodbye was sent: nothing follows it, and nothing is heard but the answer. */
  #leaving = false;
  /** The peer has said goodbye. */
  #farewell = false;
  #slot: Set<Beating> | undefined;
  /** What answers the handshake waits for the first frame. */
  #corked = true;
  #silent = 0;
  #written = 0;
  #read = 0;

  /** `peers`: all who are there; it is one of them until the socket is gone. */
  constructor(socket: Socket, peers: Set<WebSocketPeer>) {
    this.#socket = socket;
    this.#peers = peers.add(this);
    this.#reader = new FrameReader(MAX_PAYLOAD, MAX_FRAGMENTS);
  }

  /** Runs the connection until either end ends it. `address`: by which it is counted, as for `core.connect`. `head`: what came with the handshake. */
  begin(core: RelayCore, heartbeat: Heartbeat, address: string, head: Buffer): void {
    this.#slot = heartbeat.add(this);
    this.allow(core.limits.frameBeforeOpen);
    this.#link = core.connect(this, address);
    if (head.length > 0) this.#reader.read(head, this);
  }

  /** From the socket. */
  heard(chunk: Buffer): void {
    this.#reader.read(chunk, this);
  }

  drained(): void {
    this.#link.drained();
  }

  /** The socket is gone. */
  ended(): void {
    this.#leaving = true;
    this.#reader.stop();
    this.#peers.delete(this);
    this.#slot?.delete(this);
    this.#link.end(this.#farewell);
  }

  message(data: Buffer): void {
    this.#silent = 0;
    if (!this.#leaving) this.#link.receive(data);
  }

  text(): void {
    this.#reader.stop();
    this.close(CLOSE_CODES.badFrame, 'binary frames only');
  }

  ping(data: Buffer): void {
    if (this.#leaving) return;
    this.#silent = 0;
    const pong = Buffer.allocUnsafe(2 + data.length);
    pong[0] = PONG;
    pong[1] = data.length;
    data.copy(pong, 2);
    this.#put(pong);
    this.#link.pinged();
  }

  pong(): void {
    if (this.#leaving) return;
    this.#silent = 0;
    this.#link.pinged();
  }

  goodbye(code: number | undefined): void {
    this.#farewell = true;
    if (!this.#leaving) this.#sayGoodbye(code, '');
    this.#socket.end();
  }

  broken(code: 1002 | 1007 | 1009): void {
    this.close(code, '');
    this.#socket.end();
  }

  /** A peer that still reads a long answer, or sends a long frame, is alive, though its pong waits behind it. */
  beat(): void {
    const { bytesWritten, writableLength, bytesRead } = this.#socket;
    const sends = bytesRead - this.#read >= PROGRESS;
    this.#read = bytesRead;
    const reads = bytesWritten - writableLength > this.#written;
    this.#written = bytesWritten - writableLength;
    this.#silent = sends || (reads && writableLength > 0) ? 0 : this.#silent + 1;
    if (this.#silent > SILENT) this.cut();
    else if (!this.#leaving) this.#put(PING);
  }

  allow(frame: number): void {
    this.#reader.most = frame + OVER;
  }

  get holding(): number {
    return this.buffered + this.#reader.holding;
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  send(frame: Uint8Array): void {
    if (this.#gathered === undefined) this.#write([frame]);
    else this.#gathered.push(frame);
  }

  sendBatch(batch: Batch): void {
    if (this.#gathered === undefined) this.#write([batch]);
    else this.#gathered.push(batch);
  }

  together(work: () => void): void {
    this.#gathered = [];
    work();
    this.#write(this.#gathered);
    this.#gathered = undefined;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number, reason: string): void {
    if (this.#leaving) return;
    this.#sayGoodbye(code, reason);
    const floods = code === CLOSE_CODES.flood || code === CLOSE_CODES.full;
    // What it goes on sending is not read any more; nor is it waited for.
    if (floods) this.#socket.pause();
    setTimeout(() => this.cut(), floods ? LAST_WORDS : GOODBYE).unref();
  }

  /** Without a word. */
  cut(): void {
    this.#socket.destroy();
  }

  #sayGoodbye(code: number | undefined, reason: string): void {
    const words = Buffer.byteLength(reason);
    const frame = Buffer.alloc(code === undefined ? 2 : 4 + words);
    frame[0] = CLOSE;
    frame[1] = frame.length - 2;
    if (code !== undefined) {
      frame.writeUInt16BE(code, 2);
      frame.write(reason, 4);
    }
    this.#put(frame);
    this.#leaving = true;
  }

  /** Whole frames. */
  #put(bytes: Buffer): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.write(bytes);
    if (!this.#corked) return;
    this.#corked = false;
    socket.uncork();
  }

  #write(items: readonly (Uint8Array | Batch)[]): void {
    if (this.#leaving || items.length === 0) return;
    const socket = this.#socket;
    const [only] = items;
    if (items.length === 1 && only instanceof Batch) return this.#put(only.wire);
    let size = 0;
    for (const item of items) size += item instanceof Batch ? item.wire.length : wireBytes(item);
    if (size > SCRATCH_BYTES || socket.writableLength > 0) return this.#writeApart(items);
    let at = 0;
    for (const item of items) {
      if (item instanceof Batch) {
        scratch.set(item.wire, at);
        at += item.wire.length;
      } else {
        at = writeWire(scratch, at, item);
      }
    }
    this.#put(scratch.subarray(0, size));
    if (socket.writableLength > 0) scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  }

  /** Neighbours of one's own become one buffer, what is shared is not copied; corked, all of it is one system call. */
  #writeApart(items: readonly (Uint8Array | Batch)[]): void {
    this.#socket.cork();
    let own: Uint8Array[] = [];
    for (const item of items) {
      if (!(item instanceof Batch)) {
        own.push(item);
        continue;
      }
      if (own.length > 0) this.#put(toWire(own));
      own = [];
      this.#put(item.wire);
    }
    if (own.length > 0) this.#put(toWire(own));
    this.#socket.uncork();
  }
}
