/**
 * What a store holds of those who are to be woken by push: the part of the port that `relay/push/` uses. What a row says is sealed under a key
 * that no store has (`relay/push/vault.ts`).
 *
 * A closing commit ends all subscriptions of its log in its own transaction, a deletion drops them. What was ended is given once more, so that it
 * can be woken to say so.
 */
import type { LogNumber } from './store.ts';

export interface SubscriptionRow {
  /** 16 bytes: of the room and the endpoint together, so that one endpoint has one row in a room, and nobody sees which rooms share one. */
  readonly tag: Uint8Array;
  /** 16 bytes: of all that it says. The same again changes nothing. */
  readonly print: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface KeptSubscription extends SubscriptionRow {
  /** By a closing commit: given for the last time. */
  readonly ended: boolean;
}

export interface Subscriptions {
  /** Durable where it resolves. `most`: rows of the log, and in all. A `known` one was there, in force. */
  subscribe(log: LogNumber, row: SubscriptionRow, most: { readonly ofLog: number; readonly inAll: number }): Promise<'known' | 'kept' | 'full' | 'no-log'>;
  /** Whether there was one. */
  unsubscribe(log: LogNumber, tag: Uint8Array): Promise<boolean>;
  /** In no order that says anything. Those that are `ended` are dropped. */
  subscriptions(log: LogNumber): Promise<readonly KeptSubscription[]>;
  /** Logs that have any. */
  subscribedLogs(): Promise<readonly LogNumber[]>;
}
