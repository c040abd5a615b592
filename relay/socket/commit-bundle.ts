/** A commit, the access key of the epoch it begins, its invites and its GroupInfo: all of it, or nothing. */
import { encodeAck } from '../../shared/ack.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import { encodeCommitPayload } from '../../shared/commit.ts';
import type { ClientControl } from '../../shared/control.ts';
import { encodeEnvelope } from '../../shared/envelope.ts';
import type { Seq } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import { epochIdOf, invitesDigestOf, sortInvites } from '../../shared/statements.ts';
import type { Write } from '../store/store.ts';
import { sha256 } from './proof.ts';
import { refusal, type Connection } from './connection.ts';

export function commitBundle(session: Connection, bundle: Extract<ClientControl, { t: 'commit' }>): void {
  const { room: id, id: envelopeId } = bundle;
  const refuse = (code: ErrorCode): void => session.fail({ code, room: id, id: envelopeId });
  const subscription = session.subscription(id);
  if (subscription === undefined) return refuse('not-open');
  const { room } = subscription;
  const placed = room.placed(envelopeId);
  if (placed !== undefined) {
    if (placed <= room.durable) session.peer.send(encodeAck({ room: id, id: envelopeId, seq: placed }));
    return;
  }
  const parent = room.epoch(bundle.parent);
  if (parent === undefined) return refuse('read-only');
  const { invite } = subscription;
  const byInvite = !subscription.holds(parent) && invite !== undefined;
  if (!subscription.holds(parent) && !byInvite) return refuse('read-only');
  if (byInvite) {
    if (parent.invite(invite) === undefined) return refuse(parent.isTip ? 'invite-revoked' : 'commit-lost');
    const standing = room.inviteStanding(invite, session.options.now());
    if (standing !== 'standing') return refuse(standing);
    if (bundle.closing) return refuse('read-only');
  }
  // Compare and swap: only while there are exactly the candidates that the committer has seen, and rejected.
  if (parent.children.length !== bundle.rejected) return refuse('commit-lost');
  if (bundle.rejected > 0) {
    if (bundle.rejected >= LIMITS.candidates || subscription.candidates >= session.options.limits.candidatesPerConnection) return refuse('rate-limited');
    subscription.candidates++;
  }
  const epochId = epochIdOf(room.id, bundle.access, sha256);
  if (room.epoch(epochId) !== undefined) return refuse('epoch-exists');

  const seq = (room.head + 1) as Seq;
  const invites = sortInvites(bundle.invites);
  const payload = encodeCommitPayload({ access: bundle.access, invites: invitesDigestOf(invites, sha256), closing: bundle.closing, sealed: bundle.commit });
  const frame = encodeEnvelope({ kind: 'commit', room: room.id, epoch: parent.id, id: envelopeId, seq, payload });
  const stored = { id: epochId, parent: parent.id, access: bundle.access, closing: bundle.closing, seq, invites };
  room.head = seq;
  room.remember(envelopeId, seq);
  room.addEpoch(stored);
  const writes: Write[] = [
    { kind: 'envelope', room: room.id, seq, frame },
    { kind: 'epoch', room: room.id, epoch: stored, groupInfo: bundle.groupInfo, forgetGroupInfoOf: parent.parent?.id ?? null },
  ];
  if (byInvite) {
    writes.push({ kind: 'invite-used', room: room.id, key: invite });
    room.useInvite(invite);
    subscription.invite = undefined;
  }
  session.options.rooms.stage({
    room, writes, peer: session.peer, frame: { bytes: frame, epoch: parent, seq }, ack: encodeAck({ room: id, id: envelopeId, seq }),
    refusal: refusal({ code: 'unavailable', room: id, id: envelopeId }),
  });
}
