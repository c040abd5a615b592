/** The app lock: with it, nothing on this device opens without its person. */
/** How one may unlock. A passkey's id and salt are what the authenticator is asked with. */
export interface LockWays {
  readonly passphrase: boolean;
  readonly passkeys: readonly PasskeyPlace[];
}

export interface PasskeyPlace {
  readonly id: Uint8Array;
  /** What its secret is derived from: 32 bytes, asked anew by each device. */
  readonly salt: Uint8Array;
}

export interface LockSettings {
  /** Milliseconds without a touch after which it locks; null for never. */
  readonly after: number | null;
  /** It locks when the app is put away. */
  readonly onHide: boolean;
}

export type LockState =
  /** There is no lock. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unlocked'; readonly ways: LockWays; readonly settings: LockSettings }
  /** Nothing can be opened. `waitUntil`: Unix milliseconds before which no further try is taken; null where one may try. */
  | { readonly kind: 'locked'; readonly ways: LockWays; readonly waitUntil: number | null };

export interface PasskeySecret extends PasskeyPlace {
  /** What the authenticator made of the salt (WebAuthn's `prf`): 32 bytes. */
  readonly secret: Uint8Array;
}

/** By which one proves to be oneself. */
export type UnlockBy = { readonly passphrase: string } | { readonly passkey: PasskeySecret };

/**
 * All rejections are `EngineError`. `wrong-passphrase` where it opens nothing, `try-later` while there were too many wrong tries, `not-allowed`
 * where it is locked.
 */
export interface AppLock {
  lockState(): Promise<LockState>;
  unlock(by: UnlockBy): Promise<void>;
  /** Seals the device's key anew, under this way too; where there was no lock, now under nothing else. */
  addLock(by: UnlockBy): Promise<void>;
  /** Takes one way away; with the last one the lock. */
  removeLock(way: 'passphrase' | PasskeyPlace): Promise<void>;
  setLockSettings(settings: LockSettings): Promise<void>;
  /** Now. Nothing where there is no lock. */
  lock(): Promise<void>;
  /** The person is here: it does not lock for a while. */
  stayUnlocked(): Promise<void>;
  /** Erases everything of this profile from this device, for good: keys, rooms, history. */
  wipe(): Promise<void>;
}

export type LockEvent =
  | { readonly kind: 'lock'; readonly lock: LockState }
  /** Nothing is left: the page starts anew. */
  | { readonly kind: 'wiped' };

/** Passkeys as the platform has them. Both reject with `no-passkey` where it was cancelled, or cannot be used for this. */
export interface Passkeys {
  /** `name`: what the system shows it by. */
  make(name: string): Promise<PasskeySecret>;
  use(places: readonly PasskeyPlace[]): Promise<PasskeySecret>;
}
