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
import type { Connection } from './connection.ts';
import type { ConnectionContext } from './context.ts';
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
  readonly #context: ConnectionContext;

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** Checks a claim and hands it on, or refuses it; the connection, which is occupied, is released either way. */
  prove(from: Connection, claim: Claim): void {
    if (claim.t === 'reopen' && this.#reopen(from, claim)) return;
    this.#context.working(this.#prove(from, claim));
  }

  /**
   * The way of a crowd that comes back: with the room in memory, a ticket is judged at once. What it does not let in takes the slow way, like
   * everything else that is refused. Should the epoch be of a turn that fails, that is found when the opening is judged.
   */
  #reopen(from: Connection, claim: ControlOf<'reopen'>): boolean {
    const { delivery, tickets, likely } = this.#context;
    if (!this.#context.origins().includes(likely.origin)) return false;
    const room = delivery.rooms.pinLoaded(claim.room);
    if (room === undefined) return false;
    const epoch = room.epoch(claim.epoch);
    if (epoch !== undefined && tickets.holds(claim.proof, room, epoch, { origin: likely.origin, room: claim.room, epoch: claim.epoch, nonce: from.nonce })) {
      delivery.enqueue({ type: 'open', subscriber: from, room, ref: claim.ref, by: { type: 'ticket', epoch }, done: () => this.#finished(from, room), outcome });
      return true;
    }
    delivery.rooms.unpinKey(room.key);
    return false;
  }

  /** Never rejects. */
  async #prove(from: Connection, claim: Claim): Promise<void> {
    const refusal = new Moment(this.#context.clock);
    const id = claim.t === 'create' || claim.t === 'delete' ? roomIdOf(claim.owner, sha256) : claim.room;
    const { delivery } = this.#context;
    if (claim.t === 'create') {
      // Said before anything is looked up or checked: it is the same for every room.
      if (!this.#context.mayCreate(claim.token)) return this.#turnDown(from, claim, id, 'creation-refused');
      const wait = from.from?.creations.take(1, this.#context.clock.ticks()) ?? 0;
      if (wait > 0) return this.#turnDown(from, claim, id, 'rate-limited', wait);
    }
    // What the turn under way has not yet made durable must not be seen.
    await delivery.settled();
    const wasInMemory = delivery.rooms.get(keyOf(id)) !== undefined;
    let room: Room | undefined;
    try {
      room = await delivery.rooms.pin(id);
    } catch {
      this.#refuse(from, claim, id, 'unavailable', STORE_RETRY);
      return;
    }
    if (await this.#handOn(from, claim, id, room)) return refusal.cancel();
    if (wasInMemory) await delivery.rooms.lookInVain();
    await refusal.come;
    this.#refuse(from, claim, id, 'no-access');
  }

  #refuse(from: Connection, claim: Claim, room: RoomId, code: 'no-access' | 'unavailable', retryAfter = 0): void {
    postError(from, code, { ref: claim.ref, room }, retryAfter);
    this.#done(from, room);
  }

  /** As {@link #refuse}, before the room was pinned. */
  #turnDown(from: Connection, claim: Claim, room: RoomId, code: 'creation-refused' | 'rate-limited', retryAfter = 0): void {
    postError(from, code, { ref: claim.ref, room }, retryAfter);
    from.release();
  }

  #done(from: Connection, room: RoomId): void {
    this.#context.delivery.rooms.unpin(room);
    from.release();
  }

  #finished(from: Connection, room: Room): void {
    this.#context.delivery.rooms.unpinKey(room.key);
    from.release();
  }

  /** Whether the claim holds, and was queued. One check of its proof in any case: unknown rooms take as long as wrong keys. */
  async #handOn(from: Connection, claim: Claim, id: RoomId, room: Room | undefined): Promise<boolean> {
    const { delivery } = this.#context;
    const { nonce } = from;
    const base = { subscriber: from, done: () => this.#done(from, id), outcome };
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
