/** Subscriptions in the relay's database. */
import type { Database } from 'better-sqlite3';
import type { LogNumber } from './store.ts';
import type { SubscriptionRow, Subscriptions } from './subscriptions.ts';

interface Row extends SubscriptionRow {
  readonly ended: number;
}

export interface SubscriptionsOn extends Subscriptions {
  /** Within the transaction of a closing commit. */
  end(log: LogNumber): void;
  /** Within that of a deletion. */
  drop(log: LogNumber): void;
}

export function subscriptionsOn(database: Database): SubscriptionsOn {
  const sql = {
    log: database.prepare<[number], number>('SELECT 1 FROM rooms WHERE number = ?').pluck(),
    one: database.prepare<[number, Uint8Array], Row>('SELECT tag, print, sealed, ended FROM subscriptions WHERE room = ? AND tag = ?'),
    ofLog: database.prepare<[number], number>('SELECT count(*) FROM subscriptions WHERE room = ?').pluck(),
    inAll: database.prepare<[], number>('SELECT count(*) FROM subscriptions').pluck(),
    put: database.prepare('INSERT OR REPLACE INTO subscriptions (room, tag, print, sealed, ended) VALUES (?, ?, ?, ?, 0)'),
    remove: database.prepare('DELETE FROM subscriptions WHERE room = ? AND tag = ?'),
    all: database.prepare<[number], Row>('SELECT tag, print, sealed, ended FROM subscriptions WHERE room = ?'),
    end: database.prepare('UPDATE subscriptions SET ended = 1 WHERE room = ?'),
    dropEnded: database.prepare('DELETE FROM subscriptions WHERE room = ? AND ended = 1'),
    drop: database.prepare('DELETE FROM subscriptions WHERE room = ?'),
    logs: database.prepare<[], LogNumber>('SELECT DISTINCT room FROM subscriptions').pluck(),
  };
  /** All rows; undefined where they have to be counted, which costs as much as they are many. */
  let inAll: number | undefined;

  const subscribe = database.transaction((log: LogNumber, row: SubscriptionRow, most: { readonly ofLog: number; readonly inAll: number }) => {
    if (sql.log.get(log) === undefined) return 'no-log';
    const before = sql.one.get(log, row.tag);
    if (before?.ended === 0 && Buffer.compare(before.print, row.print) === 0) return 'known';
    inAll ??= sql.inAll.get() ?? 0;
    if (before === undefined && ((sql.ofLog.get(log) ?? 0) >= most.ofLog || inAll >= most.inAll)) return 'full';
    sql.put.run(log, row.tag, row.print, row.sealed);
    return before === undefined ? 'new' : 'kept';
  });
  const take = database.transaction((log: LogNumber) => {
    const rows = sql.all.all(log).map(({ tag, print, sealed, ended }) => ({ tag, print, sealed, ended: ended === 1 }));
    const dropped = rows.some(({ ended }) => ended) ? sql.dropEnded.run(log).changes : 0;
    return { rows, dropped };
  });

  return {
    async subscribe(log, row, most) {
      const outcome = subscribe.immediate(log, row, most);
      if (outcome !== 'new') return outcome;
      if (inAll !== undefined) inAll++;
      return 'kept';
    },
    async unsubscribe(log, tag) {
      const { changes } = sql.remove.run(log, tag);
      if (inAll !== undefined) inAll -= changes;
      return changes > 0;
    },
    async subscriptions(log) {
      const { rows, dropped } = take.immediate(log);
      if (inAll !== undefined) inAll -= dropped;
      return rows;
    },
    subscribedLogs: async () => sql.logs.all(),
    end: (log) => void sql.end.run(log),
    drop(log) {
      if (sql.drop.run(log).changes > 0) inAll = undefined;
    },
  };
}
