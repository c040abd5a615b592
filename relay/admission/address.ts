/**
 * Who is who by address, for counting: everyone has a whole /64 of IPv6 at least, and whoever has one address of an IPv4 /24 can
 * often have the others, so those blocks are counted as one. Nothing here is logged or stored.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

/** One block of addresses, as a key of a map. */
export type AddressBlock = string;

/** RFC 1918, RFC 6598, link-local, RFC 4193. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['169.254.0.0', 16]] as const) PRIVATE.addSubnet(net, prefix, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/**
 * An address as such: without zone, brackets or port, and an IPv4 one that is mapped into IPv6 (RFC 4291 §2.5.5.2) as what it is.
 * Undefined for what is none.
 */
export function plainAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  let address = text.trim();
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(address)?.[1];
  if (bracketed !== undefined) address = bracketed;
  else if (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(address)) address = address.slice(0, address.indexOf(':'));
  const zone = address.indexOf('%');
  if (zone >= 0) address = address.slice(0, zone);
  switch (isIP(address)) {
    case 4: return address;
    case 6: {
      const groups = groupsOf(address);
      if (!groups.slice(0, 5).every((group) => group === 0) || groups[5] !== 0xffff) return address;
      const [high = 0, low = 0] = groups.slice(6);
      return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
    }
    default: return undefined;
  }
}

/** `address`: plain, or empty. */
export function blockOf(address: string): AddressBlock {
  if (isIPv4(address)) return address.slice(0, address.lastIndexOf('.'));
  return groupsOf(address).slice(0, 4).map((group) => group.toString(16)).join(':');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const halves = address.split('::');
  const groups = (half: string | undefined): number[] => (half === undefined || half === '' ? [] : half.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  }));
  const [head, tail] = [groups(halves[0]), groups(halves[1])];
  return halves.length === 1 ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

const family = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** `address`: plain. Asked at every connection, and so without a BlockList, which makes an object of each address. */
export const isLoopback = (address: string): boolean =>
  isIPv4(address) ? address.startsWith('127.') : groupsOf(address).every((group, i) => group === (i === 7 ? 1 : 0));
export const isPrivate = (address: string): boolean => PRIVATE.check(address, family(address)) || isLoopback(address);

/** The proxies that may say for whom they speak. */
export class Proxies {
  readonly #named = new BlockList();
  readonly any: boolean;

  /** `names`: each `loopback`, `private`, an address, or a network such as 172.18.0.0/16. Throws a RangeError with a sentence for what is none of that. */
  constructor(names: readonly string[]) {
    this.any = names.length > 0;
    for (const name of names) this.#add(name);
  }

  #add(name: string): void {
    if (name === 'loopback' || name === 'private') {
      this.#named.addSubnet('127.0.0.0', 8, 'ipv4');
      this.#named.addAddress('::1', 'ipv6');
      if (name === 'loopback') return;
      for (const [net, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) this.#named.addSubnet(net, prefix, 'ipv4');
      this.#named.addSubnet('fc00::', 7, 'ipv6');
      return;
    }
    const [text = '', width, more] = name.split('/');
    const address = isIP(text) === 0 ? undefined : plainAddress(text);
    const whole = address === undefined ? 0 : isIPv4(address) ? 32 : 128;
    const prefix = width === undefined ? whole : /^\d{1,3}$/.test(width) ? Number(width) : -1;
    if (address === undefined || more !== undefined || prefix < 0 || prefix > whole) {
      throw new RangeError(`takes loopback, private, addresses, or networks such as 172.18.0.0/16, not "${name}"`);
    }
    // Whoever can send from a public address can say anything; a proxy on another network belongs behind a tunnel.
    if (!isPrivate(address) || prefix < (isIPv4(address) ? 8 : 7)) throw new RangeError(`takes loopback and private addresses alone, not "${name}"`);
    this.#named.addSubnet(address, prefix, family(address));
  }

  /** `address`: plain. */
  has(address: string): boolean {
    return this.#named.check(address, family(address));
  }
}

/** Hops that are looked at. */
const MOST_HOPS = 16;

/**
 * Who really is at the far end: the socket's own address, unless that is a named proxy; then the rightmost address of X-Forwarded-For that is
 * none, since what stands left of it was written by whoever is there. Undefined where that cannot be told.
 */
export function clientAddress(socket: string | undefined, forwarded: string | undefined, proxies: Proxies): string | undefined {
  let address = socket === undefined ? undefined : plainAddress(socket);
  if (address === undefined || !proxies.any || forwarded === undefined) return address;
  const hops = forwarded.slice(-1024).split(',').slice(-MOST_HOPS);
  while (address !== undefined && proxies.has(address)) {
    const hop = hops.pop();
    if (hop === undefined) return address;
    address = plainAddress(hop);
  }
  return address;
}
