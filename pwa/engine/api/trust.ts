/** Knowing whom one talks to, and what keeps a room safe. */
import type { Alarm } from './rooms.ts';
import type { Member, Person } from './people.ts';

export interface SafetyNumber {
  readonly with: Person;
  /** 60 decimal digits, the same on both devices. */
  readonly digits: string;
  /** What one's own QR code holds, and what {@link Engine.verify} takes from the other's. */
  readonly code: string;
  readonly verified: boolean;
  /** Unix milliseconds; 0 where not verified. */
  readonly verifiedAt: number;
}

/** `wrong-person`: a code of somebody else's. `mismatch`: the numbers differ, so somebody may be in between. `not-a-code`: no safety code at all. */
export type Verification = 'verified' | 'mismatch' | 'wrong-person' | 'not-a-code';

export interface RoomSecurity {
  readonly suite: 'xwing' | 'x25519';
  /** Number of the group's epoch. */
  readonly epoch: number;
  /** Digits derived from the epoch authenticator: alike on every device of the room, to be compared by voice. */
  readonly code: string;
  readonly members: readonly Member[];
  /** When this device last made new keys, Unix milliseconds. */
  readonly keysFrom: number;
  /** When the next renewal is due, Unix milliseconds. */
  readonly keysDue: number;
  readonly log: {
    readonly relay: string;
    /** Position up to which the log was checked against what another member saw; null where nothing could be compared yet. */
    readonly agreedThrough: number | null;
    readonly head: number;
    /** The oldest own message that nobody else has confirmed yet, Unix milliseconds; null where there is none. */
    readonly unconfirmedSince: number | null;
    readonly alarms: readonly Alarm[];
  };
}
