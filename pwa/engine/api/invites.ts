/** Invites: any number standing at once, each with its own terms. */
import type { Member, Person, Role } from './people.ts';
import type { RoomKey } from './rooms.ts';

export interface InviteTerms {
  /** Hours until it ends; 0 for never. */
  readonly hours: number;
  /** How many people may join by it; 0 for any number. */
  readonly uses: number;
  /** What those who come by it may do, never more than whoever makes it; `member` where nothing is said. */
  readonly role?: Exclude<Role, 'owner'>;
  /** For the list of invites: "Family", "On the poster". */
  readonly label?: string;
}

export interface Invite {
  readonly id: string;
  readonly role: Exclude<Role, 'owner'>;
  /** May be empty. */
  readonly label: string;
  /** How many people may join by it; 0 for any number. */
  readonly uses: number;
  /** Holds the secret in its fragment. Only on the device that made it; null elsewhere. */
  readonly link: string | null;
  /** Unix milliseconds; 0 for never. */
  readonly expires: number;
  readonly used: number;
  readonly by: Person;
}

export interface InvitePreview {
  readonly room: RoomKey;
  readonly name: string;
  readonly members: readonly Pick<Member, 'person' | 'name'>[];
  /** The member whose key the link names; null where no member has it (then: do not join). */
  readonly inviter: Person | null;
  readonly relay: string;
  readonly alreadyMember: boolean;
  /** Joining by it is a knock: an admin answers. */
  readonly approval: boolean;
}
