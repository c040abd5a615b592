/** A room, as lists and headers show it. */
import type { Branded } from '../../../shared/ids.ts';
import type { TimelineItem } from './messages.ts';
import type { Banned, Knock, Member, Person, PersonKey, Role, SameName } from './people.ts';
import type { Problem } from './problems.ts';

export type RoomKey = Branded<string, 'RoomKey'>;

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  /** `retryAt`: Unix milliseconds of the next attempt. */
  | { readonly kind: 'offline'; readonly retryAt: number | null };

export type Standing =
  /** The join has not been taken by the relay yet; it goes on by itself. */
  | { readonly kind: 'joining' }
  /** Knocked; an admin has not answered yet. */
  | { readonly kind: 'waiting' }
  /** Somebody from a shared room wants to talk: to be accepted or declined. */
  | { readonly kind: 'asked'; readonly by: Person }
  | { readonly kind: 'member' }
  /** Left on this device; somebody else's commit completes it. Nothing is sent or received any more. */
  | { readonly kind: 'left' }
  /** History stays readable; nothing can be written. `by` is null where the device only learned that it is out. */
  | { readonly kind: 'removed'; readonly by: Person | null; readonly banned: boolean }
  /** The keys of this room are lost or damaged, or it was away too long: {@link Engine.rejoin} is offered. History stays. */
  | { readonly kind: 'broken'; readonly reason: BrokenReason }
  /** Joining or going on failed for good; `problem` says why. */
  | { readonly kind: 'refused'; readonly problem: Problem };

export type BrokenReason = 'state-lost' | 'state-corrupt' | 'away-too-long' | 'diverged';

/** A lasting warning about a relay, until the person dismisses it. */
export interface Alarm {
  readonly kind: 'log-forked' | 'relay-reset' | 'relay-rolled-back' | 'log-withheld';
  /** The relay's origin. */
  readonly relay: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/** How a room looks, agreed by its members. */
export interface RoomLook {
  /** Degrees of hue; null for the one that its id gives. */
  readonly hue: number | null;
  /** A picture of at most `MOST_PICTURE_BYTES`, WebP or JPEG or PNG, square; null for none. */
  readonly picture: Uint8Array | null;
}

export const MOST_PICTURE_BYTES = 12 * 1024;

export interface RoomSettings {
  /** Whoever comes by an invite knocks, and an admin lets them in. */
  readonly approval: boolean;
  /** Seconds that messages stay once they were read, at most `LONGEST_STAY_SECONDS`; null for always. Of what is sent from then on. */
  readonly disappearing: number | null;
}

export const LONGEST_STAY_SECONDS = 366 * 86_400;

/** What the person chose for a room, on this device alone. */
export interface RoomPlace {
  /** Above the others. */
  readonly pinned: boolean;
  /** Out of the way, until somebody says something there; muted, it stays. */
  readonly archived: boolean;
  readonly muted: Muted | null;
}

export interface Muted {
  /** Unix milliseconds; null for always. */
  readonly until: number | null;
  /** One is told all the same where one is mentioned. */
  readonly mentions: boolean;
}

/** Somebody under the name of a person one verified: to be acknowledged before one writes here again. */
export interface Unacknowledged {
  readonly who: Person;
  readonly as: SameName;
}

export interface RoomSummary {
  readonly room: RoomKey;
  /** `direct`: a room of two, shown by the other's name. */
  readonly kind: 'group' | 'direct';
  readonly name: string;
  readonly look: RoomLook;
  readonly settings: RoomSettings;
  readonly standing: Standing;
  readonly me: PersonKey;
  readonly role: Role;
  readonly members: readonly Member[];
  readonly banned: readonly Banned[];
  /** Who waits to be let in; empty for those who cannot answer. */
  readonly knocks: readonly Knock[];
  readonly unacknowledged: readonly Unacknowledged[];
  /** The relay's origin. */
  readonly relay: string;
  /** False until a message by the person whose invite was used has verified. */
  readonly confirmed: boolean;
  readonly latest: TimelineItem | null;
  readonly unread: number;
  /** Of the unread ones: those that mention this device's person. */
  readonly mentioned: number;
  /** Who is writing just now. */
  readonly typing: readonly Person[];
  readonly place: RoomPlace;
  /** The position up to which the person has read. */
  readonly readThrough: number;
  readonly draft: string;
  readonly alarms: readonly Alarm[];
  readonly createdAt: number;
}
