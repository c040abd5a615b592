/**
 * What the engine offers to the world: the UI (through a worker's port), bots, load tests. Everything
 * here is plain data that structured clone can carry. Keys are base64url text.
 */
import { toBase64Url } from '../../shared/bytes.ts';
import type { Branded } from '../../shared/ids.ts';

export type RoomKey = Branded<string, 'RoomKey'>;
/** An envelope id: known before the message is sent, the same ever after. */
export type MessageKey = Branded<string, 'MessageKey'>;
/** An identity key: the person, whatever name they go by. */
export type PersonKey = Branded<string, 'PersonKey'>;

export interface Person {
  readonly person: PersonKey;
  /** A label that they chose: never proof of who they are. Control, bidi and zero-width characters are neutralised. */
  readonly name: string;
}

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  /** `retryAt`: Unix milliseconds of the next attempt. */
  | { readonly kind: 'offline'; readonly retryAt: number | null };

export type Standing =
  /** The join has not been taken by the relay yet; it goes on by itself. */
  | { readonly kind: 'joining' }
  | { readonly kind: 'member' }
  /** History stays readable; nothing can be written. */
  | { readonly kind: 'removed' }
  /** Joining or going on failed for good; `problem` says why. */
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A lasting warning about a relay, until the person dismisses it. */
export interface Alarm {
  readonly kind: 'log-forked' | 'relay-reset' | 'relay-rolled-back';
  /** The relay's origin. */
  readonly relay: string;
  /** Unix milliseconds. */
  readonly since: number;
}

export interface RoomSummary {
  readonly room: RoomKey;
  readonly name: string;
  readonly standing: Standing;
  readonly me: PersonKey;
  readonly members: readonly Person[];
  /** The relay's origin. */
  readonly relay: string;
  /** False until a message by the person whose invite was used has verified. */
  readonly confirmed: boolean;
  readonly latest: TimelineItem | null;
  readonly unread: number;
  /** The position up to which the person has read. */
  readonly readThrough: number;
  readonly draft: string;
  readonly alarms: readonly Alarm[];
  readonly createdAt: number;
}

export interface EngineState {
  readonly profile: Person | null;
  readonly rooms: readonly RoomSummary[];
  readonly connection: Connection;
}

export type Content =
  | { readonly kind: 'text'; readonly text: string }
  /** From a newer version of Sotto: kept whole, shown as such. */
  | { readonly kind: 'unknown'; readonly type: string };

export type MessageStatus =
  /** In the outbox. */
  | 'queued'
  /** The relay has it durably. */
  | 'sent'
  /** At least one other device has it. */
  | 'received';

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
}

export type NoticeFact =
  | { readonly kind: 'created'; readonly by: Person }
  | { readonly kind: 'joined'; readonly who: Person }
  | { readonly kind: 'removed'; readonly who: Person; readonly by: Person }
  | { readonly kind: 'renamed'; readonly by: Person; readonly name: string }
  /** An envelope that could not be opened: said once for a run of them. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'invalid-commit' };

export interface NoticeItem {
  readonly kind: 'notice';
  readonly id: string;
  readonly position: number;
  readonly at: number;
  readonly fact: NoticeFact;
}

export type TimelineItem = MessageItem | NoticeItem;

export interface TimelinePage {
  /** Oldest first. */
  readonly items: readonly TimelineItem[];
  readonly hasOlder: boolean;
}

export interface InviteTerms {
  /** Hours until it ends; 0 for never. */
  readonly hours: number;
  /** How many people may join by it; 0 for any number. */
  readonly uses: number;
}

export interface Invite {
  readonly id: string;
  /** Holds the secret in its fragment. Only on the device that made it; null elsewhere. */
  readonly link: string | null;
  /** Unix milliseconds; 0 for never. */
  readonly expires: number;
  readonly uses: number;
  readonly used: number;
  readonly by: Person;
}

export interface InvitePreview {
  readonly room: RoomKey;
  readonly name: string;
  readonly members: readonly Person[];
  /** The member whose key the link names; null where no member has it (then: do not join). */
  readonly inviter: Person | null;
  readonly relay: string;
  readonly alreadyMember: boolean;
}

export type EngineEvent =
  /** The whole state, coalesced: for lists and headers. */
  | { readonly kind: 'state'; readonly state: EngineState }
  /** Items that are new or changed, by id. */
  | { readonly kind: 'timeline'; readonly room: RoomKey; readonly items: readonly TimelineItem[] }
  /** The engine cannot go on (storage failed, superseded): what the person should do. */
  | { readonly kind: 'halted'; readonly problem: Problem };

export type ProblemCode =
  | 'bad-link' | 'invite-expired' | 'invite-used-up' | 'invite-revoked' | 'invite-unknown' | 'relay-unreachable' | 'relay-refused'
  | 'not-a-member' | 'no-profile' | 'too-long' | 'storage-full' | 'storage-failed' | 'superseded' | 'newer-schema' | 'internal';

/** An error as data: what happened and what to do. The UI words it by its code. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
}

export class EngineError extends Error {
  readonly problem: Problem;
  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'EngineError';
    this.problem = { code, detail };
  }
}

/** All rejections are {@link EngineError}. */
export interface Engine {
  state(): Promise<EngineState>;
  createProfile(name: string): Promise<Person>;
  createRoom(name: string): Promise<RoomKey>;
  /** Needs the relay: a commit has to be taken before the link is worth sharing. */
  createInvite(room: RoomKey, terms: InviteTerms): Promise<Invite>;
  invites(room: RoomKey): Promise<readonly Invite[]>;
  previewInvite(link: string): Promise<InvitePreview>;
  /** Resolves when the join is stored; it then goes on by itself, across restarts, until taken or refused. */
  join(link: string): Promise<RoomKey>;
  removeMember(room: RoomKey, person: PersonKey): Promise<void>;
  /** Resolves when the message is durable in the outbox: only then may the composer clear. Sending again under one id changes nothing. */
  send(room: RoomKey, id: MessageKey, content: Content): Promise<void>;
  /** The `limit` items before a position, or the last ones, queued messages included. */
  timeline(room: RoomKey, page: { readonly before?: number; readonly limit: number }): Promise<TimelinePage>;
  markRead(room: RoomKey, position: number): Promise<void>;
  setDraft(room: RoomKey, text: string): Promise<void>;
  dismissAlarm(room: RoomKey, kind: Alarm['kind']): Promise<void>;
  /** The network came back, or the app to the front: try now rather than at the next attempt. */
  wake(): Promise<void>;
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /** Lets the profile go: what is under way is finished or left as it is stored. */
  close(): Promise<void>;
}

/** A fresh id for a message about to be sent. */
export const newMessageKey = (): MessageKey => toBase64Url(crypto.getRandomValues(new Uint8Array(16))) as MessageKey;
