import type { EngineState, RoomSummary } from '../../engine/api.ts';

/**
 * A state of the engine in which every room that is as it was is the same object as before: so only what changed is drawn again, however many
 * rooms there are. Each state comes from a worker, as new objects throughout.
 */
export function steadied(state: EngineState, before: EngineState | null): EngineState {
  if (before === null) return state;
  const known = new Map(before.rooms.map((room) => [room.room, room]));
  return { ...state, rooms: state.rooms.map((room) => {
    const was = known.get(room.room);
    return was !== undefined && isSame(shown(room), shown(was)) ? was : room;
  }) };
}

/** One's own device is seen at every moment: that is no change. */
const shown = (room: RoomSummary): unknown => ({ ...room, members: room.members.map((member) => (member.person === room.me ? { ...member, lastSeenAt: 0 } : member)) });

/** Of plain data, as structured clone carries it. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, at) => byte === b[at]);
  const [mine, others] = [Object.entries(a), new Map(Object.entries(b))];
  return mine.length === others.size && mine.every(([key, value]) => others.has(key) && isSame(value, others.get(key)));
}
