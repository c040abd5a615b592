/**
 * Attachments: pictures, videos, voice messages and files. What one sends is sealed and kept on this device before it is sent; what one
 * gets is fetched when asked for. Each blob's key and hash travel only inside the message.
 */
import type { Branded } from '../../../shared/ids.ts';
import type { MessageKey } from './messages.ts';
import type { Problem } from './problems.ts';
import type { RoomKey } from './rooms.ts';

/** Sealed on this device, waiting in a draft or in the outbox. */
export type StagedKey = Branded<string, 'StagedKey'>;

export const MOST_ATTACHMENTS = 30;
/** Bytes of the little picture that is shown until the attachment is here. */
export const MOST_PREVIEW_BYTES = 1024;
/** Loudness over time, each 0 to 255. */
export const MOST_WAVEFORM = 96;

/** Bytes of one attachment's content. A relay may take less. */
export const MOST_ATTACHMENT_BYTES = 2 * 1024 ** 3;

/** `small`: up to {@link SMALL_ATTACHMENT_BYTES}. */
export type FetchMedia = 'always' | 'small' | 'never';
export const SMALL_ATTACHMENT_BYTES = 2 * 1024 * 1024;

export type AttachmentLook = 'picture' | 'video' | 'voice' | 'file';

/** What its sender says of it: to be believed by nobody. */
export interface AttachmentFacts {
  readonly look: AttachmentLook;
  /** Without folders, harmless to show; empty for a voice message. */
  readonly name: string;
  /** Media type, as the sender's device had it. */
  readonly type: string;
  /** Pixels, as shown. */
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly waveform?: Uint8Array;
  /** A picture of a few pixels, WebP or JPEG or PNG. */
  readonly preview?: Uint8Array;
}

/** On its way between this device and the relay. Bytes of the blob. */
export interface Transfer {
  readonly direction: 'up' | 'down';
  /** `waiting`: for the relay, or for its turn. `paused`: by the person. `failed`: `problem` says why and what to do; `relay-full` is tried again by itself. */
  readonly state: 'waiting' | 'moving' | 'paused' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly problem?: Problem;
}

/** As a message in the conversation shows it. */
export interface Attachment extends AttachmentFacts {
  /** Bytes of its content. */
  readonly size: number;
  /** All of it is on this device. */
  readonly isHere: boolean;
  /** Null while it does not move. */
  readonly transfer: Transfer | null;
}

/** In a room's draft, not sent yet: survives everything. */
export interface Staged extends AttachmentFacts {
  readonly key: StagedKey;
  readonly size: number;
}

/**
 * An attachment's content. `shows` is judged from its own bytes and nothing else: only where it is not null may it be drawn in the app, and
 * `blob.type` is then the type that was seen. Everything else is `application/octet-stream`, to be saved and not shown.
 */
export interface Opened {
  readonly blob: Blob;
  readonly shows: 'picture' | 'video' | 'audio' | null;
  /** Why it is not what its message calls it: `attachment-mistyped` or `attachment-too-many-pixels`. */
  readonly problem?: Problem;
}

/** Which attachment of which message. */
export interface AttachmentAt {
  readonly room: RoomKey;
  readonly message: MessageKey;
  readonly index: number;
}

/** What a room's view of media, files and links shows: pictures and videos; files and voice messages; addresses that stand in texts. */
export type RoomMediaKind = 'media' | 'files' | 'links';

/** An attachment of a room, for its view of media and files. */
export interface RoomMedia {
  readonly message: MessageKey;
  readonly index: number;
  readonly position: number;
  /** Unix milliseconds. */
  readonly sentAt: number;
  readonly attachment: Attachment;
}

/** All rejections are `EngineError`. */
export interface Attachments {
  /**
   * Takes a file into the room's draft: what a picture says beside its pixels (place, time, camera) is taken out, then it is sealed
   * and stored. Resolves when that is durable. Rejects with `attachment-too-large`, `attachment-unreadable` (it changed or vanished
   * meanwhile, or is a picture that cannot be cleaned: draw it anew), `storage-full`.
   */
  stage(room: RoomKey, source: Blob, facts: AttachmentFacts): Promise<StagedKey>;
  /** In the order in which they were taken. */
  staged(room: RoomKey): Promise<readonly Staged[]>;
  /** A copy of an attachment for another room, under a key of its own: to be sent there, and not shown among what is staged. Rejects as `open` does. */
  copyTo(room: RoomKey, at: AttachmentAt): Promise<StagedKey>;
  unstage(room: RoomKey, staged: StagedKey): Promise<void>;
  /**
   * Fetches what is not here, and opens it, as a stream: little of it is ever in memory. Resolves when all of it has verified; offline it
   * waits for the relay. Rejects with `attachment-gone`, `-damaged`, `-cut-short`, `-wrong-size`, `-paused`, `storage-full`, `no-such-message`.
   */
  open(at: AttachmentAt): Promise<Opened>;
  /** Stops a transfer and keeps what it has; `resume` goes on from there, after days too. Both do nothing where there is nothing to do. */
  pause(at: AttachmentAt): Promise<void>;
  resume(at: AttachmentAt): Promise<void>;
  /** Takes back a message that the relay does not have yet: it and its attachments are gone from here. Rejects with `not-allowed` where it is sent. */
  unsend(room: RoomKey, message: MessageKey): Promise<void>;
  /** The newest first, before a position or from the end; `limit` messages, each with all that it has of it. Voice messages are among the files. */
  roomMedia(room: RoomKey, of: RoomMediaKind, page: { readonly before?: number; readonly limit: number }): Promise<RoomMediaPage>;
}

export interface RoomLink {
  readonly message: MessageKey;
  readonly position: number;
  readonly sentAt: number;
  readonly url: string;
}

export interface RoomMediaPage {
  readonly media: readonly RoomMedia[];
  readonly links: readonly RoomLink[];
  readonly hasOlder: boolean;
}
