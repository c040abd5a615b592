/** Who may open, make or delete a room: proved anew on each connection, by signing its nonce, or by a ticket's MAC over it. */
import type { RoomId } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { createStatement, deleteStatement, invitesDigestOf, inviteStatement, moverStatement, openStatement, roomIdOf } from '../../shared/statements.ts';
import { keyOf } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import { postError } from '../delivery/answers.ts';
import type { ControlOf } from '../delivery/jobs.ts';
import { sha256 } from '../delivery/rules.ts';
import type { Room } from '../delivery/room.ts';
import { STORE_RETRY } from '../delivery/rules.ts';
import type { Connection, ConnectionContext } from './connection.ts';
import { DECOY_KEY } from './proof.ts';

/** Milliseconds after which `no-access` is answered, whatever was looked up and checked meanwhile: how long that took would tell whether there is such a room. */
const REFUSAL = 5;

/** It comes so long after it was begun, and not after the work that lies between. */
class Moment {
  readonly come: Promise<void>;
  cancel: () => void = () => undefined;

  constructor(clock: Clock) {
    this.come = new Promise((resolve) => {
      this.cancel = clock.after(REFUSAL, resolve);
    });
  }
}

type Claim = ControlOf<'create'> | ControlOf<'open'> | ControlOf<'reopen'> | ControlOf<'open-invite'> | ControlOf<'delete'>;
const outcome = { type: 'pending' } as const;

export class Access {
  readonly #connection: Connection;
  readonly #context: ConnectionContext;

  constructor(connection: Connection, context: ConnectionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Checks a claim and hands it on, or refuses it; the connection is released either way. Never rejects. */
  async prove(claim: Claim): Promise<void> {
    const refusal = new Moment(this.#context.clock);
    const id = claim.t === 'create' || claim.t === 'delete' ? roomIdOf(claim.owner, sha256) : claim.room;
    const { delivery } = this.#context;
    if (claim.t === 'create') {
      // Said before anything is looked up or checked: it is the same for every room.
      if (!this.#context.mayCreate(claim.token)) return this.#turnDown(claim, id, 'creation-refused');
      const wait = this.#connection.from?.creations.take(1, this.#context.clock.ticks()) ?? 0;
      if (wait > 0) return this.#turnDown(claim, id, 'rate-limited', wait);
    }
    // What the turn under way has not yet made durable must not be seen.
    await delivery.settled();
    const wasInMemory = delivery.rooms.get(keyOf(id)) !== undefined;
    let room: Room | undefined;
    try {
      room = await delivery.rooms.pin(id);
    } catch {
      this.#refuse(claim, id, 'unavailable', STORE_RETRY);
      return;
    }
    if (await this.#handOn(claim, id, room)) return refusal.cancel();
    if (wasInMemory) await delivery.rooms.lookInVain();
    await refusal.come;
    this.#refuse(claim, id, 'no-access');
  }

  #refuse(claim: Claim, room: RoomId, code: 'no-access' | 'unavailable', retryAfter = 0): void {
    postError(this.#connection, code, { ref: claim.ref, room }, retryAfter);
    this.#done(room);
  }

  /** As {@link #refuse}, before the room was pinned. */
  #turnDown(claim: Claim, room: RoomId, code: 'creation-refused' | 'rate-limited', retryAfter = 0): void {
    postError(this.#connection, code, { ref: claim.ref, room }, retryAfter);
    this.#connection.release();
  }

  #done(room: RoomId): void {
    this.#context.delivery.rooms.unpin(room);
    this.#connection.release();
  }

  /** Whether the claim holds, and was queued. One check of its proof in any case: unknown rooms take as long as wrong keys. */
  async #handOn(claim: Claim, id: RoomId, room: Room | undefined): Promise<boolean> {
    const { delivery } = this.#context;
    const { nonce } = this.#connection;
    const base = { subscriber: this.#connection, done: () => this.#done(id), outcome };
    switch (claim.t) {
      case 'create': {
        const digest = invitesDigestOf(claim.invites, sha256);
        const { mover } = claim;
        const isCertified = mover === undefined || (await this.#context.verify(claim.owner, moverStatement({ room: id, mover: mover.key }), mover.certificate));
        const key = mover?.key ?? claim.owner;
        const holds = isCertified && (await this.#signed(key, claim.sig, (origin) => createStatement({ origin, room: id, access: claim.access, invites: digest, nonce })));
        if (holds) delivery.enqueue({ ...base, type: 'create', room: id, request: claim });
        return holds;
      }
      case 'open': {
        const epoch = room?.epoch(claim.epoch);
        const holds = await this.#signed(epoch?.access ?? DECOY_KEY, claim.sig, (origin) => openStatement({ origin, room: id, epoch: claim.epoch, nonce }));
        if (room === undefined || epoch === undefined || !holds) return false;
        delivery.enqueue({ ...base, type: 'open', room, ref: claim.ref, by: { type: 'epoch', epoch } });
        return true;
      }
      case 'reopen': {
        const epoch = room?.epoch(claim.epoch);
        const holds = await this.#byOrigin((origin) => this.#context.tickets.holds(claim.proof, room, epoch, { origin, room: id, epoch: claim.epoch, nonce }));
        if (room === undefined || epoch === undefined || !holds) return false;
        delivery.enqueue({ ...base, type: 'open', room, ref: claim.ref, by: { type: 'ticket', epoch } });
        return true;
      }
      case 'open-invite': {
        const holds = await this.#signed(claim.invite, claim.sig, (origin) => inviteStatement({ origin, room: id, invite: claim.invite, nonce }));
        // A key that never was one of the room's is refused here, as where there is no room.
        if (room === undefined || !room.uses.has(keyOf(claim.invite)) || !holds) return false;
        delivery.enqueue({ ...base, type: 'open', room, ref: claim.ref, by: { type: 'invite', invite: claim.invite } });
        return true;
      }
      case 'delete': {
        const holds = await this.#signed(claim.owner, claim.sig, (origin) => deleteStatement({ origin, room: id, nonce }));
        if (room === undefined || !holds) return false;
        delivery.enqueue({ ...base, type: 'delete', room, ref: claim.ref });
        return true;
      }
      default:
        return assertNever(claim);
    }
  }

  #signed(key: Uint8Array, signature: Uint8Array, statement: (origin: string) => Uint8Array): Promise<boolean> {
    return this.#byOrigin((origin) => this.#context.verify(key, statement(origin), signature));
  }

  /** For any one of the relay's own origins: it may be reached by several. The one by which the last came in is tried first. */
  async #byOrigin(holds: (origin: string) => boolean | Promise<boolean>): Promise<boolean> {
    const { likely } = this.#context;
    const origins = this.#context.origins();
    const first = origins.includes(likely.origin) ? [likely.origin] : [];
    for (const origin of [...first, ...origins.filter((other) => other !== likely.origin)]) {
      if (!(await holds(origin))) continue;
      likely.origin = origin;
      return true;
    }
    return false;
  }
}
