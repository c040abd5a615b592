/** When each member was last heard of, and last made new keys: what this device saw, by the sender's clock where that is not ahead of ours. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { StoredMember } from '../records/room-record.ts';
import type { Step } from './state.ts';

/** Milliseconds: a day's precision is enough to tell who is away, and a list of hundreds is not written with each message. */
const PRECISION = 3_600_000;

export function heardOf(step: Step, person: IdentityKey, at: number, now: number): void {
  update(step, person, (member) => {
    const seen = Math.min(at, now);
    return seen - member.lastSeenAt < PRECISION ? member : { ...member, lastSeenAt: seen };
  });
}

/** Their commit brought new keys, ours among them. */
export const renewed = (step: Step, person: IdentityKey, now: number): void => update(step, person, (member) => ({ ...member, lastSeenAt: now, keysFrom: now }));

/** They have read so far. */
export const readBy = (step: Step, person: IdentityKey, position: number): void =>
  update(step, person, (member) => (position <= member.readThrough ? member : { ...member, readThrough: position }));

function update(step: Step, person: IdentityKey, change: (member: StoredMember) => StoredMember): void {
  const { members } = step.record;
  const at = members.findIndex((member) => equalBytes(member.person, person));
  const member = members[at];
  if (member === undefined) return;
  const next = change(member);
  if (next !== member) step.update({ members: members.with(at, next) });
}
