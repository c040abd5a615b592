/** Showing a relay the key of our epoch: by the ticket that it gave us when we last did, or by a signature. */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { EpochId, Nonce, Signature, Ticket, TicketProof } from '../../../shared/ids.ts';
import { openStatement, reopenStatement } from '../../../shared/statements.ts';
import { EngineError } from '../api.ts';
import { hmac } from '../crypto/hash.ts';
import { sign } from '../crypto/signature.ts';
import { StorageError, type Change } from '../ports/storage.ts';
import { decodeTicket, dropTicket, putTicket, ticketKey } from '../records/ticket-record.ts';
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';
import type { Room } from './room.ts';
import type { InGroup } from './state.ts';

/** Rejects with RelayRefusal, Disconnected. */
export async function askToOpen(room: Room, { keys: { access, epoch } }: InGroup): Promise<RelayControl> {
  const { room: id, relay } = room.state.record;
  const ticket = await keptTicket(room, relay, epoch);
  if (ticket !== undefined) {
    const nonce = begin(room, epoch);
    const proof = hmac('sha256', ticket, reopenStatement({ origin: relay, room: id, epoch, nonce })) as TicketProof;
    try {
      return await room.link.ask({ t: 'reopen', room: id, epoch, proof });
    } catch (cause) {
      // The relay may have another secret by now. That is asked once: the ticket is gone, and a signature is asked for nothing else.
      if (!(cause instanceof RelayRefusal) || cause.code !== 'no-access') throw cause;
      await note(room, dropTicket(room.key));
    }
  }
  const nonce = begin(room, epoch);
  const sig = sign(openStatement({ origin: relay, room: id, epoch, nonce }), access.secretKey) as Signature;
  return room.link.ask({ t: 'open', room: id, epoch, sig });
}

/** In place of the one for the epoch before. Where there is no space for it, the next opening takes a signature. */
export const keepTicket = (room: Room, relay: string, epoch: EpochId, ticket: Ticket): Promise<void> =>
  note(room, putTicket(room.key, { relay, epoch, ticket }));

async function note(room: Room, change: Change): Promise<void> {
  try {
    await room.host.writeIfSpace([change]);
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.problem.code !== 'storage-full') throw cause;
  }
}

async function keptTicket(room: Room, relay: string, epoch: EpochId): Promise<Ticket | undefined> {
  try {
    const stored = await room.host.storage.get('meta', ticketKey(room.key));
    const record = stored === undefined ? undefined : decodeTicket(stored);
    return record !== undefined && record.relay === relay && equalBytes(record.epoch, epoch) ? record.ticket : undefined;
  } catch (cause) {
    if (cause instanceof StorageError && cause.code === 'failed') return undefined; // damaged: a signature does as well
    throw cause;
  }
}

/** Of the connection that there is now. */
function begin(room: Room, epoch: EpochId): Nonce {
  const { nonce } = room.link;
  if (nonce === undefined) throw new Disconnected();
  room.openedEpoch = toHex(epoch);
  return nonce;
}
