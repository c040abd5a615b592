/**
 * Tickets: who has proved an epoch's key by a signature proves the same from then on by a MAC, which costs the relay a hundredth.
 *
 * None is stored. A ticket is HMAC-SHA-256, by the relay's own secret, over what it is good for: one epoch of one lifetime of one log.
 * What it lets in is judged at each opening by the epochs that there are then, as with a signature.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encode } from 'cborg';
import { NONCE_BYTES, type EpochId, type Nonce, type RoomId, type Ticket, type TicketProof } from '../../shared/ids.ts';
import { reopenStatement } from '../../shared/statements.ts';
import type { Epoch } from './epochs.ts';
import type { Room } from './room.ts';

const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest();

/** What a proof is made of but for the nonce, which is its end. */
interface Provable {
  readonly ticket: Ticket;
  readonly origin: string;
  readonly statement: Uint8Array;
}

const NO_NONCE = new Uint8Array(NONCE_BYTES) as Nonce;

export class Tickets {
  readonly #secret: Uint8Array;
  /** By the origin that was asked for last: nearly always the same. */
  readonly #provable = new WeakMap<Epoch, Provable>();
  /** Held against where there is no epoch to hold against. */
  readonly #decoy = randomBytes(32) as Uint8Array as Ticket;

  /** `secret`: 32 bytes. With another one, all tickets that were given are void, and clients sign. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  of({ id, incarnation }: Room, epoch: Epoch): Ticket {
    return this.#provable.get(epoch)?.ticket ?? (new Uint8Array(hmac(this.#secret, encode(['sotto ticket v1', id, incarnation, epoch.id]))) as Ticket);
  }

  /** Whether it is the proof of that epoch's ticket for this connection, or would be of one that nobody has: where there is no room or no epoch. */
  holds(proof: TicketProof, room: Room | undefined, epoch: Epoch | undefined, claimed: { readonly origin: string; readonly room: RoomId; readonly epoch: EpochId; readonly nonce: Nonce }): boolean {
    if (room === undefined || epoch === undefined) {
      timingSafeEqual(hmac(this.#decoy, reopenStatement(claimed)), proof);
      return false;
    }
    const { ticket, statement } = this.#provableFor(room, epoch, claimed.origin);
    statement.set(claimed.nonce, statement.length - NONCE_BYTES);
    return timingSafeEqual(hmac(ticket, statement), proof);
  }

  #provableFor(room: Room, epoch: Epoch, origin: string): Provable {
    const known = this.#provable.get(epoch);
    if (known?.origin === origin) return known;
    const made = { ticket: this.of(room, epoch), origin, statement: reopenStatement({ origin, room: room.id, epoch: epoch.id, nonce: NO_NONCE }) };
    this.#provable.set(epoch, made);
    return made;
  }
}
