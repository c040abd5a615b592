/**
 * Whether a relay kept its promises, judged from outside over a whole history, in the manner of Jepsen's checkers.
 * Pure. An attempt whose answer never came may stand in the log or not; everything else is decided.
 */
import type { ErrorCode } from '../../../shared/codes.ts';
import type { Attempt, History, Reader, Seen } from './history.ts';

export type Rule =
  /** An envelope was acked, or shown to a reader, and is not in the log. */
  | 'lost'
  /** An id stands twice in the log. */
  | 'twice'
  /** Acked at one place, found at another; or acked at two. */
  | 'moved'
  /** Seqs do not increase strictly. */
  | 'order'
  /** Seqs have a hole, in the log or in what a reader was given. */
  | 'hole'
  /** A reader was given something else at a seq than the log has. */
  | 'divergent'
  /** A reader who had pulled to the head was not given all. */
  | 'unread'
  /** Nobody sent it, or not these bytes. */
  | 'invented'
  /** It was acked before another was sent, and stands behind it. */
  | 'overtaken'
  /** It stands behind the commit that ended its epoch: `stale-epoch` had to be the answer. Or a second successor was taken. */
  | 'stale-taken'
  /** `stale-epoch` or `commit-lost`, and nobody had ended the epoch; or it was taken all the same. */
  | 'stale-wrongly'
  /** A code that nothing in such a run can earn. */
  | 'code'
  | 'oddity';

export interface Violation {
  readonly rule: Rule;
  readonly room: string;
  readonly what: string;
}

/** Refusals that leave it to the sender to try again: they promise nothing. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'relay-full', 'rate-limited', 'too-many-connections']);

export function check(history: History): readonly Violation[] {
  const found: Violation[] = history.oddities.map((what) => ({ rule: 'oddity', room: '', what }));
  const attempts = groupBy(history.attempts, ({ room }) => room);
  const readers = groupBy(history.readers, ({ room }) => room);
  for (const room of new Set([...attempts.keys(), ...readers.keys(), ...history.logs.keys()])) {
    const log = history.logs.get(room);
    const say = (rule: Rule, what: string): void => void found.push({ rule, room, what });
    if (log === undefined) say('lost', 'the whole room');
    else checkRoom({ log, attempts: attempts.get(room) ?? [], readers: readers.get(room) ?? [], say });
  }
  return found;
}

interface Room {
  readonly log: readonly Seen[];
  readonly attempts: readonly Attempt[];
  readonly readers: readonly Reader[];
  readonly say: (rule: Rule, what: string) => void;
}

function checkRoom(room: Room): void {
  checkSequence('the log', room.log, 1, room.say);
  const at = new Map<string, Seen>();
  for (const seen of room.log) {
    if (at.has(seen.id)) room.say('twice', name(seen));
    else at.set(seen.id, seen);
  }
  checkOrigin(room);
  checkAcks(room, at);
  checkEpochs(room, at);
  checkTime(room);
  for (const reader of room.readers) checkReader(room, reader);
}

function checkSequence(where: string, list: readonly Seen[], from: number, say: Room['say']): void {
  let last = from - 1;
  for (const { seq } of list) {
    if (seq <= last) say('order', `${where}: ${seq} after ${last}`);
    else if (seq > last + 1) say('hole', `${where}: ${seq} after ${last}`);
    last = Math.max(last, seq);
  }
}

/** Everything in the log was sent so by somebody. */
function checkOrigin({ log, attempts, say }: Room): void {
  const sent = groupBy(attempts, ({ id }) => id);
  for (const seen of log) {
    const same = (sent.get(seen.id) ?? []).some(({ epoch, kind, digest }) => epoch === seen.epoch && kind === seen.kind && digest === seen.digest);
    if (!same) say('invented', name(seen));
  }
}

function checkAcks({ attempts, say }: Room, at: ReadonlyMap<string, Seen>): void {
  for (const { id, outcome } of attempts) {
    if (outcome.type !== 'acked') continue;
    const stored = at.get(id);
    if (stored === undefined) say('lost', `${id}, acked at ${outcome.seq}`);
    else if (stored.seq !== outcome.seq) say('moved', `${name(stored)} was acked at ${outcome.seq}`);
  }
}

function checkEpochs({ log, attempts, say }: Room, at: ReadonlyMap<string, Seen>): void {
  const ended = new Map<string, Seen>();
  for (const seen of log) {
    const commit = ended.get(seen.epoch);
    if (commit !== undefined) say('stale-taken', `${name(seen)} stands behind ${name(commit)}`);
    else if (seen.kind === 'commit') ended.set(seen.epoch, seen);
  }
  const firstTry = new Map<string, number>();
  for (const { id, at: tried } of attempts) firstTry.set(id, Math.min(firstTry.get(id) ?? Infinity, tried));
  for (const attempt of attempts) {
    const { outcome } = attempt;
    if (outcome.type !== 'refused' || PASSING.has(outcome.code)) continue;
    const due = attempt.kind === 'commit' ? 'commit-lost' : 'stale-epoch';
    if (outcome.code !== due) {
      say('code', `${attempt.id}: ${outcome.code}`);
      continue;
    }
    const commit = ended.get(attempt.epoch);
    const stored = at.get(attempt.id);
    if (commit === undefined || (firstTry.get(commit.id) ?? Infinity) > outcome.at) say('stale-wrongly', `${attempt.id}: ${due}, and nothing had ended its epoch`);
    else if (stored?.epoch === attempt.epoch) say('stale-wrongly', `${name(stored)} was refused with ${due}, and taken`);
  }
}

/** Whatever was acked before something else was first sent stands in front of it. */
function checkTime({ log, attempts, say }: Room): void {
  const sent = new Map<string, number>();
  const acked = new Map<string, number>();
  for (const { id, at, outcome } of attempts) {
    sent.set(id, Math.min(sent.get(id) ?? Infinity, at));
    if (outcome.type === 'acked') acked.set(id, Math.min(acked.get(id) ?? Infinity, outcome.at));
  }
  let earliest = Infinity;
  for (const seen of log.toReversed()) {
    if (earliest < (sent.get(seen.id) ?? 0)) say('overtaken', name(seen));
    earliest = Math.min(earliest, acked.get(seen.id) ?? Infinity);
  }
}

function checkReader({ log, say }: Room, { name: who, seen }: Reader): void {
  const bySeq = new Map(log.map((one) => [one.seq, one]));
  checkSequence(who, seen, seen[0]?.seq ?? 1, say);
  for (const one of seen) {
    const stored = bySeq.get(one.seq);
    if (stored === undefined) say('lost', `${name(one)}, which ${who} was shown`);
    else if (stored.id !== one.id || stored.epoch !== one.epoch || stored.kind !== one.kind || stored.digest !== one.digest) say('divergent', `${who} was shown ${name(one)}, the log has ${name(stored)}`);
  }
  const [head, last] = [log.at(-1)?.seq ?? 0, seen.at(-1)?.seq ?? 0];
  if (last < head) say('unread', `${who} was shown up to ${last} of ${head}`);
}

const name = ({ kind, seq, id }: Seen): string => `${kind} ${seq} ${id}`;

function groupBy<T>(list: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(by(one));
    if (group === undefined) groups.set(by(one), [one]);
    else group.push(one);
  }
  return groups;
}
