/** The interface itself. */
import type { SearchPage, SearchQuery } from './finding.ts';
import type { Invite, InvitePreview, InviteTerms } from './invites.ts';
import type { LockEvent } from './lock.ts';
import type { AttachmentAt, Attachments, FetchMedia, Transfer } from './media.ts';
import type { Draft, Mention, MessageItem, MessageKey, TimelineItem, TimelinePage, TimelineSpan, Version } from './messages.ts';
import type { Person, PersonKey, Role } from './people.ts';
import type { Problem } from './problems.ts';
import type { Push } from './push.ts';
import type { Alarm, Connection, RoomKey, RoomLook, RoomPlace, RoomSettings, RoomSummary } from './rooms.ts';
import type { RoomSecurity, SafetyNumber, Verification } from './trust.ts';

/** What the person chose for themselves, on this device. */
export interface Preferences {
  /** Others are told what one has read; without it, one is not told either. */
  readonly readReceipts: boolean;
  /** Others are told that their messages have arrived here; without it, one is not told either. To have read is to have received. */
  readonly deliveryReceipts: boolean;
  /** Others see that one is writing; without it, one does not see it either. */
  readonly typing: boolean;
  /** Others see that one has Sotto before one, and when one last had; without it, one does not see it either. */
  readonly presence: boolean;
  /** What is fetched by itself when it comes. */
  readonly fetchMedia: FetchMedia;
}

export interface EngineState {
  readonly profile: Person | null;
  readonly preferences: Preferences;
  readonly rooms: readonly RoomSummary[];
  readonly connection: Connection;
  /** Of what is in the outboxes: what waits for a relay. */
  readonly unsent: number;
  /** Rooms of which this device does not know all that their relay has. */
  readonly behind: number;
}

export type EngineEvent =
  /** The whole state, coalesced: for lists and headers. */
  | { readonly kind: 'state'; readonly state: EngineState }
  /** Items that are new or changed, by id. */
  | { readonly kind: 'timeline'; readonly room: RoomKey; readonly items: readonly TimelineItem[] }
  /** How an attachment moves, at most five times a second each; null once it does not any more. */
  | { readonly kind: 'transfer'; readonly at: AttachmentAt; readonly transfer: Transfer | null }
  /** Taken from this device: no line of the conversation any more. */
  | { readonly kind: 'gone'; readonly room: RoomKey; readonly messages: readonly MessageKey[] }
  | LockEvent
  /** The engine cannot go on (storage failed, superseded): what the person should do. */
  | { readonly kind: 'halted'; readonly problem: Problem };

/** Writing and reading. All rejections are `EngineError`. */
export interface Conversations {
  /** Resolves when the message is durable in the outbox: only then may the composer clear. Sending again under one id changes nothing. */
  send(room: RoomKey, id: MessageKey, draft: Draft): Promise<void>;
  /** A part of the conversation, read alone: however long it is, a page costs the same. */
  timeline(room: RoomKey, span: TimelineSpan): Promise<TimelinePage>;
  markRead(room: RoomKey, position: number): Promise<void>;
  /** The person is writing there, or is not any more. To be called as one types: the others are told every few seconds. */
  typing(room: RoomKey, on: boolean): Promise<void>;
  /** The person has Sotto before them, and a room open or none: to be called every half minute while that is so. */
  attend(room: RoomKey | null): Promise<void>;
  /** On this device alone. What is named; the rest stays. */
  setPlace(room: RoomKey, place: Partial<RoomPlace>): Promise<void>;
  setDraft(room: RoomKey, text: string): Promise<void>;
  /** Over all that is on this device, offline too. Nothing is found by an empty text. */
  search(query: SearchQuery): Promise<SearchPage>;
}

/**
 * What one does to a message that is there: resolves when it is durable in the outbox, and shows at once. All reject with
 * `no-such-message` where this device has none, `not-allowed` where it is not one's to do.
 */
export interface Messages {
  /** One's own text, or caption. */
  edit(room: RoomKey, message: MessageKey, text: string, mentions?: readonly Mention[]): Promise<void>;
  /** For everyone: one's own, or as an admin anybody's. */
  deleteForAll(room: RoomKey, message: MessageKey): Promise<void>;
  /** From this device alone. Nothing where it is not there. */
  deleteHere(room: RoomKey, messages: readonly MessageKey[]): Promise<void>;
  react(room: RoomKey, message: MessageKey, emoji: string, on: boolean): Promise<void>;
  pin(room: RoomKey, message: MessageKey, on: boolean): Promise<void>;
  /** Indices of options; none takes the vote back. */
  vote(room: RoomKey, message: MessageKey, choices: readonly number[]): Promise<void>;
  closePoll(room: RoomKey, message: MessageKey): Promise<void>;
  /** One message, wherever in the conversation it is. */
  message(room: RoomKey, message: MessageKey): Promise<MessageItem>;
  /** From the first to the one that stands. */
  versions(room: RoomKey, message: MessageKey): Promise<readonly Version[]>;
  /** The replies in the thread that a message begins, oldest first. */
  thread(room: RoomKey, message: MessageKey): Promise<readonly MessageItem[]>;
  /** The last pinned first. */
  pinned(room: RoomKey): Promise<readonly MessageItem[]>;
}

/**
 * Rooms and who is in them. What needs a commit resolves when one that does it was accepted, and rejects with
 * `relay-unreachable` where that takes too long, `not-allowed` where the room's rules forbid it.
 */
export interface Membership {
  createRoom(name: string): Promise<RoomKey>;
  renameRoom(room: RoomKey, name: string): Promise<void>;
  setLook(room: RoomKey, look: RoomLook): Promise<void>;
  /** What is named; the rest stays. */
  setSettings(room: RoomKey, settings: Partial<RoomSettings>): Promise<void>;
  createInvite(room: RoomKey, terms: InviteTerms): Promise<Invite>;
  invites(room: RoomKey): Promise<readonly Invite[]>;
  revokeInvite(room: RoomKey, invite: string): Promise<void>;
  previewInvite(link: string): Promise<InvitePreview>;
  /** Resolves when the join is stored; it then goes on by itself, across restarts, until taken or refused. */
  join(link: string): Promise<RoomKey>;
  answerKnock(room: RoomKey, knock: string, admit: boolean): Promise<void>;
  setRole(room: RoomKey, person: PersonKey, role: Role): Promise<void>;
  removeMember(room: RoomKey, person: PersonKey, how?: { readonly ban: boolean }): Promise<void>;
  unban(room: RoomKey, person: PersonKey): Promise<void>;
  /** Takes effect here at once, offline too; the others complete it. */
  leave(room: RoomKey): Promise<void>;
  /** Deletes the room and its history from this device alone. Only of a room that one is not a member of any more. */
  forget(room: RoomKey): Promise<void>;
  /** The room of two with a member of this room: made, and they are asked, where there is none yet. */
  messagePerson(room: RoomKey, person: PersonKey): Promise<RoomKey>;
  /** Answers an `asked` room. Declining forgets it. */
  answerRequest(room: RoomKey, accept: boolean): Promise<void>;
  /** Names another relay for the room, where the members follow. */
  moveRoom(room: RoomKey, relay: string): Promise<void>;
}

/** Knowing whom one talks to. */
export interface Trust {
  security(room: RoomKey): Promise<RoomSecurity>;
  /** Of this device's person and another. */
  safetyNumber(person: PersonKey): Promise<SafetyNumber>;
  /** Compares a scanned code with the person's; marks them verified where it holds. */
  verify(person: PersonKey, scanned: string): Promise<Verification>;
  /** By voice or by eye: the person says that the numbers are the same, or takes it back. */
  setVerified(person: PersonKey, verified: boolean): Promise<void>;
  /** "I have seen that this is somebody else": lets one write in the room again. */
  acknowledge(room: RoomKey, person: PersonKey): Promise<void>;
  dismissAlarm(room: RoomKey, kind: Alarm['kind']): Promise<void>;
  /** Enters a broken room again under a new leaf of the same identity. The others see it. */
  rejoin(room: RoomKey): Promise<void>;
}

export interface Engine extends Conversations, Messages, Attachments, Membership, Trust, Push {
  state(): Promise<EngineState>;
  createProfile(name: string): Promise<Person>;
  /** One's own name, in every room: each learns it with the next own commit. */
  setName(name: string): Promise<Person>;
  /** What is named; the rest stays. */
  setPreferences(preferences: Partial<Preferences>): Promise<void>;
  /** The network came back, or the app to the front: try now rather than at the next attempt. */
  wake(): Promise<void>;
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /** Lets the profile go: what is under way is finished or left as it is stored. */
  close(): Promise<void>;
}
