/**
 * The engine behind the app lock. While it is locked there is none: no key is in memory, and calls wait until somebody unlocks. Locking ends the
 * engine as closing the app does: what is under way is finished or left as it is stored.
 */
import { EngineError, type AppLock, type Engine, type EngineEvent, type LockState, type UnlockBy } from '../engine/api.ts';
import { wipe as zero } from '../engine/crypto/sodium.ts';
import { VaultError, type KeyVault } from '../platform/key-vault.ts';
import { callMethod, ENGINE_METHODS, type LockableEngine } from './calls.ts';
import { problemOf } from './problem.ts';

export interface LockableOptions {
  readonly vault: KeyVault;
  readonly startEngine: (deviceKey: Uint8Array) => Promise<Engine>;
  /** Takes everything of the profile from the device. The engine is closed by then. */
  readonly erase: () => Promise<void>;
  /** Calls back once after `ms`; the answer cancels it. */
  readonly after: (ms: number, then: () => void) => () => void;
}

/** Resolves when it can be asked: at once where it is locked, else when the engine has started. Rejects as `startEngine` does. */
export async function startLockable(options: LockableOptions): Promise<LockableEngine> {
  const guard = new Guard(options);
  await guard.begin();
  return guard.served();
}

class Guard {
  readonly #options: LockableOptions;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #key: Uint8Array | undefined;
  /** What calls wait for. */
  #expected = expected();
  #running: Engine | undefined;
  #cancelIdle: (() => void) | undefined;
  /** Locking and unlocking come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LockableOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const key = await this.#options.vault.openKey();
    if (key !== null) await this.#start(key);
  }

  served(): LockableEngine {
    const lock: AppLock = {
      lockState: () => this.#state(),
      unlock: (by) => this.#inTurn(() => this.#unlock(by)),
      addLock: (by) => this.#change((key) => this.#options.vault.add(key, by)),
      removeLock: (way) => this.#change((key) => this.#options.vault.remove(key, way)),
      setLockSettings: (settings) => this.#change(() => this.#options.vault.setSettings(settings)),
      lock: () => this.#inTurn(() => this.#lock()),
      stayUnlocked: () => this.#inTurn(() => this.#restIdle()),
      wipe: () => this.#inTurn(() => this.#wipe()),
    };
    const methods = Object.fromEntries(ENGINE_METHODS.map((method) => [method, async (...args: readonly unknown[]) => callMethod(await this.#expected.engine, { method, args })]));
    const own: Pick<Engine, 'subscribe' | 'close'> = {
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => { this.#listeners.delete(listener); };
      },
      close: async () => { await this.#running?.close(); },
    };
    // Each method is there by ENGINE_METHODS, which is checked against the interface.
    return Object.assign(methods, own, lock) as unknown as LockableEngine;
  }

  async #start(key: Uint8Array): Promise<void> {
    const engine = await this.#options.startEngine(key);
    this.#key = key;
    this.#running = engine;
    engine.subscribe((event) => { this.#tell(event); });
    this.#expected.resolve(engine);
    await this.#restIdle();
  }

  async #unlock(by: UnlockBy): Promise<void> {
    if (this.#running !== undefined) return;
    const key = await this.#options.vault.unlock(by).catch(async (error: unknown) => {
      this.#tell({ kind: 'lock', lock: await this.#state() });
      throw refusal(error);
    });
    await this.#start(key);
    this.#tell({ kind: 'lock', lock: await this.#state() });
  }

  async #lock(): Promise<void> {
    const [engine, key] = [this.#running, this.#key];
    if (engine === undefined || key === undefined || (await this.#state()).kind !== 'unlocked') return;
    // From here on calls wait for the next engine.
    this.#expected = expected();
    [this.#running, this.#key] = [undefined, undefined];
    this.#cancelIdle?.();
    await engine.close();
    zero([key]);
    this.#tell({ kind: 'lock', lock: await this.#state() });
  }

  #change(what: (key: Uint8Array) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#key === undefined) throw new EngineError('not-allowed', 'It is locked.');
      await what(this.#key);
      await this.#restIdle();
      this.#tell({ kind: 'lock', lock: await this.#state() });
    });
  }

  async #wipe(): Promise<void> {
    this.#cancelIdle?.();
    await this.#running?.close();
    if (this.#key !== undefined) zero([this.#key]);
    await this.#options.erase();
    this.#tell({ kind: 'wiped' });
  }

  /** Counts anew how long nobody has touched it. */
  async #restIdle(): Promise<void> {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    const state = await this.#state();
    if (state.kind !== 'unlocked' || state.settings.after === null) return;
    this.#cancelIdle = this.#options.after(state.settings.after, () => {
      this.#inTurn(() => this.#lock()).catch((error: unknown) => { this.#tell({ kind: 'halted', problem: problemOf(error) }); });
    });
  }

  #state(): Promise<LockState> {
    return this.#options.vault.state(this.#running !== undefined);
  }

  #inTurn<T>(what: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(what);
    this.#turn = mine.catch(() => undefined); // whoever asked is told
    return mine;
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

interface Expected {
  readonly engine: Promise<Engine>;
  readonly resolve: (engine: Engine) => void;
}

function expected(): Expected {
  let resolve: Expected['resolve'] = () => undefined;
  const engine = new Promise<Engine>((then) => { resolve = then; });
  return { engine, resolve };
}

function refusal(error: unknown): unknown {
  if (!(error instanceof VaultError)) return error;
  switch (error.code) {
    case 'wrong':
      return new EngineError('wrong-passphrase', 'It does not open this device.', { cause: error });
    case 'wait':
      return new EngineError('try-later', 'Too many wrong tries.', { cause: error });
    case 'locked':
      return new EngineError('not-allowed', 'It is locked.', { cause: error });
  }
}
