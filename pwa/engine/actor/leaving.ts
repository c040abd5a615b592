/**
 * Leaving a room: at once on this device, offline too. What is left to do is one message, the leave statement, and then the keys go;
 * the others take the leaf away when they next commit.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import type { Member } from '../mls/index.ts';
import { holdsLeave, leaveStatement, type LeaveStatement } from '../rooms/leave-statement.ts';
import { has } from '../rooms/standing.ts';
import { forsake } from './wishes.ts';
import type { Change } from '../ports/storage.ts';
import { dropTicket } from '../records/ticket-record.ts';
import { DOOMED } from '../media/holdings.ts';
import { renewing } from '../search/index.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

export async function leave(room: Room): Promise<void> {
  await room.attempt(async () => {
    const { record, mls } = room.state;
    switch (record.standing.kind) {
      case 'member':
      case 'broken':
        break;
      case 'joining':
      case 'waiting':
        return letGo(room);
      case 'asked':
        throw new EngineError('not-allowed', 'A request is declined, not left.');
      case 'left':
      case 'removed':
      case 'refused':
        return;
    }
    const profile = room.host.profile();
    const others = record.members.filter(({ person }) => !equalBytes(person, profile.identityKey));
    const own = mls?.group.members.find(({ leaf }) => leaf === mls.group.me);
    if (mls === null || own === undefined || others.length === 0) return letGo(room);
    const isOwner = record.members.some(({ person, role }) => role === 'owner' && equalBytes(person, profile.identityKey));
    if (record.agreed.kind === 'group' && isOwner && !others.some(({ role }) => role === 'owner')) {
      throw new EngineError('not-allowed', 'The room needs an owner: name another one before leaving it.');
    }
    const step = room.step();
    const { device, sig } = leaveStatement(mls.group.groupId, own.deviceKey, profile);
    step.update({ standing: { kind: 'left' }, knocks: [], owed: [] });
    forsake(room, step, 'The room was left.');
    step.enqueue({
      id: room.host.randomness.bytes(16) as EnvelopeId, order: room.outbox.nextOrder(), at: room.host.clock.now(), body: { kind: 'leave', device, sig }, sealed: null,
    });
    await room.store(step);
  });
  room.link.connect();
  room.poke();
}

/** Nobody needs to be told, or can be. */
export async function letGo(room: Room): Promise<void> {
  const step = room.step();
  step.update({ standing: { kind: 'left' }, secret: null, personal: null, knocks: [], owed: [] });
  forsake(room, step, 'The room was left.');
  finishLeave(room, step);
  await room.store(step);
}

/** The log has our statement: the keys go. */
export function finishLeave(room: Room, step: Step): void {
  step.mls = null;
  step.pending = null;
  step.then(() => {
    room.left();
    if (room.state.record.forgotten) void room.run(() => erase(room));
  });
}

/** Deletes the room from this device. What must be said before it can go, is said first. */
export async function forget(room: Room): Promise<void> {
  await room.attempt(async () => {
    const { standing } = room.state.record;
    switch (standing.kind) {
      case 'member':
      case 'joining':
      case 'waiting':
        throw new EngineError('not-allowed', 'The room is to be left first.');
      case 'left': {
        if (room.state.mls === null) return erase(room);
        const step = room.step();
        step.update({ forgotten: true });
        return room.store(step);
      }
      case 'asked':
      case 'removed':
      case 'broken':
      case 'refused':
        return erase(room);
    }
  });
}

export async function erase(room: Room): Promise<void> {
  room.stop();
  await room.host.write(erasing(room.key));
  room.host.carrier.erased(room.key);
  room.host.dropped(room.key);
}

/** Every row that a room has. */
export const erasing = (room: string): readonly Change[] => [
  ...(['rooms', 'groups', 'outbox', 'timeline', 'links', 'seen', 'drafts', 'effects', 'threads', 'pins', 'staged', 'blobs', 'pieces', 'media', 'due'] as const).map((store): Change => ({ kind: 'clear', store, prefix: [room] })),
  { kind: 'clear', store: 'meta', prefix: ['invite', room] }, { kind: 'clear', store: 'meta', prefix: [DOOMED, room] }, dropTicket(room), renewing(room),
];

/** Somebody says that they leave. Only of their own leaf, and only themselves. */
export function takeLeave(step: Step, sender: Member, { device, sig }: LeaveStatement): void {
  const { leaves } = step.record;
  if (step.mls === null || !equalBytes(sender.deviceKey, device) || has(leaves.map((one) => one.device), device)) return;
  if (holdsLeave({ device, sig }, step.mls.group.groupId, sender.identityKey)) step.update({ leaves: [...leaves, { device: device.slice(), sig: sig.slice() }] });
}
