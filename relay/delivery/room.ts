/** A room in use: its state in memory, which is what the store holds, and those who have it open. */
import { equalBytes } from '../../shared/bytes.ts';
import type { EpochId, InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';
import { KEPT_EPOCHS, KEPT_INVITES, KEPT_REGISTRATIONS } from '../store/holdings.ts';
import type { LogNumber, RoomRecord } from '../store/store.ts';
import type { Allowance } from '../socket/allowance.ts';
import type { DedupeWindow } from './dedupe.ts';
import { EpochTree, type Epoch } from './epochs.ts';
import { keyOf } from '../bytes.ts';
import type { Membership } from './membership.ts';

/** An envelope of this turn, placed in the log but not yet handed out. */
export interface Fresh {
  readonly epoch: Epoch;
  readonly frame: Uint8Array;
}

export class Room {
  readonly id: RoomId;
  readonly key: string;
  readonly log: LogNumber;
  readonly incarnation: RoomRecord['incarnation'];
  /** From here on all commits are kept. */
  floor: Seq;
  /** From here on everything is kept. */
  complete: Seq;
  readonly tree: EpochTree;
  head: Seq;
  /** How many commits each invite key ever registered has made. */
  readonly uses: Map<string, number>;
  readonly members = new Set<Membership>();
  /** Filled before the first envelope that is taken. */
  window: DedupeWindow | undefined;
  fresh: Fresh[] = [];
  /** Of commits; made with the first. */
  commits: Allowance | undefined;
  /** Of knocks; made with the first. */
  knocks: Allowance | undefined;
  /** Those who need it to stay in memory though they have not opened it yet. */
  pins = 0;
  gone = false;

  constructor(id: RoomId, record: RoomRecord) {
    this.id = id;
    this.key = keyOf(id);
    this.log = record.log;
    this.incarnation = record.incarnation;
    this.head = record.head;
    this.floor = record.floor;
    this.complete = record.complete;
    this.tree = new EpochTree(record.epochs);
    this.uses = new Map(record.uses.map(({ key, used }) => [keyOf(key), used]));
  }

  epoch(id: EpochId): Epoch | undefined {
    return this.tree.get(id);
  }

  /** The standing registration of an invite at one epoch. */
  registration(epoch: Epoch, invite: InviteKey): InviteRegistration | undefined {
    const key = keyOf(invite);
    return epoch.invites.find((registration) => keyOf(registration.key) === key);
  }

  /** The terms on which an invite stood last, wherever that was. */
  lastRegistration(invite: InviteKey): InviteRegistration | undefined {
    for (const epoch of this.tree.newestFirst()) {
      const registration = epoch.invites.find(({ key }) => equalBytes(key, invite));
      if (registration !== undefined) return registration;
    }
    return undefined;
  }

  /** Lets go, in memory, of what the store lets go of by `prune`. */
  prune(): void {
    this.tree.prune(KEPT_REGISTRATIONS, KEPT_EPOCHS);
    if (this.uses.size <= KEPT_INVITES) return;
    const standing = new Set<string>();
    for (const epoch of this.tree.newestFirst()) for (const { key } of epoch.invites) standing.add(keyOf(key));
    for (const key of this.uses.keys()) if (!standing.has(key)) this.uses.delete(key);
  }

  /** The epochs at which an invite may make a commit, newest first. */
  tipsWith(invite: InviteKey): readonly Epoch[] {
    return this.tree.tips().filter((tip) => this.registration(tip, invite) !== undefined);
  }
}
