/** An app lock that is only said to be one: for the gallery, and for tests of what is drawn. */
import { EngineError, type EngineEvent, type LockSettings, type LockState, type PasskeyPlace, type UnlockBy } from '../../pwa/engine/api.ts';
import type { Lock } from '../../pwa/ui/controllers/lock-watch.ts';

export const PLACE: PasskeyPlace = { id: new Uint8Array([1]), salt: new Uint8Array(32) };

export class FakeLock implements Lock {
  readonly done: string[] = [];
  #state: LockState;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor(state: LockState) {
    this.#state = state;
  }

  become(state: LockState): void {
    this.#state = state;
    this.#tell({ kind: 'lock', lock: state });
  }

  lockState(): Promise<LockState> {
    return Promise.resolve(this.#state);
  }

  /** Opens by `right` alone. */
  unlock(by: UnlockBy): Promise<void> {
    if ('passphrase' in by && by.passphrase !== 'right') return Promise.reject(new EngineError('wrong-passphrase', 'scripted'));
    if (this.#state.kind === 'locked') this.become({ kind: 'unlocked', ways: this.#state.ways, settings: { after: 300_000, onHide: false } });
    return Promise.resolve();
  }

  addLock(by: UnlockBy): Promise<void> {
    this.done.push('passphrase' in by ? `passphrase ${by.passphrase}` : 'passkey');
    this.become({ kind: 'unlocked', ways: { passphrase: 'passphrase' in by, passkeys: 'passphrase' in by ? [] : [PLACE] }, settings: { after: 300_000, onHide: false } });
    return Promise.resolve();
  }

  removeLock(): Promise<void> {
    this.become({ kind: 'none' });
    return Promise.resolve();
  }

  setLockSettings(settings: LockSettings): Promise<void> {
    if (this.#state.kind === 'unlocked') this.become({ ...this.#state, settings });
    return Promise.resolve();
  }

  lock(): Promise<void> {
    if (this.#state.kind === 'unlocked') this.become({ kind: 'locked', ways: this.#state.ways, waitUntil: null });
    return Promise.resolve();
  }

  stayUnlocked(): Promise<void> {
    this.done.push('stay');
    return Promise.resolve();
  }

  wipe(): Promise<void> {
    this.#tell({ kind: 'wiped' });
    return Promise.resolve();
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
