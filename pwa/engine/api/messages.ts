/** A room's conversation. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { Branded } from '../../../shared/ids.ts';
import type { Attachment, StagedKey } from './media.ts';
import type { Person, PersonKey, Role } from './people.ts';

/** An envelope id: known before the message is sent, the same ever after. */
export type MessageKey = Branded<string, 'MessageKey'>;

/** `start` and `end` in UTF-16 units of the text: where a person's name stands. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly person: PersonKey;
}

/** What stands in the conversation, as it is now. */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly mentions?: readonly Mention[]; readonly forwarded?: true }
  /** `text` is the caption, maybe empty. 1 to `MOST_ATTACHMENTS`. */
  | { readonly kind: 'media'; readonly text: string; readonly mentions?: readonly Mention[]; readonly forwarded?: true; readonly attachments: readonly Attachment[] }
  | { readonly kind: 'poll'; readonly question: string; readonly options: readonly PollOption[]; readonly several: boolean; readonly closed: boolean }
  /** Degrees, and metres. */
  | { readonly kind: 'place'; readonly latitude: number; readonly longitude: number; readonly accuracy?: number; readonly label?: string }
  /** For everyone, by the sender or an admin. */
  | { readonly kind: 'deleted'; readonly by: Person }
  /** From a newer version of Sotto: kept whole, shown as such. */
  | { readonly kind: 'unknown'; readonly type: string };

export interface PollOption {
  readonly text: string;
  readonly voters: readonly Person[];
}

/** What one sends. */
export type Draft = (
  | { readonly kind: 'text'; readonly text: string; readonly mentions?: readonly Mention[]; readonly forwarded?: true }
  /** What was staged for the room, in this order. The message waits in the outbox until all of it is at the relay; later texts do not wait for it. */
  | { readonly kind: 'media'; readonly text: string; readonly mentions?: readonly Mention[]; readonly forwarded?: true; readonly staged: readonly StagedKey[] }
  | { readonly kind: 'poll'; readonly question: string; readonly options: readonly string[]; readonly several: boolean }
  | { readonly kind: 'place'; readonly latitude: number; readonly longitude: number; readonly accuracy?: number; readonly label?: string }
) & {
  /** The message that it answers; texts and media alone. */
  readonly reply?: MessageKey;
  /** The message that begins the thread in which it stands. */
  readonly thread?: MessageKey;
};

export interface Reaction {
  readonly emoji: string;
  /** In the order in which they gave it. */
  readonly by: readonly Person[];
}

/** A version of a text. Unix milliseconds. */
export interface Version {
  readonly text: string;
  readonly at: number;
}

export type MessageStatus =
  /** In the outbox. */
  | 'queued'
  /** The relay has it durably. */
  | 'sent'
  /** At least one other device has it. */
  | 'received'
  /** At least one other person has read it, and says so. */
  | 'read';

export interface MessageItem {
  readonly kind: 'message';
  readonly id: MessageKey;
  /** Position in the room's log; null while queued. Queued messages come last, in the order of sending. */
  readonly position: number | null;
  readonly sender: Person;
  readonly mine: boolean;
  /** The sender's clock, Unix milliseconds. */
  readonly sentAt: number;
  readonly content: Content;
  /** Of one's own messages; null for others'. */
  readonly status: MessageStatus | null;
  /** What follows is left out where there is nothing of it. */
  readonly reply?: MessageKey;
  /** It stands in the thread that this message begins, not in the conversation. */
  readonly thread?: MessageKey;
  /** Of the thread that begins here; `at` of the last one, Unix milliseconds. */
  readonly replies?: { readonly count: number; readonly at: number };
  readonly reactions?: readonly Reaction[];
  /** The earlier versions are asked for by `versions`. Unix milliseconds. */
  readonly editedAt?: number;
  readonly pinned?: true;
  /** Seconds that it stays: from when it was read, one's own from when it was sent. */
  readonly expires?: number;
  /** It has something in it that needs a newer version of Sotto. */
  readonly newer?: true;
}

/** A quiet line: who did what. Times are Unix milliseconds. */
export type NoticeFact =
  | { readonly kind: 'created'; readonly by: Person }
  | { readonly kind: 'joined'; readonly who: Person }
  /** `asked`: they had knocked, and `by` let them in. */
  | { readonly kind: 'let-in'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'knock-refused'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'removed'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'banned'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'unbanned'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'left'; readonly who: Person }
  /** The same identity under a new leaf: after lost or damaged state. */
  | { readonly kind: 'returned'; readonly who: Person }
  | { readonly kind: 'role'; readonly who: Person; readonly by: Person; readonly role: Role }
  | { readonly kind: 'renamed'; readonly by: Person; readonly name: string }
  | { readonly kind: 'pictured'; readonly by: Person }
  /** The room's settings: whether joining needs an admin's approval. */
  | { readonly kind: 'approval'; readonly by: Person; readonly required: boolean }
  /** Seconds that messages stay once read; null: they stay. */
  | { readonly kind: 'disappearing'; readonly by: Person; readonly seconds: number | null }
  /** A member changed their own name. */
  | { readonly kind: 'name'; readonly who: Person; readonly was: string }
  /** A second person under a known name: `as` had it before. */
  | { readonly kind: 'same-name'; readonly who: Person; readonly as: Person; readonly verified: boolean }
  | { readonly kind: 'moved'; readonly by: Person; readonly relay: string }
  /** Envelopes that this device never got and never will. */
  | { readonly kind: 'missed'; readonly from: number; readonly to: number }
  /** An envelope that could not be opened: said once for a run of them. */
  | { readonly kind: 'unreadable' }
  /** A commit that every member refuses. `by` is null where it does not even say whose it is. */
  | { readonly kind: 'invalid-commit'; readonly by: Person | null };

export interface NoticeItem {
  readonly kind: 'notice';
  readonly id: string;
  readonly position: number;
  readonly at: number;
  readonly fact: NoticeFact;
}

export type TimelineItem = MessageItem | NoticeItem;

/** At most `limit` items: the last ones, or those before or after a position, or with that position in their middle. */
export type TimelineSpan =
  | { readonly limit: number }
  | { readonly limit: number; readonly before: number }
  | { readonly limit: number; readonly after: number }
  | { readonly limit: number; readonly around: number };

export interface TimelinePage {
  /** Oldest first. Where nothing newer is left out, queued messages stand last, beyond `limit`. */
  readonly items: readonly TimelineItem[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** A fresh id for a message about to be sent. */
export const newMessageKey = (): MessageKey => toBase64Url(crypto.getRandomValues(new Uint8Array(16))) as MessageKey;
