/** A room's messages on their way out: a mirror of the stored entries, with what is known of each on this connection. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import type { Change, StorageKey } from '../ports/storage.ts';
import { encodeOutboxEntry, type OutboxEntry } from '../records/message-records.ts';

export interface Outgoing {
  entry: OutboxEntry;
  /** Handed to the connection, unanswered. */
  inFlight: boolean;
  /** The relay has it durably; its echo, which places it, is still to come. */
  acked: boolean;
  /** The relay takes it in no case: kept, and not sent again. */
  refused: boolean;
}

export class Outbox {
  readonly #room: string;
  readonly #entries = new Map<string, Outgoing>();
  readonly #writing = new Map<string, Promise<void>>();
  #lastOrder = 0;

  constructor(room: string, stored: readonly OutboxEntry[]) {
    this.#room = room;
    for (const entry of stored) this.add(entry);
  }

  /** In the order of sending. */
  get all(): readonly Outgoing[] {
    return [...this.#entries.values()].sort((a, b) => a.entry.order - b.entry.order);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get(id: EnvelopeId): Outgoing | undefined {
    return this.#entries.get(toBase64Url(id));
  }

  nextOrder(): number {
    return ++this.#lastOrder;
  }

  add(entry: OutboxEntry): void {
    this.#lastOrder = Math.max(this.#lastOrder, entry.order);
    const id = toBase64Url(entry.id);
    const known = this.#entries.get(id);
    if (known === undefined) this.#entries.set(id, { entry, inFlight: false, acked: false, refused: false });
    else known.entry = entry;
  }

  /** Runs `write` unless the same message is being written, or is here: then waits for that. */
  async once(id: EnvelopeId, write: () => Promise<void>): Promise<void> {
    const key = toBase64Url(id);
    if (this.#entries.has(key)) return;
    let writing = this.#writing.get(key);
    if (writing === undefined) {
      writing = write().finally(() => this.#writing.delete(key));
      this.#writing.set(key, writing);
    }
    await writing;
  }

  remove(id: EnvelopeId): void {
    this.#entries.delete(toBase64Url(id));
  }

  /** The connection is gone, and with it all answers. */
  disconnected(): void {
    for (const outgoing of this.#entries.values()) outgoing.inFlight = false;
  }

  key(entry: OutboxEntry): StorageKey {
    return [this.#room, toBase64Url(entry.id)];
  }

  put(entry: OutboxEntry): Change {
    return { kind: 'put', store: 'outbox', key: this.key(entry), value: encodeOutboxEntry(entry) };
  }

  delete(entry: OutboxEntry): Change {
    return { kind: 'delete', store: 'outbox', key: this.key(entry) };
  }
}
