/** What keeps a room safe, as its person may ask: who is in it, under which keys, and what is known of the log. */
import { equalBytes } from '../../../shared/bytes.ts';
import { EngineError, type RoomSecurity } from '../api.ts';
import { decodeItem } from '../records/message-records.ts';
import { roomCodeOf } from '../trust/safety-number.ts';
import type { Room } from './room.ts';
import { summaryOf } from './timeline.ts';

/** Own messages that are looked through for one that nobody confirmed. */
const MOST_LOOKED_AT = 500;

/** Rejects with `not-a-member` where this device has no keys of the room, or none any more. */
export async function securityOf(room: Room): Promise<RoomSecurity> {
  // Just started, the room may be reading its group still.
  if (room.state.mls === null) await room.ready();
  const { record, mls } = room.state;
  if (mls === null) throw new EngineError('not-a-member', 'This device has no keys of the room.');
  const { members, alarms, relay, me } = summaryOf(room, '');
  return {
    suite: mls.group.suite, epoch: Number(mls.group.epoch), code: roomCodeOf(mls.group.epochAuthenticator), members,
    keysFrom: members.find(({ person }) => person === me)?.keysFrom ?? 0, keysDue: record.renewAt,
    log: { relay, alarms, agreedThrough: record.agreedThrough, head: record.cursor + record.shift, unconfirmedSince: await unconfirmedSince(room) },
  };
}

/** The oldest own message that no other device said it has, where there was one that could. */
async function unconfirmedSince(room: Room): Promise<number | null> {
  const { receivedThrough, aloneThrough } = room.state.record;
  const { identityKey } = room.host.profile();
  if (!room.state.record.members.some(({ person }) => !equalBytes(person, identityKey))) return null;
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], after: Math.max(receivedThrough, aloneThrough), limit: MOST_LOOKED_AT });
  for (const { value } of rows) {
    const item = decodeItem(value);
    if (item?.kind === 'message' && item.mine) return item.at;
  }
  return null;
}
