/**
 * Where the relay posts to at a client's wish: push services on the public network, and nothing else. A client must not be able to have it call what
 * only it can reach: so https on the usual port at a name, and of what the name stands for, public addresses alone. That is looked at when it connects,
 * so that no name can change its meaning in between.
 */
import { ECDH } from 'node:crypto';
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { isLoopback, isPrivate, plainAddress } from '../admission/address.ts';
import { CURVE } from './keys.ts';

/** What is neither private nor of the public network: IANA's registries of special addresses. */
const SPECIAL = new BlockList();
for (const [net, prefix] of [['0.0.0.0', 8], ['192.0.0.0', 24], ['192.0.2.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3]] as const) SPECIAL.addSubnet(net, prefix, 'ipv4');
// Of IPv6, addresses of hosts are given out of 2000::/3: whatever else there is stands for something else.
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
for (const [net, prefix] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) SPECIAL.addSubnet(net, prefix, 'ipv6');

export function isPublic(address: string): boolean {
  const plain = plainAddress(address);
  if (plain === undefined || isPrivate(plain) || isLoopback(plain)) return false;
  return isIPv4(plain) ? !SPECIAL.check(plain, 'ipv4') : GLOBAL.check(plain, 'ipv6') && !SPECIAL.check(plain, 'ipv6');
}

/** `local`: also services on this machine, without TLS and on any port. Undefined for what the relay does not call. */
export function destinationOf(endpoint: string, local: boolean): URL | undefined {
  if (!/^[\x21-\x7e]+$/.test(endpoint) || !URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  if (url.username !== '' || url.password !== '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (local && url.protocol === 'http:' && (host === 'localhost' || (isIP(host) !== 0 && isLoopback(host)))) return url;
  const isNamed = isIP(host) === 0 && host.includes('.') && !host.endsWith('.');
  return url.protocol === 'https:' && url.port === '' && isNamed ? url : undefined;
}

/** Whether it lies on the curve (RFC 8291 §3.1 asks for that before it is computed with). */
export function isPoint(point: Uint8Array): boolean {
  try {
    ECDH.convertKey(point, CURVE);
    return true;
  } catch {
    return false;
  }
}

/** As `dns.lookup`, but that a name which stands for no public address stands for nothing. */
export function lookUpPublic(
  name: string, options: LookupOptions, done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '');
    const found = addresses.filter(({ address }) => isPublic(address));
    const [first] = found;
    if (first === undefined) return done(Object.assign(new Error('no public address'), { code: 'ENOTFOUND' }), '');
    if (options.all === true) return done(null, found);
    done(null, first.address, first.family);
  });
}
