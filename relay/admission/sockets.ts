/** What is counted before anybody has said a word: TCP connections of one address, and whether a proxy speaks for everyone without being named. */
import type { EventEmitter } from 'node:events';
import type { RelayLimits } from '../limits.ts';
import type { RelayLog } from '../log.ts';
import { blockOf, isLoopback, isPrivate, plainAddress, type AddressBlock, type Proxies } from './address.ts';

/** Beyond those of the protocol: what loads the app. */
const MORE = 64;

export interface Arriving extends EventEmitter {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
}

/** Cuts whoever has too many connections open, this machine's programs and named proxies excepted. Answers with how many blocks have any. */
export function guardSockets(server: EventEmitter, limits: RelayLimits, proxies: Proxies): () => number {
  const counts = new Map<AddressBlock, number>();
  server.on('connection', (socket: Arriving) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === undefined || isLoopback(address) || proxies.has(address)) return;
    const block = blockOf(address);
    const count = (counts.get(block) ?? 0) + 1;
    if (count > limits.connectionsPerAddress + MORE) {
      socket.destroy();
      return;
    }
    counts.set(block, count);
    socket.once('close', () => {
      const left = (counts.get(block) ?? 1) - 1;
      if (left > 0) counts.set(block, left);
      else counts.delete(block);
    });
  });
  return () => counts.size;
}

/** Tells the operator, once, that someone nearby forwards for others and is not believed. */
export function unnamedProxyNotice(log: RelayLog, proxies: Proxies): (socket: string | undefined, forwarded: string | undefined) => void {
  let told = false;
  return (socket, forwarded) => {
    if (told || forwarded === undefined) return;
    const address = plainAddress(socket ?? '');
    if (address === undefined || !isPrivate(address) || proxies.has(address)) return;
    told = true;
    log.info('a proxy stands before the relay that --trust-proxy does not name: whoever comes through it is not counted by an address of their own');
  };
}
