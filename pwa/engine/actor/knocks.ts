/** Those who wait at the door, as the members see them; and what an admin answers. */
import { equalBytes, fromBase64Url } from '../../../shared/bytes.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import { CryptoError } from '../crypto/sodium.ts';
import type { StoredKnock } from '../records/room-record.ts';
import { holdsKnock, readKnock } from '../rooms/knock.ts';
import { neutralised } from '../rooms/names.ts';
import { agreedState, has, isPresent } from '../rooms/standing.ts';
import { openOuter } from '../wire/outer.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';
import { fulfil } from './wishes.ts';

/** The oldest go first: whoever still wants to come in knocks again. */
const MOST_KNOCKS = 64;

/** What is no knock by one who may, nobody is shown. */
export function receiveKnock(room: Room, step: Step, envelope: Envelope): void {
  const knock = knockIn(step, envelope);
  if (knock === undefined) return;
  const { identity: person, as, invite } = knock;
  const others = step.record.knocks.filter((one) => !equalBytes(one.person, person));
  const known = step.record.knocks.find((one) => equalBytes(one.person, person) && equalBytes(one.as.sign, as.sign));
  const stored: StoredKnock = {
    id: known?.id ?? (envelope.id.slice() as EnvelopeId), person, name: neutralised(knock.name), at: Math.min(knock.at, room.host.clock.now()), invite, as,
  };
  step.update({ knocks: [...others, stored].slice(-MOST_KNOCKS) });
}

function knockIn({ mls }: Step, envelope: Envelope) {
  if (mls === null) return undefined;
  try {
    const { message, fromOutside } = openOuter(mls.keys, envelope, envelope.payload);
    const knock = fromOutside ? readKnock(message) : undefined;
    const state = agreedState(mls.group);
    if (knock === undefined || state === undefined) return undefined;
    const invite = state.invites.invites.find(({ id }) => equalBytes(id, knock.invite));
    const isKnown = isPresent(state, knock.identity) || has(state.roles.banned.map(({ identity }) => identity), knock.identity)
      || has(state.invites.refused.map(({ key }) => key), knock.as.sign) || has(state.invites.invites.map(({ sign }) => sign), knock.as.sign);
    if (invite === undefined || invite.for !== null || !state.terms.approval || isKnown) return undefined;
    return holdsKnock(envelope, knock, invite.sign) ? knock : undefined;
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined;
    throw cause;
  }
}

export async function answerKnock(room: Room, id: string, admit: boolean): Promise<void> {
  const key = fromBase64Url(id);
  const knock = key === undefined ? undefined : room.state.record.knocks.find((one) => equalBytes(one.id, key));
  if (knock === undefined) throw new EngineError('not-a-member', 'Nobody knocks like that: they may have been answered already.');
  const { person, name, as, invite: of } = knock;
  await fulfil(room, admit ? { kind: 'admit', id: room.freshId(), person, of, as } : { kind: 'refuse', id: room.freshId(), person, name, key: as.sign });
}
