/** What a relay gave us for the epoch whose key we had shown it: the next time it asks for no signature. One a room. */
import * as v from 'valibot';
import { EPOCH_ID_BYTES, TICKET_BYTES, type EpochId, type Ticket } from '../../../shared/ids.ts';
import type { Change, StorageKey } from '../ports/storage.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';

export interface TicketRecord {
  /** The origin of the relay. */
  readonly relay: string;
  readonly epoch: EpochId;
  readonly ticket: Ticket;
}

/** In `meta`. */
export const ticketKey = (room: string): StorageKey => ['ticket', room];

const shape = v.object({ v: v.literal(1), relay: v.string(), epoch: bytes<EpochId>(EPOCH_ID_BYTES), ticket: bytes<Ticket>(TICKET_BYTES) });

const encodeTicket = (record: TicketRecord): Uint8Array => toCbor({ v: 1, ...record });
export const decodeTicket = (value: Uint8Array): TicketRecord | undefined => fromCbor(shape, value);

export const putTicket = (room: string, record: TicketRecord): Change => ({ kind: 'put', store: 'meta', key: ticketKey(room), value: encodeTicket(record) });
export const dropTicket = (room: string): Change => ({ kind: 'delete', store: 'meta', key: ticketKey(room) });
