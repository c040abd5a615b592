/**
 * Tickets: who has proved an epoch's key by a signature proves the same from then on by a MAC, which costs the relay a fiftieth.
 *
 * None is stored. A ticket is HMAC-SHA-256, by the relay's own secret, over what it is good for: one epoch of one lifetime of one log.
 * What it lets in is judged at each opening by the epochs that there are then, as with a signature.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { encode } from 'cborg';
import { NONCE_BYTES, TICKET_BYTES, type EpochId, type Nonce, type RoomId, type Ticket, type TicketProof } from '../../shared/ids.ts';
import { reopenStatement } from '../../shared/statements.ts';
import type { Epoch } from './epochs.ts';
import type { Room } from './room.ts';

const NO_NONCE = new Uint8Array(NONCE_BYTES) as Nonce;
/** Bytes that SHA-256 takes at once. */
const BLOCK = 64;

/** The proofs of one ticket for one origin. All that HMAC (RFC 2104) hashes lies ready but for the nonce: `crypto.createHmac` makes a stream each time. */
class Provable {
  readonly origin: string;
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  constructor(ticket: Ticket, claimed: { readonly origin: string; readonly room: RoomId; readonly epoch: EpochId }) {
    this.origin = claimed.origin;
    const statement = reopenStatement({ ...claimed, nonce: NO_NONCE });
    this.#inner = Buffer.alloc(BLOCK + statement.length, 0x36);
    this.#outer = Buffer.alloc(BLOCK + TICKET_BYTES, 0x5c);
    for (const [i, byte] of ticket.entries()) {
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
    this.#inner.set(statement, BLOCK);
  }

  isProof(proof: TicketProof, nonce: Nonce): boolean {
    this.#inner.set(nonce, this.#inner.length - NONCE_BYTES);
    this.#outer.set(hash('sha256', this.#inner, 'buffer'), BLOCK);
    return timingSafeEqual(hash('sha256', this.#outer, 'buffer'), proof);
  }
}

export class Tickets {
  readonly #secret: Uint8Array;
  readonly #tickets = new WeakMap<Epoch, Ticket>();
  /** For the origin that was asked for last: nearly always the same. */
  readonly #provable = new WeakMap<Epoch, Provable>();
  /** Held against where there is no epoch to hold against. */
  readonly #decoy = randomBytes(TICKET_BYTES) as Uint8Array as Ticket;

  /** `secret`: 32 bytes. With another one, all tickets that were given are void, and clients sign. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  of({ id, incarnation }: Room, epoch: Epoch): Ticket {
    const known = this.#tickets.get(epoch);
    if (known !== undefined) return known;
    const made = new Uint8Array(createHmac('sha256', this.#secret).update(encode(['sotto ticket v1', id, incarnation, epoch.id])).digest()) as Uint8Array as Ticket;
    this.#tickets.set(epoch, made);
    return made;
  }

  /** Whether it is the proof of that epoch's ticket for this connection, or would be of one that nobody has: where there is no room or no epoch. */
  holds(proof: TicketProof, room: Room | undefined, epoch: Epoch | undefined, claimed: { readonly origin: string; readonly room: RoomId; readonly epoch: EpochId; readonly nonce: Nonce }): boolean {
    if (room === undefined || epoch === undefined) {
      new Provable(this.#decoy, claimed).isProof(proof, claimed.nonce);
      return false;
    }
    let provable = this.#provable.get(epoch);
    if (provable?.origin !== claimed.origin) {
      provable = new Provable(this.of(room, epoch), claimed);
      this.#provable.set(epoch, provable);
    }
    return provable.isProof(proof, claimed.nonce);
  }
}
