/** What a room needs of the engine around it. */
import type { MessageKey, Preferences, TimelineItem } from '../api.ts';
import type { Elapsed } from '../expiry/elapsed.ts';
import type { Carrier } from '../media/carrier.ts';
import type { Clock } from '../ports/clock.ts';
import type { Randomness } from '../ports/randomness.ts';
import type { Change, Storage } from '../ports/storage.ts';
import type { Profile } from '../records/profile-record.ts';
import type { PushSubscriptionWire } from '../records/push-record.ts';
import type { RelayLink } from '../sync/relay-link.ts';
import type { RoomRecord } from '../records/room-record.ts';
import type { Room } from './room.ts';
import type { VerifiedPeople } from '../trust/verified.ts';

export interface RoomHost {
  /** Sealed. Written through {@link RoomHost.write} alone. */
  readonly storage: Pick<Storage, 'get' | 'range'>;
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly carrier: Carrier;
  readonly randomness: Randomness;
  readonly appOrigin: string;
  /** Milliseconds after which a device renews its keys. */
  readonly renewEvery: number;
  /** What lets us create rooms on a relay, where it asks for that. */
  creationToken(relay: string): string | undefined;
  /** Whom this device's person has verified. */
  readonly verified: VerifiedPeople;
  profile(): Profile;
  preferences(): Preferences;
  link(relay: string): RelayLink;
  /** Where that relay is to wake this device; null for nowhere. */
  push(relay: string): PushSubscriptionWire | null;
  /** One transaction under this engine's writer. A failure halts the engine, and rejects. */
  write(changes: readonly Change[]): Promise<void>;
  /** The same for what the person asked for: where there is no space, they are told so, and the engine goes on. */
  writeIfSpace(changes: readonly Change[]): Promise<void>;
  /** Work that many rooms have to do at once, such as reading their groups when the network comes: a few at a time, so that what a person waits for is not behind all of it. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Of this device, whatever one's standing there. */
  rooms(): readonly Room[];
  /** A room that is stored already comes to life. */
  adopt(record: RoomRecord): void;
  /** It is stored no more. */
  dropped(room: string): void;
  /** Something in the room's summary is different. */
  changed(): void;
  /** What disappears next, does so at another time than before. */
  dueChanged(): void;
  /** A room is muted, or is not any more, or for another time. */
  muteChanged(): void;
  items(room: string, items: readonly TimelineItem[]): void;
  /** Messages that this device does not have any more. */
  gone(room: string, messages: readonly MessageKey[]): void;
  /** Something unforeseen: the engine cannot go on. */
  halt(cause: unknown): void;
}
