/** What the person chose for a room on this device: muted, out of the way, above the others. Nobody else learns of it. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RoomPlace } from '../api.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { OutgoingBody } from '../wire/bodies.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Mentions of the person that are unread and remembered. */
const MOST_MENTIONS = 100;

export const isMuted = ({ muted }: RoomPlace, now: number): boolean => muted !== null && (muted.until === null || muted.until > now);

/** As it is by now: a time that is over mutes nothing. */
export const placeNow = (place: RoomPlace, now: number): RoomPlace => (place.muted === null || isMuted(place, now) ? place : { ...place, muted: null });

export async function setPlace(room: Room, change: Partial<RoomPlace>): Promise<void> {
  await room.run(() => {
    const step = room.step();
    const { pinned, archived, muted } = { ...step.record.place, ...change };
    // What is out of the way is not above the others.
    step.update({ place: { pinned: pinned && (change.pinned === true || !archived), archived: archived && change.pinned !== true, muted } });
    return room.store(step);
  });
  room.host.muteChanged();
}

/** Somebody said something that is not read yet. */
export function noticed(room: Room, step: Step, body: OutgoingBody, position: number): void {
  const { host } = room;
  const mentioned = isMentioned(body, host.profile().identityKey);
  if (mentioned) step.update({ mentioned: [...step.record.mentioned, position].slice(-MOST_MENTIONS) });
  const { place } = step.record;
  if (!place.archived) return;
  const isQuiet = isMuted(place, host.clock.now()) && !(mentioned && place.muted?.mentions === true);
  if (!isQuiet) step.update({ place: { ...place, archived: false } });
}

function isMentioned(body: OutgoingBody, me: IdentityKey): boolean {
  return 'mentions' in body && body.mentions?.some(({ person }) => equalBytes(person, me)) === true;
}
