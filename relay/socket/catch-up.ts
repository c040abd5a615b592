/** What a reader missed, and what a joiner needs. */
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import type { Seq } from '../../shared/ids.ts';
import { Batch } from '../delivery/peer.ts';
import type { Connection } from './connection.ts';

type CatchUp = Extract<ClientControl, { t: 'pull' | 'group-info' }>;

/** One answer carries no more than about so many bytes, whatever the limit in envelopes. */
const PULL_BYTES = 1024 * 1024;

export const catchUp = (session: Connection, frame: CatchUp): Promise<void> => (frame.t === 'pull' ? pull(session, frame) : groupInfo(session, frame));

async function pull(session: Connection, { ref, room: id, after, limit }: Extract<CatchUp, { t: 'pull' }>): Promise<void> {
  const subscription = session.subscription(id);
  if (subscription === undefined || !subscription.isReader) return session.fail({ code: 'not-open', ref, room: id });
  const { room } = subscription;
  if (after > room.durable) return session.fail({ code: 'ahead-of-log', ref, room: id });
  const most = Math.min(limit, session.options.limits.pull);
  const durable = room.durable;
  const rows = await session.options.rooms.store.read(room.id, after, most, PULL_BYTES);
  const last = rows.at(-1)?.seq ?? after;
  const readable = rows.filter(({ frame }) => {
    const envelope = decodeEnvelope(frame);
    const epoch = envelope === undefined ? undefined : room.epoch(envelope.epoch);
    return epoch !== undefined && subscription.reads(epoch);
  });
  // A short answer has all there was when the read began.
  const ended = last >= durable || (rows.length < most && rows.reduce((sum, { frame }) => sum + frame.length, 0) < PULL_BYTES);
  const through = (ended ? Math.max(last, durable) : last) as Seq;
  // Nothing may have become durable since the read: that, and going live, happen in one turn.
  subscription.live = through === room.durable;
  session.peer.together(() => {
    if (readable.length > 0) session.peer.sendBatch(new Batch(readable.map(({ frame }) => frame)));
    session.peer.send(encodeControl({ t: 'pulled', ref, room: room.id, through, head: room.durable, live: subscription.live }));
  });
}

async function groupInfo(session: Connection, { ref, room: id, epoch: wanted }: Extract<CatchUp, { t: 'group-info' }>): Promise<void> {
  const subscription = session.subscription(id);
  if (subscription === undefined) return session.fail({ code: 'not-open', ref, room: id });
  const { room } = subscription;
  const { tips } = room;
  const epoch = wanted === null ? tips[0] : room.epoch(wanted);
  const bytes = epoch === undefined ? undefined : await session.options.rooms.store.groupInfo(room.id, epoch.id);
  if (epoch === undefined || bytes === undefined) return session.fail({ code: 'no-access', ref, room: id });
  session.peer.send(
    encodeControl({ t: 'group-info', ref, room: room.id, epoch: epoch.id, groupInfo: bytes, head: room.durable, tips: tips.slice(0, 64).map((tip) => tip.id) }),
  );
}
