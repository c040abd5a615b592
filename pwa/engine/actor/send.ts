/**
 * The outbox on its way: encrypted once, stored with the ratchet that moved, then sent; the very same
 * bytes again after a reconnect while the epoch still is; encrypted again, under the same id, when it is not.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { START } from '../../../shared/ids.ts';
import { isStanding, wakes } from '../wire/bodies.ts';
import { encodeMessage } from '../wire/content.ts';
import { sealOuter } from '../wire/outer.ts';
import { isLeftBehind } from './apart.ts';
import { ownClaim } from './claims.ts';
import type { Outgoing } from './outbox.ts';
import { isHeld } from './recognition.ts';
import type { Room } from './room.ts';
import { whispered } from './whisper.ts';

/** Envelopes that may be unanswered at once. */
const WINDOW = 32;
/** Past an epoch that has only invalid successors somebody has to lead: who, chance decides. Milliseconds. */
const LEAD_WITHIN = 2000;
/** Where nobody has anything to say: whoever comes in or comes back needs an epoch where the members are. */
const LEAD_IDLE_AFTER = 10_000;
const LEAD_IDLE_WITHIN = 30_000;

/** Whether the group takes messages from us now. */
const isClear = (room: Room): boolean => {
  const { record, pending, mls } = room.state;
  return room.isLive && room.isActive && mls !== null && pending === null && record.wanted.length === 0;
};

export async function sendOutbox(room: Room): Promise<void> {
  if (!isClear(room)) return;
  if (room.state.record.rejected > 0) return leadOn(room);
  const { epoch } = room.state.record;
  const held = isHeld(room);
  const isSealedNow = ({ entry }: Outgoing): boolean => entry.sealed !== null && equalBytes(entry.sealed.epoch, epoch);
  // What is attached comes first; what was written later does not wait for it.
  const mayLeave = (outgoing: Outgoing): boolean => isSealedNow(outgoing) || room.host.carrier.mayLeave(room, outgoing.entry);
  const all = room.outbox.all.filter((outgoing) => !outgoing.refused && (!held || outgoing.entry.body.kind === 'delivered') && mayLeave(outgoing));
  const free = WINDOW - all.filter(({ inFlight }) => inFlight).length;
  const next = all.filter(({ inFlight }) => !inFlight).slice(0, Math.max(0, free));
  const unsealed = next.filter((outgoing) => !isSealedNow(outgoing));
  if (unsealed.length > 0) await seal(room, unsealed);
  for (const outgoing of next) {
    if (outgoing.entry.sealed === null || room.outbox.get(outgoing.entry.id) === undefined) continue;
    outgoing.inFlight = true;
    room.link.send(outgoing.entry.sealed.frame);
  }
}

/** One transaction for all of them: the ratchet beyond their keys, and their ciphertexts. */
async function seal(room: Room, outgoing: readonly Outgoing[]): Promise<void> {
  const step = room.step();
  const { record } = step;
  for (const { entry } of outgoing) {
    if (step.mls === null) return;
    const { group, keys } = step.mls;
    const body = entry.body.kind === 'ask' ? whispered(group, entry.body) : entry.body;
    if (body === undefined) {
      step.dequeue(entry); // whoever it was for is not here any more
      continue;
    }
    // As agreed in the very epoch in which it is said.
    const { disappearing } = record.agreed;
    const expires = disappearing !== null && isStanding(body) ? { expires: disappearing } : {};
    const message = { at: entry.at, chain: ownClaim(record), authenticator: group.epochAuthenticator, ...expires, body };
    const encrypted = await group.encrypt(encodeMessage(message));
    const at = { kind: 'message', room: record.room, epoch: record.epoch, id: entry.id } as const;
    const frame = encodeEnvelope({ ...at, ...(wakes(body) ? {} : { quiet: true }), seq: START, payload: sealOuter(keys.outer, at, encrypted.message) });
    step.mls = { group: encrypted.group, keys };
    step.consumed.push(...encrypted.consumed);
    const { expires: _before, ...intent } = entry;
    step.enqueue({ ...intent, ...expires, sealed: { epoch: record.epoch, frame } });
  }
  await room.store(step);
}

/** The relay takes no message here before a valid commit: one of those who have something to say offers it; or who wants to know whether anybody is still here. */
function leadOn(room: Room): void {
  const isIdle = room.outbox.isEmpty && !isLeftBehind(room);
  // What is to be said does not wait for what nobody waits for.
  if (room.leadDue !== undefined && (isIdle || !room.leadsIdly)) return;
  room.leadDue?.();
  room.leadsIdly = isIdle;
  const chance = room.host.randomness.fraction();
  room.leadDue = room.host.clock.after(isIdle ? LEAD_IDLE_AFTER + chance * LEAD_IDLE_WITHIN : chance * LEAD_WITHIN, () => {
    room.leadDue = undefined;
    void room.run(async () => {
      if (!isClear(room) || room.state.record.rejected === 0) return;
      await room.want({ kind: 'refresh', id: room.freshId() });
    }).then(() => room.poke());
  });
}
