import type { AppLock, AttachmentAt, Engine, EngineState, LockState, MessageKey, Passkeys, PersonKey, RoomKey } from '../../engine/api.ts';
import type { DeviceHome } from '../controllers/device-watch.ts';
import type { NoticeHome } from '../controllers/notice-home.ts';
import type { AppCode } from '../elements/code-hash.ts';

/** What rises over a room or its details. */
export type RoomSheet =
  | { readonly kind: 'search' | 'mute' | 'disappearing' | 'invite' | 'invites' | 'security' | 'edit' | 'banned' | 'move' | 'leave' | 'forget' | 'poll' | 'place' }
  | { readonly kind: 'member' | 'verify'; readonly person: PersonKey }
  | { readonly kind: 'forward' | 'thread' | 'versions'; readonly message: MessageKey }
  | { readonly kind: 'media' }
  | { readonly kind: 'view'; readonly at: AttachmentAt };

export type Sheet = { readonly kind: 'new-room' | 'join-link' | 'profile' | 'find' | 'about' | 'lock' | 'scan' | 'device' | 'notices' } | { readonly kind: 'share'; readonly shared: Shared } | (RoomSheet & { readonly room: RoomKey });

export type SheetEvent = CustomEvent<RoomSheet>;

/** Asks whoever is above to open a sheet. */
export const openSheet = (from: HTMLElement, sheet: RoomSheet): void => {
  from.dispatchEvent(new CustomEvent('open-sheet', { detail: sheet }) satisfies SheetEvent);
};

/** The details of a room and the sheets that are not part of the shell: fetched when there is time, at the latest when one of them is wanted. */
export const loadCare = () => import('./care.ts');

export interface SheetHost {
  readonly engine: Engine | null;
  readonly state: EngineState;
  close(): void;
  open(sheet: Sheet): void;
  /** At a message, where one is named. */
  openRoom(room: RoomKey, message?: MessageKey): void;
  joinBy(link: string): void;
  /** The room that was open is gone from this device. */
  left(): void;
  readonly versions: Versions;
  update(): void;
  readonly device: DeviceHome | null;
  readonly notices: NoticeHome | null;
  readonly lock: AppLock | null;
  readonly passkeys: Passkeys | null;
  readonly locking: LockState | null;
}

/** From another app. */
export interface Shared {
  readonly text: string;
  readonly files: readonly File[];
}

/** Which Sotto this is, and which one waits to be taken. */
export interface Versions {
  readonly version: string;
  readonly running: AppCode | null;
  readonly next: AppCode | null;
}
