/** A room while anyone has it open: its epochs, its positions, its readers. All rules of access are here and in `epoch.ts`. */
import { toHex } from '../../shared/bytes.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import type { EnvelopeId, EpochId, Incarnation, InviteKey, OwnerKey, RoomId, Seq } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';
import type { StoredEpoch, StoredRoom } from '../store/store.ts';
import { Epoch } from './epoch.ts';
import type { Subscription } from './subscription.ts';

/**
 * How many of the newest envelope ids a room remembers. A client pulls to the head before it sends
 * again, and so finds an older one of its own in the log itself.
 */
export const REMEMBERED_IDS = 4096;

export class Room {
  readonly id: RoomId;
  readonly key: string;
  readonly owner: OwnerKey;
  readonly incarnation: Incarnation;
  readonly subscriptions = new Set<Subscription>();
  /** The last seq that was given out, and the last that is durable. */
  head: Seq;
  durable: Seq;
  readonly #epochs = new Map<string, Epoch>();
  readonly #recent = new Map<string, Seq>();
  readonly #inviteUses: Map<string, number>;

  constructor(id: RoomId, stored: StoredRoom) {
    this.id = id.slice() as RoomId;
    this.key = toHex(id);
    this.owner = stored.owner;
    this.incarnation = stored.incarnation;
    this.head = stored.head;
    this.durable = stored.head;
    for (const epoch of stored.epochs) this.addEpoch(epoch);
    for (const { id: envelope, seq } of stored.recent) this.remember(envelope, seq);
    this.#inviteUses = new Map(stored.inviteUses.map(({ key, uses }) => [toHex(key), uses]));
  }

  epoch(id: EpochId): Epoch | undefined {
    return this.#epochs.get(toHex(id));
  }

  addEpoch(stored: StoredEpoch): Epoch {
    const epoch = new Epoch(stored, stored.parent === null ? undefined : this.epoch(stored.parent));
    this.#epochs.set(epoch.key, epoch);
    return epoch;
  }

  /** Every epoch without successor, newest first. */
  get tips(): readonly Epoch[] {
    return [...this.#epochs.values()].filter((epoch) => epoch.isTip).sort((a, b) => b.stored.seq - a.stored.seq);
  }

  /** Where an envelope of this id stands already. */
  placed(id: EnvelopeId): Seq | undefined {
    return this.#recent.get(toHex(id));
  }

  remember(id: EnvelopeId, seq: Seq): void {
    this.#recent.set(toHex(id), seq);
    if (this.#recent.size <= REMEMBERED_IDS) return;
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined) this.#recent.delete(oldest);
  }

  /** Why an invite key may not be used, or that it may. `now`: Unix milliseconds. */
  inviteStanding(key: InviteKey, now: number): 'standing' | Extract<ErrorCode, 'no-access' | 'invite-revoked' | 'invite-expired' | 'invite-used-up'> {
    const standing = this.tips.map((tip) => tip.invite(key)).find((registration) => registration !== undefined);
    if (standing !== undefined) return this.#usable(standing, now);
    return [...this.#epochs.values()].some((epoch) => epoch.invite(key) !== undefined) ? 'invite-revoked' : 'no-access';
  }

  #usable(invite: InviteRegistration, now: number): 'standing' | 'invite-expired' | 'invite-used-up' {
    if (invite.expires !== 0 && invite.expires * 1000 <= now) return 'invite-expired';
    if (invite.uses !== 0 && (this.#inviteUses.get(toHex(invite.key)) ?? 0) >= invite.uses) return 'invite-used-up';
    return 'standing';
  }

  useInvite(key: InviteKey): void {
    this.#inviteUses.set(toHex(key), (this.#inviteUses.get(toHex(key)) ?? 0) + 1);
  }
}
