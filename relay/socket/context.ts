/** What all connections share. */
import type { Blobs } from '../blobs/blobs.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Tickets } from '../delivery/tickets.ts';
import type { RelayLimits } from '../limits.ts';
import type { Push } from '../push/push.ts';
import type { Connection } from './connection.ts';
import type { Hello } from './hello.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { Verify } from './proof.ts';

export interface ConnectionContext {
  readonly delivery: Delivery;
  readonly blobs: Blobs;
  /** Undefined where nobody is woken. */
  readonly push: Push | undefined;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly tickets: Tickets;
  /** Whether a creation with that token is let through. */
  readonly mayCreate: (token: string | undefined) => boolean;
  /** Statements are signed for one of them. */
  readonly origins: () => readonly string[];
  /** By which of them the last connection opened a room. */
  readonly likely: { origin: string };
  readonly hello: Hello;
  readonly idle: IdleWatch<Connection>;
  /** Called once, when it has ended. */
  readonly ended: (connection: Connection) => void;
  /** Runs a proof that is under way; it counts as work of the relay until it is done. */
  readonly working: (work: Promise<void>) => void;
}
