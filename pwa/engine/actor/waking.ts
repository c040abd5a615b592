/** Telling the relay where this device is to be woken for a room (PROTOCOL.md, "Push"). */
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';
import type { Room } from './room.ts';

/** After each opening: what the relay has already costs it nothing, and by it the relay knows that the device is here. A refusal changes nothing: the room is read at the next look. */
export function sayWhereToWake(room: Room): void {
  const subscription = room.host.push(room.state.record.relay);
  if (subscription !== null && room.isActive) passing(room.link.ask({ t: 'push-subscribe', room: room.state.record.room, subscription }));
}

export function sayNotToWake(room: Room, endpoint: string): void {
  if (room.isLive) passing(room.link.ask({ t: 'push-unsubscribe', room: room.state.record.room, endpoint }));
}

function passing(asked: Promise<unknown>): void {
  asked.catch((cause: unknown) => {
    if (!(cause instanceof Disconnected || cause instanceof RelayRefusal)) throw cause;
  });
}
