/**
 * What each block of addresses uses of the relay. A block is remembered while it has connections, and after that until it has its whole
 * allowance back, so that connecting anew gains nothing; never more blocks than connections plus a fixed number.
 */
import type { RelayLimits } from '../limits.ts';
import { Allowance } from '../socket/allowance.ts';
import { blockOf, isLoopback, type AddressBlock } from './address.ts';

const MINUTE = 60;
const HOUR = 3600;
/** Blocks without a connection that are remembered. */
const REMEMBERED = 10_000;

/** Shared by all connections of a block. */
export class AddressUse {
  connections = 0;
  /** Of blobs, under way. */
  transfers = 0;
  readonly frames: Allowance;
  readonly bytes: Allowance;
  readonly proofs: Allowance;
  readonly connects: Allowance;
  readonly creations: Allowance;
  readonly uploads: Allowance;

  constructor(limits: RelayLimits, now: number) {
    const { burstSeconds } = limits;
    this.frames = new Allowance(limits.framesPerSecondAndAddress, limits.framesPerSecondAndAddress * burstSeconds, now);
    this.bytes = new Allowance(limits.bytesPerSecondAndAddress, limits.bytesPerSecondAndAddress * burstSeconds, now);
    this.proofs = new Allowance(limits.proofsPerSecondAndAddress, limits.proofsPerSecondAndAddress * MINUTE, now);
    this.connects = new Allowance(limits.connectsPerAddress / MINUTE, limits.connectsPerAddress, now);
    this.creations = new Allowance(limits.creationsPerAddress / HOUR, limits.creationsPerAddress, now);
    this.uploads = new Allowance(limits.uploadBytesPerSecondAndAddress, limits.uploadBytesPerSecondAndAddress * burstSeconds, now);
  }

  isUnused(now: number): boolean {
    return this.connections === 0 && this.transfers === 0 && [this.frames, this.bytes, this.proofs, this.connects, this.creations, this.uploads].every((allowance) => allowance.isFull(now));
  }
}

export class Addresses {
  readonly #limits: RelayLimits;
  readonly #uses = new Map<AddressBlock, AddressUse>();

  constructor(limits: RelayLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#uses.size;
  }

  /**
   * The account of an address, or undefined where none is kept: for this machine's own programs, among them a proxy that was not named, who
   * speaks for everyone. `address`: plain; empty, where it cannot be told, is a block of its own.
   */
  of(address: string, now: number): AddressUse | undefined {
    if (address !== '' && isLoopback(address)) return undefined;
    const block = blockOf(address);
    let use = this.#uses.get(block);
    if (use === undefined) {
      this.#forget(now);
      use = new AddressUse(this.#limits, now);
      this.#uses.set(block, use);
    }
    return use;
  }

  /** In the order in which they came: each look costs little, and those that may not go yet stand last then. */
  #forget(now: number): void {
    let looked = 0;
    for (const [block, use] of this.#uses) {
      if (++looked > 4) return;
      if (use.isUnused(now) || (use.connections === 0 && use.transfers === 0 && this.#uses.size > REMEMBERED + this.#limits.connections)) {
        this.#uses.delete(block);
      } else {
        this.#uses.delete(block);
        this.#uses.set(block, use);
      }
    }
  }
}
