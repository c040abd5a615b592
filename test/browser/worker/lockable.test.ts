import { expect } from '@esm-bundle/chai';
import { EngineError, type Engine, type EngineEvent, type LockState } from '../../../pwa/engine/api.ts';
import { KeyVault } from '../../../pwa/platform/key-vault.ts';
import type { LockableEngine } from '../../../pwa/worker/calls.ts';
import { startLockable } from '../../../pwa/worker/lockable.ts';

let count = 0;

/** Engines that only say under which key they were started. */
class World {
  readonly vault = new KeyVault(`lockable-${Date.now()}-${count++}`);
  readonly log: string[] = [];
  readonly keys: Uint8Array[] = [];
  readonly timers: { readonly ms: number; readonly ring: () => void; cancelled: boolean }[] = [];

  start(): Promise<LockableEngine> {
    return startLockable({
      vault: this.vault,
      erase: async () => { this.log.push('erased'); },
      after: (ms, then) => {
        const timer = { ms, ring: then, cancelled: false };
        this.timers.push(timer);
        return () => { timer.cancelled = true; };
      },
      startEngine: async (key) => {
        this.log.push('started');
        this.keys.push(key);
        const said = [...key].join();
        return {
          state: async () => said, createRoom: async (name: string) => { if (name === '') throw new EngineError('too-long', name); return name; },
          subscribe: () => () => undefined, close: async () => { this.log.push('closed'); },
        } as unknown as Engine;
      },
    });
  }
}

const next = (lockable: LockableEngine, kind: EngineEvent['kind']): Promise<EngineEvent> => new Promise((resolve) => {
  const stop = lockable.subscribe((event) => {
    if (event.kind !== kind) return;
    stop();
    resolve(event);
  });
});

const codeOf = async (tried: Promise<unknown>): Promise<string> => tried.then(() => 'done', (error: unknown) => (error instanceof EngineError ? error.problem.code : String(error)));
const kindOf = async (lockable: LockableEngine): Promise<LockState['kind']> => (await lockable.lockState()).kind;

describe('the engine behind the lock', () => {
  it('starts at once where there is none', async () => {
    const world = new World();
    const lockable = await world.start();
    expect(await lockable.createRoom('Harbour')).to.equal('Harbour');
    expect(await codeOf(lockable.createRoom(''))).to.equal('too-long');
    expect(await kindOf(lockable)).to.equal('none');
    await lockable.lock();
    expect(await kindOf(lockable), 'it locked without a lock').to.equal('none');
    expect(world.log).to.deep.equal(['started']);
  });

  it('ends the engine, zeroes its key, and keeps calls waiting until it opens again, under the same key', async () => {
    const world = new World();
    const lockable = await world.start();
    const before = await lockable.state();
    await lockable.addLock({ passphrase: 'over the hills' });
    expect(await kindOf(lockable)).to.equal('unlocked');

    const told = next(lockable, 'lock');
    await lockable.lock();
    expect(await told).to.deep.include({ kind: 'lock' });
    expect(await kindOf(lockable)).to.equal('locked');
    expect(world.log).to.deep.equal(['started', 'closed']);
    expect(world.keys[0]?.every((byte) => byte === 0), 'the key is still in memory').to.equal(true);

    let answered = false;
    const asked = lockable.state().then((state) => { answered = true; return state; });
    expect(await codeOf(lockable.unlock({ passphrase: 'over the hill' }))).to.equal('wrong-passphrase');
    expect(await codeOf(lockable.addLock({ passphrase: 'mine' }))).to.equal('not-allowed');
    expect(answered).to.equal(false);
    await lockable.unlock({ passphrase: 'over the hills' });
    expect(await asked).to.deep.equal(before);
    expect(world.log).to.deep.equal(['started', 'closed', 'started']);
  });

  it('starts locked, and says so before anything is opened', async () => {
    const world = new World();
    await (await world.start()).addLock({ passphrase: 'over the hills' });
    const lockable = await world.start();
    expect(await kindOf(lockable)).to.equal('locked');
    expect(world.log).to.deep.equal(['started']);
    await lockable.unlock({ passphrase: 'over the hills' });
    expect(world.keys[1]).to.deep.equal(world.keys[0]);
  });

  it('locks when nobody touched it for the time that was set, and counts anew when somebody does', async () => {
    const world = new World();
    const lockable = await world.start();
    await lockable.addLock({ passphrase: 'over the hills' });
    await lockable.setLockSettings({ after: 60_000, onHide: true });
    const running = () => world.timers.filter(({ cancelled }) => !cancelled);
    expect(running().map(({ ms }) => ms)).to.deep.equal([60_000]);
    const [first] = running();
    await lockable.stayUnlocked();
    expect(first?.cancelled).to.equal(true);
    const told = next(lockable, 'lock');
    running()[0]?.ring();
    await told;
    expect(await kindOf(lockable)).to.equal('locked');
    await lockable.unlock({ passphrase: 'over the hills' });
    await lockable.setLockSettings({ after: null, onHide: false });
    await lockable.stayUnlocked();
    expect(running().slice(1)).to.deep.equal([]);
  });

  it('erases with the engine closed, locked or not', async () => {
    const world = new World();
    const open = await world.start();
    const told = next(open, 'wiped');
    await open.wipe();
    await told;
    expect(world.log).to.deep.equal(['started', 'closed', 'erased']);
    const other = new World();
    await (await other.start()).addLock({ passphrase: 'over the hills' });
    const locked = await other.start();
    await locked.wipe();
    expect(other.log).to.deep.equal(['started', 'erased']);
  });
});
