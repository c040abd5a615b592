/**
 * Attachments at work, for all rooms of an engine: what is staged, what is here, what is on its way. What belongs to a message goes where the message goes, in
 * the message's own step; this adds what lies beside it.
 */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import type { Nonce } from '../../../shared/ids.ts';
import { isEffect, type WireAttachment } from '../wire/bodies.ts';
import { EngineError, SMALL_ATTACHMENT_BYTES, type AttachmentAt, type AttachmentFacts, type MessageKey, type Opened, type Staged, type StagedKey, type Transfer } from '../api.ts';
import type { RoomHost } from '../actor/host.ts';
import type { Room } from '../actor/room.ts';
import type { Step } from '../actor/state.ts';
import { messageId, noSuchMessage, storedMessage } from '../actor/upon-messages.ts';
import { BlobTransportError, type BlobTransport } from '../ports/blob-transport.ts';
import type { OutboxEntry, StoredMessage } from '../records/message-records.ts';
import { BlobCipherError, blobLength } from './cipher.ts';
import { cleaned } from './cleaning.ts';
import { attachmentsOf, dooming, holdKey, Holdings, piecesOfHold, type Bearer } from './holdings.ts';
import { contentOf, opened } from './opening.ts';
import { factsOf, type Hold } from './shown.ts';
import { stage, stagedIn, stagedRecord, unstage, type StagingHost } from './staging.ts';
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';
import { damageOf, Transfers, type Cargo } from './transfers.ts';

interface CarrierHost extends Pick<RoomHost, 'storage' | 'clock' | 'randomness' | 'write' | 'writeIfSpace' | 'preferences' | 'rooms' | 'changed' | 'gone' | 'halt'> {
  readonly blobs: BlobTransport | undefined;
  transfer(at: AttachmentAt, transfer: Transfer | null): void;
}

const CLOSED: Hold = { isHere: false, transfer: null };

export class Carrier {
  readonly #host: CarrierHost;
  readonly #holdings: Holdings;
  readonly #staging: StagingHost;
  readonly #transfers: Transfers;
  /** Blobs that are whole at the relay, of messages in the outbox: found out anew by each engine. */
  readonly #whole = new Set<string>();
  /** Rooms whose relay is being told what it may let go of; and those where that failed on this connection. */
  readonly #burning = new Set<string>();
  readonly #unburnt = new Set<string>();
  /** The connection on which each room was looked at last. */
  readonly #seen = new Map<string, Nonce | undefined>();
  #order = 0;
  #loading: Promise<void> | undefined;

  constructor(host: CarrierHost) {
    this.#host = host;
    this.#holdings = new Holdings(host.storage);
    this.#staging = {
      storage: host.storage, holdings: this.#holdings, id: () => host.randomness.bytes(16), write: (changes) => host.writeIfSpace(changes),
      now: () => (this.#order = Math.max(this.#order + 1, host.clock.now())),
    };
    this.#transfers = new Transfers({
      clock: host.clock, randomness: host.randomness, transport: host.blobs, holdings: this.#holdings,
      keep: (cargo, n, piece, held) => this.#keep(cargo, n, piece, held),
      discard: ({ room, hold, direction }) => (direction === 'up' ? Promise.resolve() : this.#discard(room, hold)),
      moved: ({ at }, transfer) => host.transfer(at, transfer),
      ended: (cargo) => this.#ended(cargo),
      halt: (cause) => host.halt(cause),
    });
  }

  /** What is here is known from then on. */
  loaded(): Promise<void> {
    this.#loading ??= this.#holdings.load().then((sweep) => (sweep.length === 0 ? undefined : this.#host.write(sweep)));
    return this.#loading;
  }

  stop(): void {
    this.#transfers.stop();
  }

  // Staging

  async stage(room: Room, source: Blob, facts: AttachmentFacts): Promise<StagedKey> {
    await this.loaded();
    return stage(this.#staging, room.key, await cleaned(source, facts.look), facts, true);
  }

  async staged(room: Room): Promise<readonly Staged[]> {
    await this.loaded();
    return stagedIn(this.#staging, room.key);
  }

  async copyTo(room: Room, from: Room, at: AttachmentAt): Promise<StagedKey> {
    const cargo = await this.#cargo(from, at);
    await this.#fetched(cargo);
    const { wire, hold } = cargo;
    const bytes = contentOf(wire, this.#holdings.read(from.key, hold, Infinity));
    return stage(this.#staging, room.key, { size: wire.size, bytes }, factsOf(wire), false);
  }

  async unstage(room: Room, key: StagedKey): Promise<void> {
    await this.loaded();
    await unstage(this.#staging, room.key, key);
  }

  /** For a message that is about to be sent, in the step of which their rows go. Rejects with `attachment-gone`. */
  async taken(room: string, staged: readonly StagedKey[]): Promise<readonly WireAttachment[]> {
    if (staged.length === 0) return [];
    await this.loaded();
    return Promise.all([...new Set(staged)].map(async (key) => (await stagedRecord(this.#staging, room, key)).attachment));
  }

  // What messages show

  holdOf(room: Room, bearer: Bearer | null, index: number): Hold {
    const wire = bearer === null ? undefined : attachmentsOf(bearer)[index];
    if (bearer === null || wire === undefined) return CLOSED;
    const hold = holdKey(bearer, index, wire);
    const record = this.#holdings.get(room.key, hold);
    const isHere = this.#holdings.isHere(room.key, hold);
    const paused = record?.paused === true && !isHere ? ({ direction: 'down', state: 'paused', done: record.held, total: record.length } as const) : null;
    return { isHere, transfer: this.#transfers.of(room.key, hold) ?? paused };
  }

  // On the way out

  /** A message with attachments may be sealed once all of them are at its relay. */
  mayLeave(room: Room, { body }: Pick<OutboxEntry, 'body'>): boolean {
    return attachmentsOf({ body }).every(({ id }) => this.#whole.has(this.#wholeKey(room, id)));
  }

  #wholeKey(room: Room, id: Uint8Array): string {
    return `${room.link.relay} ${room.key} ${toBase64Url(id)}`;
  }

  /** What the room's outbox waits for is on its way, if it can be reached. */
  look(room: Room): void {
    if (!room.isActive) return this.leave(room);
    for (const { entry, refused } of room.outbox.all) {
      if (refused || entry.body.kind !== 'media') continue;
      entry.body.attachments.forEach((wire, index) => {
        if (this.#whole.has(this.#wholeKey(room, wire.id))) return;
        const at = { room: room.key, message: toBase64Url(entry.id) as MessageKey, index };
        this.#transfers.begin({ room, at, wire, hold: holdKey({ id: entry.id, mine: true }, index, wire), direction: 'up' });
      });
    }
    if (!room.isLive) return;
    const { nonce } = room.link;
    const isNew = this.#seen.get(room.key) !== nonce;
    this.#seen.set(room.key, nonce);
    if (isNew) this.#unburnt.delete(room.key);
    if (isNew) this.#transfers.wake(room);
    else this.#transfers.pump();
    void this.#burn(room);
  }

  /** Nothing of it can be reached any more. */
  leave(room: Room): void {
    this.#seen.delete(room.key);
    this.#transfers.dropRoom(room, new EngineError('not-a-member', 'The room cannot be reached any more.'));
  }

  /** Of a room that is erased: rows go with it. */
  erased(room: string): void {
    this.#holdings.forgetRoom(room);
  }

  /** Rejects with `no-such-message`, `not-allowed`. */
  async unsend(room: Room, key: MessageKey): Promise<void> {
    await this.loaded();
    await room.attempt(async () => {
      const outgoing = room.outbox.get(messageId(key));
      if (outgoing === undefined && (await storedMessage(room, key)) === undefined) throw noSuchMessage();
      if (outgoing === undefined || outgoing.entry.sealed !== null) throw new EngineError('not-allowed', 'It is on its way, or there.');
      const step = room.step();
      step.dequeue(outgoing.entry);
      for (const { entry } of room.outbox.all) if (isEffect(entry.body) && equalBytes(entry.body.of, outgoing.entry.id)) step.dequeue(entry);
      this.drop(room.key, step, { ...outgoing.entry, mine: true }, { atRelay: true });
      await room.store(step);
      this.#host.gone(room.key, [key]);
      this.#host.changed();
    });
    room.poke();
  }

  // On the way in

  /** A message has come, or its place: belongs into the step that places it. What is small is fetched by itself, as the person chose. */
  placed(step: Step, item: StoredMessage): void {
    if (item.body?.kind !== 'media') return;
    step.then(() => {
      const room = this.#host.rooms().find(({ key }) => key === step.room);
      // The same step may have taken it away again.
      const now = step.items.findLast(({ position }) => position === item.position);
      if (now?.kind !== 'message' || now.body === null) return;
      if (room !== undefined && item.mine) for (const { id } of attachmentsOf(item)) this.#whole.delete(this.#wholeKey(room, id));
      const { fetchMedia } = this.#host.preferences();
      if (room === undefined || item.mine || fetchMedia === 'never') return;
      attachmentsOf(item).forEach((wire, index) => {
        if (fetchMedia === 'always' || wire.size <= SMALL_ATTACHMENT_BYTES) this.#transfers.begin(this.#down(room, item, index, wire));
      });
    });
  }

  async open(room: Room, at: AttachmentAt): Promise<Opened> {
    const cargo = await this.#cargo(room, at);
    await this.#fetched(cargo);
    const { wire, hold } = cargo;
    try {
      return await opened(wire, this.#holdings.read(room.key, hold, Infinity));
    } catch (cause) {
      if (!(cause instanceof BlobCipherError)) throw cause;
      // What was sent lies here alone once the relay has let go of it: it is not thrown away for a fault of this device.
      if (cargo.direction === 'down') await this.#discard(room, hold);
      await room.tellMessage(at.message);
      throw damageOf(cause);
    }
  }

  async pause(room: Room, at: AttachmentAt): Promise<void> {
    const cargo = await this.#cargo(room, at);
    if (this.#transfers.of(room.key, cargo.hold) === undefined) return;
    this.#transfers.pause(cargo);
    await this.#remember(cargo, true);
  }

  async resume(room: Room, at: AttachmentAt): Promise<void> {
    const cargo = await this.#cargo(room, at);
    await this.#remember(cargo, false);
    if (cargo.direction === 'down' && !this.#holdings.isHere(room.key, cargo.hold)) {
      this.#reachable(room);
      this.#transfers.begin(cargo);
    }
    this.#transfers.go(cargo);
  }

  async #remember({ room, at, hold, wire }: Cargo, paused: boolean): Promise<void> {
    const record = this.#holdings.get(room.key, hold) ?? { length: blobLength(wire.size), held: 0, paused: false };
    if (record.paused === paused) return;
    const now = { ...record, paused };
    await this.#host.writeIfSpace([this.#holdings.put(room.key, hold, now)]);
    this.#holdings.note(room.key, hold, now);
    await room.tellMessage(at.message);
  }

  /** Rejects with `no-such-message`. */
  async #cargo(room: Room, { message, index }: AttachmentAt): Promise<Cargo> {
    await this.loaded();
    const outgoing = room.outbox.get(messageId(message));
    const stored = outgoing === undefined ? await storedMessage(room, message) : undefined;
    const bearer = outgoing === undefined ? stored : { ...outgoing.entry, mine: true };
    const wire = bearer === undefined ? undefined : attachmentsOf(bearer)[index];
    if (bearer === undefined || wire === undefined) throw noSuchMessage();
    if (outgoing === undefined) return this.#down(room, bearer, index, wire);
    return { room, at: { room: room.key, message, index }, hold: holdKey(bearer, index, wire), wire, direction: 'up' };
  }

  #down(room: Room, bearer: Bearer, index: number, wire: WireAttachment): Cargo {
    return { room, at: { room: room.key, message: toBase64Url(bearer.id) as MessageKey, index }, hold: holdKey(bearer, index, wire), wire, direction: 'down' };
  }

  #reachable(room: Room): void {
    if (!room.isActive) throw new EngineError('not-a-member', 'What is not here already cannot be fetched any more.');
  }

  async #fetched(cargo: Cargo): Promise<void> {
    if (this.#holdings.isHere(cargo.room.key, cargo.hold)) return;
    if (cargo.direction === 'up') throw new EngineError('attachment-damaged', 'It should be here, and is not.');
    this.#reachable(cargo.room);
    await this.#transfers.finished(cargo);
  }

  async #keep({ room, hold, wire }: Cargo, n: number, piece: Uint8Array, held: number): Promise<void> {
    const record = { length: blobLength(wire.size), held, paused: false };
    await this.#host.writeIfSpace([this.#holdings.putPiece(room.key, hold, n, piece), this.#holdings.put(room.key, hold, record)]);
    this.#holdings.note(room.key, hold, record);
  }

  async #discard(room: Room, hold: string): Promise<void> {
    await this.#host.write(piecesOfHold(room.key, hold));
    this.#holdings.forget(room.key, hold);
  }

  async #ended({ room, at, direction, wire, hold }: Cargo): Promise<void> {
    if (direction === 'up' && this.#transfers.of(room.key, hold) === undefined) {
      this.#whole.add(this.#wholeKey(room, wire.id));
      room.poke();
    }
    await room.tellMessage(at.message);
  }

  // When a message goes

  /**
   * What hangs on a message, in the step that takes it away: for everyone, from here, or because its time is over. `atRelay`: of one's own, the relay is to let go of it, too.
   */
  drop(room: string, step: Step, bearer: Bearer, { atRelay }: { readonly atRelay: boolean }): void {
    attachmentsOf(bearer).forEach((wire, index) => {
      const hold = holdKey(bearer, index, wire);
      // At once: nothing of it may be written behind the step.
      this.#transfers.drop(room, hold);
      step.change(...piecesOfHold(room, hold));
      const isDoomed = atRelay && bearer.mine;
      if (isDoomed) step.change(dooming(room, wire.id, true));
      step.then(() => {
        this.#holdings.forget(room, hold);
        if (isDoomed) this.#holdings.doom(room, [toBase64Url(wire.id)]);
      });
    });
  }

  /** Tells the relay what it may let go of. */
  async #burn(room: Room): Promise<void> {
    const { blobs } = this.#host;
    if (blobs === undefined || this.#burning.has(room.key) || this.#unburnt.has(room.key)) return;
    this.#burning.add(room.key);
    try {
      for (const id of this.#holdings.doomed(room.key)) {
        await blobs.delete({ relay: room.link.relay, token: await room.link.blobGrant(room.state.record.room), id });
        await this.#host.write([dooming(room.key, id, false)]);
        this.#holdings.undoom(room.key, id);
      }
    } catch (cause) {
      // The rows stand, and are gone through on the next connection.
      this.#unburnt.add(room.key);
      if (!(cause instanceof BlobTransportError || cause instanceof RelayRefusal || cause instanceof Disconnected)) this.#host.halt(cause);
    } finally {
      this.#burning.delete(room.key);
    }
  }
}
