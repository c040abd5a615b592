/** Who of a room's members goes by a name that somebody else had before; and what that keeps one from doing. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { Member as ShownMember, Unacknowledged } from '../api.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { VerifiedPerson } from '../records/verified-record.ts';
import type { RoomRecord, StoredMember } from '../records/room-record.ts';
import { Names, type Named, type Resemblance } from '../trust/same-name.ts';
import { memberOf, personKey, personOf } from './people.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

const known = new WeakMap<readonly Named[], { readonly verified: readonly VerifiedPerson[]; readonly names: Names }>();

/** Made once for as long as both lists stay the same. */
function namesOf({ sightings }: Pick<RoomRecord, 'sightings'>, verified: readonly VerifiedPerson[]): Names {
  const before = known.get(sightings);
  if (before?.verified === verified) return before.names;
  const names = new Names(sightings, verified);
  known.set(sightings, { verified, names });
  return names;
}

/** Nobody has to be told of themselves. */
function resemblanceOf({ host }: Room, record: RoomRecord, member: Named): Resemblance | null {
  return equalBytes(member.person, host.profile().identityKey) ? null : namesOf(record, host.verified.all).before(member);
}

export function shownMember(room: Room, member: StoredMember, leaving: boolean): ShownMember {
  const resembles = resemblanceOf(room, room.state.record, member);
  return {
    ...memberOf(member, leaving), ...(equalBytes(member.person, room.host.profile().identityKey) ? { lastSeenAt: room.host.clock.now() } : {}), verified: room.host.verified.get(member.person) !== undefined, presence: room.signs.presenceOf(member.person),
    sameNameAs: resembles === null ? null : { person: personKey(resembles.person), verified: resembles.verified },
  };
}

interface Doubtful {
  readonly who: StoredMember;
  readonly as: Resemblance;
}

/** Members under the name of a person whom one verified, of whom one has not yet seen that they are somebody else. */
function doubtfulIn(room: Room, record: RoomRecord = room.state.record): readonly Doubtful[] {
  if (room.host.verified.all.length === 0) return [];
  return record.members.flatMap((who) => {
    const as = resemblanceOf(room, record, who);
    if (as?.verified !== true) return [];
    const isAcknowledged = record.acknowledged.some((one) => equalBytes(one.who, who.person) && equalBytes(one.as, as.person));
    return isAcknowledged ? [] : [{ who, as }];
  });
}

export const unacknowledgedIn = (room: Room): readonly Unacknowledged[] =>
  doubtfulIn(room).map(({ who, as }) => ({ who: personOf(who), as: { person: personKey(as.person), verified: as.verified } }));

/** Nothing that the person writes leaves before they have seen who would read it. */
export const isHeld = (room: Room): boolean => doubtfulIn(room).length > 0;

/** "I have seen that this is somebody else." What was queued goes out. */
export async function acknowledge(room: Room, person: IdentityKey): Promise<void> {
  await room.run(() => {
    const step = room.step();
    const seen = doubtfulIn(room).filter(({ who }) => equalBytes(who.person, person)).map(({ who, as }) => ({ who: who.person, as: as.person }));
    if (seen.length === 0) return undefined;
    step.update({ acknowledged: [...step.record.acknowledged, ...seen] });
    return room.store(step);
  });
  room.poke();
}

/** Says who took a known name: of all members that `before` did not have under the name that they have now. */
export function noteSameNames(room: Room, step: Step, before: readonly Named[], seq: number): void {
  const isNew = ({ person, name }: Named): boolean => !before.some((one) => one.name === name && equalBytes(one.person, person));
  const nameOf = (person: IdentityKey): string =>
    [...step.record.members, ...room.host.verified.all, ...step.record.sightings].find((one) => equalBytes(one.person, person))?.name ?? '';
  for (const [i, member] of step.record.members.filter(isNew).entries()) {
    const as = resemblanceOf(room, step.record, member);
    if (as === null) continue;
    const { person, name } = member;
    room.note(step, seq + 0.5 + i / 2048, { kind: 'same-name', who: { person, name }, as: { person: as.person, name: nameOf(as.person) }, verified: as.verified });
  }
}
