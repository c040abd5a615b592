/** The checker itself: it passes every history that keeps the promises, and fails each that breaks one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { check, type Rule } from '../../faults/checker/check.ts';
import type { Attempt, History, Seen } from '../../faults/checker/history.ts';
import { seeded, type Dice } from '../../support/dice.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Draft { attempts: Mutable<Attempt>[]; readers: { name: string; room: string; seen: Mutable<Seen>[] }[]; logs: Map<string, Mutable<Seen>[]>; oddities: string[] }

/**
 * A relay that keeps its promises, and clients who lose answers: their histories are what a real run would have
 * recorded. At least four envelopes and one commit, and at least one of each refusal.
 */
function honest(dice: Dice): Draft {
  const history: Draft = { attempts: [], readers: [], logs: new Map([['room', []]]), oddities: [] };
  const log = history.logs.get('room') ?? [];
  let now = 0;
  let epoch = 0;
  let ids = 0;
  const attempt = (kind: Attempt['kind'], of: number, id: string): Mutable<Attempt> => {
    const made: Mutable<Attempt> = { room: 'room', id, epoch: `e${of}`, kind, digest: dice.below(1000), at: ++now, outcome: { type: 'unknown' } };
    history.attempts.push(made);
    return made;
  };
  const take = (one: Mutable<Attempt>, answered: boolean): void => {
    const { id, epoch: of, kind, digest } = one;
    log.push({ seq: log.length + 1, id, epoch: of, kind, digest });
    if (answered) one.outcome = { type: 'acked', seq: log.length, at: ++now };
  };
  const next = (): string => `id${++ids}`;
  const rounds = 4 + dice.below(30);
  for (let round = 0; round < rounds; round++) {
    const commits = round === 2 || dice.chance(0.1);
    const one = attempt(commits ? 'commit' : 'message', epoch, next());
    const late = attempt('message', epoch, next());
    const rival = attempt('commit', epoch, next());
    const answered = round < 3 || dice.chance(0.7);
    if (commits || answered || dice.chance(0.5)) take(one, answered);
    if (commits) {
      epoch++;
      late.outcome = { type: 'refused', code: 'stale-epoch', at: ++now };
      rival.outcome = { type: 'refused', code: 'commit-lost', at: ++now };
      take(attempt('message', epoch, late.id), dice.chance(0.5));
    } else if (dice.chance(0.2)) late.outcome = { type: 'refused', code: dice.pick(['unavailable', 'relay-full', 'rate-limited']), at: ++now };
    if (answered && dice.chance(0.2)) {
      const again = attempt(one.kind, Number(one.epoch.slice(1)), one.id);
      again.digest = one.digest;
      if (one.outcome.type === 'acked') again.outcome = { type: 'acked', seq: one.outcome.seq, at: ++now };
    }
  }
  for (let i = 0; i < 3; i++) {
    const from = i === 0 ? 0 : dice.below(log.length);
    history.readers.push({ name: `reader ${i}`, room: 'room', seen: structuredClone(log.slice(from)) });
  }
  return history;
}

const anyHistory = fc.integer().map((seed) => ({ seed, history: honest(seeded(seed)) }));
const rulesOf = (history: History): Set<Rule> => new Set(check(history).map(({ rule }) => rule));
const logOf = (history: Draft): Mutable<Seen>[] => history.logs.get('room') ?? [];
const acked = (history: Draft): Mutable<Attempt>[] => history.attempts.filter(({ outcome }) => outcome.type === 'acked');

test('a relay that keeps its promises passes, whatever answers were lost', () => {
  fc.assert(fc.property(anyHistory, ({ history }) => {
    assert.deepEqual(check(history), []);
  }));
});

/** One broken promise each, done to an honest history. */
const BREAKS: readonly { readonly how: string; readonly rule: Rule; readonly to: (history: Draft, dice: Dice) => void }[] = [
  {
    how: 'the last envelope, acked, is gone everywhere', rule: 'lost', to: (history) => {
      const last = logOf(history).pop();
      for (const reader of history.readers) reader.seen = reader.seen.filter(({ seq }) => seq !== last?.seq);
      history.attempts.push({ room: 'room', id: last?.id ?? '', epoch: last?.epoch ?? '', kind: last?.kind ?? 'message', digest: last?.digest ?? 0, at: 1e6, outcome: { type: 'acked', seq: last?.seq ?? 0, at: 1e6 + 1 } });
    },
  },
  { how: 'a reader was shown what the log does not keep', rule: 'lost', to: (history) => void logOf(history).pop() },
  { how: 'a room is gone', rule: 'lost', to: (history) => history.logs.clear() },
  {
    how: 'an envelope is stored a second time', rule: 'twice', to: (history, dice) => {
      const log = logOf(history);
      log.push({ ...dice.pick(log), seq: log.length + 1 });
    },
  },
  { how: 'an ack names another place', rule: 'moved', to: (history, dice) => {
    const one = dice.pick(acked(history));
    if (one.outcome.type === 'acked') one.outcome = { ...one.outcome, seq: one.outcome.seq + 1 };
  } },
  { how: 'a seq is given twice', rule: 'order', to: (history) => {
    const [first, second] = logOf(history);
    if (first !== undefined && second !== undefined) second.seq = first.seq;
  } },
  { how: 'a reader is shown the same again', rule: 'order', to: ({ readers: [reader] }) => void reader?.seen.push({ ...(reader.seen.at(-1) as Seen) }) },
  { how: 'a reader is shown two the other way round', rule: 'order', to: ({ readers: [reader] }) => void reader?.seen.splice(0, 2, ...reader.seen.slice(0, 2).reverse()) },
  { how: 'the log has a hole', rule: 'hole', to: (history) => {
    for (const seen of logOf(history).slice(1)) seen.seq++;
  } },
  { how: 'a reader misses one', rule: 'hole', to: ({ readers: [reader] }, dice) => void reader?.seen.splice(1 + dice.below(reader.seen.length - 2), 1) },
  { how: 'a reader is shown another order', rule: 'divergent', to: ({ readers: [reader] }) => {
    const [one, two] = reader?.seen ?? [];
    if (one !== undefined && two !== undefined) [one.id, two.id] = [two.id, one.id];
  } },
  { how: 'a reader is shown other bytes', rule: 'divergent', to: ({ readers: [reader] }, dice) => void dice.pick(reader?.seen ?? []).digest++ },
  { how: 'a reader is not shown the end', rule: 'unread', to: ({ readers: [reader] }) => void reader?.seen.pop() },
  { how: 'an envelope comes from nowhere', rule: 'invented', to: (history) => {
    const log = logOf(history);
    log.push({ seq: log.length + 1, id: 'nobody', epoch: log.at(-1)?.epoch ?? '', kind: 'message', digest: 0 });
  } },
  { how: 'an envelope changes on its way', rule: 'invented', to: (history, dice) => void dice.pick(logOf(history)).digest++ },
  {
    how: 'one that was acked first stands behind', rule: 'overtaken', to: (history) => {
      const log = logOf(history);
      const [early, late] = ['early', 'late'].map((id, i): Mutable<Attempt> => ({
        room: 'room', id, epoch: 'new', kind: 'message', digest: 0, at: 1e6 + 2 * i, outcome: { type: 'acked', seq: log.length + 2 - i, at: 1e6 + 2 * i + 1 },
      }));
      for (const one of [late, early]) {
        if (one === undefined) continue;
        history.attempts.push(one);
        log.push({ seq: log.length + 1, id: one.id, epoch: 'new', kind: 'message', digest: 0 });
      }
    },
  },
  {
    how: 'a message of an epoch that was ended is taken', rule: 'stale-taken', to: (history) => {
      const log = logOf(history);
      const late = history.attempts.find(({ outcome }) => outcome.type === 'refused' && outcome.code === 'stale-epoch');
      if (late === undefined) return;
      late.outcome = { type: 'unknown' };
      log.push({ seq: log.length + 1, id: late.id, epoch: late.epoch, kind: late.kind, digest: late.digest });
    },
  },
  {
    how: 'an epoch gets two successors', rule: 'stale-taken', to: (history) => {
      const log = logOf(history);
      const rival = history.attempts.find(({ outcome }) => outcome.type === 'refused' && outcome.code === 'commit-lost');
      if (rival === undefined) return;
      rival.outcome = { type: 'acked', seq: log.length + 1, at: 1e6 };
      log.push({ seq: log.length + 1, id: rival.id, epoch: rival.epoch, kind: rival.kind, digest: rival.digest });
    },
  },
  {
    how: 'stale-epoch, and no successor', rule: 'stale-wrongly', to: (history) => void history.attempts.push({
      room: 'room', id: 'refused', epoch: 'standing', kind: 'message', digest: 0, at: 1e6, outcome: { type: 'refused', code: 'stale-epoch', at: 1e6 + 1 },
    }),
  },
  {
    how: 'commit-lost, and no rival', rule: 'stale-wrongly', to: (history) => void history.attempts.push({
      room: 'room', id: 'refused', epoch: 'standing', kind: 'commit', digest: 0, at: 1e6, outcome: { type: 'refused', code: 'commit-lost', at: 1e6 + 1 },
    }),
  },
  {
    how: 'stale-epoch before anybody ended the epoch', rule: 'stale-wrongly', to: (history) => {
      const commit = logOf(history).find(({ kind }) => kind === 'commit');
      history.attempts.push({ room: 'room', id: 'refused', epoch: commit?.epoch ?? '', kind: 'message', digest: 0, at: -2, outcome: { type: 'refused', code: 'stale-epoch', at: -1 } });
    },
  },
  {
    how: 'refused as stale, and taken in the same epoch', rule: 'stale-wrongly', to: (history) => {
      const log = logOf(history);
      const commit = log.findIndex(({ kind }) => kind === 'commit');
      const before = log.slice(0, commit).find(({ epoch, kind }) => kind === 'message' && epoch === log[commit]?.epoch);
      history.attempts.push({ room: 'room', id: before?.id ?? '', epoch: before?.epoch ?? '', kind: 'message', digest: 0, at: 1e6, outcome: { type: 'refused', code: 'stale-epoch', at: 1e6 + 1 } });
    },
  },
  { how: 'a code that nothing earned', rule: 'code', to: ({ attempts }, dice) => {
    dice.pick(attempts.filter(({ outcome }) => outcome.type === 'unknown')).outcome = { type: 'refused', code: dice.pick(['internal', 'no-access', 'read-only']), at: 1e6 };
  } },
  { how: 'something odd', rule: 'oddity', to: ({ oddities }) => void oddities.push('another incarnation') },
];

for (const { how, rule, to } of BREAKS) {
  test(`the checker fails where ${how}`, () => {
    fc.assert(fc.property(anyHistory, ({ seed, history }) => {
      to(history, seeded(seed + 1));
      assert.ok(rulesOf(history).has(rule), `expected ${rule}, got ${[...rulesOf(history)].join(', ')}`);
    }));
  });
}
