/** What one does within a room that is there: to messages, and with what hangs on them. */
import {
  EngineError, type AttachmentAt, type AttachmentFacts, type Attachments, type Mention, type MessageItem, type MessageKey, type Messages, type Opened, type RoomKey, type RoomMediaKind, type RoomMediaPage, type Staged, type StagedKey,
  type Version,
} from './api.ts';
import type { Room } from './actor/room.ts';
import { mentionOf } from './actor/timeline.ts';
import { deleteHere, enqueueEffect, messageId, messageOf, pinnedIn, threadOf, versionsOf } from './actor/upon-messages.ts';
import type { Carrier } from './media/carrier.ts';
import { roomMedia } from './media/room-media.ts';
import { isTextTooLong, type EffectBody } from './wire/bodies.ts';

export abstract class RoomWork implements Messages, Attachments {
  protected abstract readonly carrier: Carrier;

  /** Rejects with {@link EngineError} alone. */
  protected abstract settled<T>(work: () => Promise<T>): Promise<T>;

  /** Throws `not-a-member` where this device has no such room. */
  protected abstract room(room: RoomKey): Room;

  /** What shows messages knows which attachments are here. */
  protected showing<T>(room: RoomKey, work: (room: Room) => Promise<T>): Promise<T> {
    return this.settled(async () => {
      await this.carrier.loaded();
      return work(this.room(room));
    });
  }

  edit(room: RoomKey, message: MessageKey, text: string, mentions: readonly Mention[] = []): Promise<void> {
    return this.settled(async () => {
      if (isTextTooLong(text)) throw new EngineError('too-long', 'The message is longer than 32 KiB.');
      await this.#upon(room, { kind: 'edit', of: messageId(message), text, ...(mentions.length === 0 ? {} : { mentions: mentions.map(mentionOf) }) });
    });
  }

  deleteForAll(room: RoomKey, message: MessageKey): Promise<void> {
    return this.settled(() => this.#upon(room, { kind: 'delete', of: messageId(message) }));
  }

  deleteHere(room: RoomKey, messages: readonly MessageKey[]): Promise<void> {
    return this.settled(async () => {
      const found = this.room(room);
      await found.run(() => deleteHere(found, messages));
    });
  }

  react(room: RoomKey, message: MessageKey, emoji: string, on: boolean): Promise<void> {
    return this.settled(() => this.#upon(room, { kind: 'react', of: messageId(message), emoji, on }));
  }

  pin(room: RoomKey, message: MessageKey, on: boolean): Promise<void> {
    return this.settled(() => this.#upon(room, { kind: 'pin', of: messageId(message), on }));
  }

  vote(room: RoomKey, message: MessageKey, choices: readonly number[]): Promise<void> {
    return this.settled(() => this.#upon(room, { kind: 'vote', of: messageId(message), choices: [...choices] }));
  }

  closePoll(room: RoomKey, message: MessageKey): Promise<void> {
    return this.settled(() => this.#upon(room, { kind: 'close', of: messageId(message) }));
  }

  async #upon(room: RoomKey, body: EffectBody): Promise<void> {
    await enqueueEffect(this.room(room), body);
  }

  message(room: RoomKey, message: MessageKey): Promise<MessageItem> {
    return this.showing(room, (found) => messageOf(found, message));
  }

  versions(room: RoomKey, message: MessageKey): Promise<readonly Version[]> {
    return this.settled(() => versionsOf(this.room(room), message));
  }

  thread(room: RoomKey, message: MessageKey): Promise<readonly MessageItem[]> {
    return this.showing(room, (found) => threadOf(found, message));
  }

  pinned(room: RoomKey): Promise<readonly MessageItem[]> {
    return this.showing(room, pinnedIn);
  }

  stage(room: RoomKey, source: Blob, facts: AttachmentFacts): Promise<StagedKey> {
    return this.settled(() => this.carrier.stage(this.room(room), source, facts));
  }

  staged(room: RoomKey): Promise<readonly Staged[]> {
    return this.settled(() => this.carrier.staged(this.room(room)));
  }

  copyTo(room: RoomKey, at: AttachmentAt): Promise<StagedKey> {
    return this.settled(() => this.carrier.copyTo(this.room(room), this.room(at.room), at));
  }

  unstage(room: RoomKey, staged: StagedKey): Promise<void> {
    return this.settled(() => this.carrier.unstage(this.room(room), staged));
  }

  open(at: AttachmentAt): Promise<Opened> {
    return this.settled(() => this.carrier.open(this.room(at.room), at));
  }

  pause(at: AttachmentAt): Promise<void> {
    return this.settled(() => this.carrier.pause(this.room(at.room), at));
  }

  resume(at: AttachmentAt): Promise<void> {
    return this.settled(() => this.carrier.resume(this.room(at.room), at));
  }

  unsend(room: RoomKey, message: MessageKey): Promise<void> {
    return this.settled(() => this.carrier.unsend(this.room(room), message));
  }

  roomMedia(room: RoomKey, of: RoomMediaKind, page: { readonly before?: number; readonly limit: number }): Promise<RoomMediaPage> {
    return this.showing(room, (found) => roomMedia(found, of, page));
  }
}
