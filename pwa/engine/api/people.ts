/** People, as a room knows them. */
import type { Branded } from '../../../shared/ids.ts';

/** An identity key: the person, whatever name they go by. */
export type PersonKey = Branded<string, 'PersonKey'>;

export interface Person {
  readonly person: PersonKey;
  /** A label that they chose: never proof of who they are. Control, bidi and zero-width characters are neutralised. */
  readonly name: string;
}

/** What a member may do is agreed group state; see `rooms/policy.ts`. */
export type Role = 'owner' | 'admin' | 'member';

export interface Member extends Person {
  readonly role: Role;
  /** This device's person compared safety numbers with them. */
  readonly verified: boolean;
  /** Another member, or somebody known from elsewhere, has or had this name under another identity; null where nobody has. */
  readonly sameNameAs: SameName | null;
  /** When their device was last heard of in this room, Unix milliseconds; 0 where it never was. */
  readonly lastSeenAt: number;
  /** As they say, in this room and since this device was started; null where they do not, or one does not oneself. */
  readonly presence: Presence | null;
  /** When their device last made new keys, Unix milliseconds; 0 where this device does not know. */
  readonly keysFrom: number;
  /** The position up to which they have read, as far as they say; 0 where they do not. */
  readonly readThrough: number;
  /** Said that they leave; somebody else's commit completes it. */
  readonly leaving: boolean;
  /** Leaves of the group that are theirs: more than one only between a return and the commit that takes the old one away. */
  readonly devices: number;
}

/** Whether somebody has the app before them, as far as they say. */
export interface Presence {
  readonly online: boolean;
  /** When they last said so, Unix milliseconds of this device. */
  readonly at: number;
}

export interface SameName {
  /** Who had the name before. */
  readonly person: PersonKey;
  readonly verified: boolean;
}

/** An identity that every member refuses, with any invite. */
export interface Banned extends Person {
  readonly by: Person;
}

/** Somebody who asks to be let into a room that requires approval. */
export interface Knock {
  readonly id: string;
  readonly who: Person;
  /** Unix milliseconds. */
  readonly at: number;
  /** Label of the invite that they came by. */
  readonly by: string;
}
