/** Knowing whom one talks to: safety numbers, and whom one has verified. */
import { equalBytes } from '../../shared/bytes.ts';
import { EngineError, type Person, type SafetyNumber, type Verification } from './api.ts';
import type { RoomHost } from './actor/host.ts';
import { personOf } from './actor/people.ts';
import type { Room } from './actor/room.ts';
import type { IdentityKey } from './mls/index.ts';
import { compareCode, encodeSafetyCode } from './trust/safety-code.ts';
import { safetyNumberOf } from './trust/safety-number.ts';

type Rooms = ReadonlyMap<string, Room>;

/** As they are called in some room, or were when one verified them. */
function knownPerson(host: RoomHost, rooms: Rooms, person: IdentityKey): Person {
  for (const room of rooms.values()) {
    const member = room.state.record.members.find((one) => equalBytes(one.person, person));
    if (member !== undefined) return personOf(member);
  }
  const known = host.verified.get(person) ?? [...rooms.values()].flatMap((room) => room.state.record.sightings).find((one) => equalBytes(one.person, person));
  if (known === undefined) throw new EngineError('not-a-member', 'That person is in no room of this device.');
  return personOf(known);
}

function requireOther(host: RoomHost, person: IdentityKey): IdentityKey {
  const { identityKey } = host.profile();
  if (equalBytes(identityKey, person)) throw new EngineError('not-allowed', 'Nobody verifies themselves.');
  return identityKey;
}

export function safetyNumber(host: RoomHost, rooms: Rooms, person: IdentityKey): SafetyNumber {
  const me = requireOther(host, person);
  const at = host.verified.get(person)?.at;
  return {
    with: knownPerson(host, rooms, person), digits: safetyNumberOf(me, person), code: encodeSafetyCode({ shower: me, other: person }), verified: at !== undefined, verifiedAt: at ?? 0,
  };
}

export async function setVerified(host: RoomHost, rooms: Rooms, person: IdentityKey, verified: boolean): Promise<void> {
  requireOther(host, person);
  if (verified) {
    const { name } = knownPerson(host, rooms, person);
    await host.verified.add({ person: person.slice() as IdentityKey, name, at: host.clock.now() }, (changes) => host.writeIfSpace(changes));
  } else await host.verified.remove(person, (changes) => host.writeIfSpace(changes));
  host.changed();
  // What was held back because of whom one verified, or is to be held from now on.
  for (const room of rooms.values()) room.poke();
}

export async function verify(host: RoomHost, rooms: Rooms, person: IdentityKey, scanned: string): Promise<Verification> {
  const result = compareCode(requireOther(host, person), person, scanned);
  if (result === 'verified') await setVerified(host, rooms, person, true);
  return result;
}
