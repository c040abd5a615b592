/** Which Sotto this is, which one waits, and what locks it. */
import type { LockState } from '../engine/api.ts';
import { FakeLock, PLACE } from '../../test/support/fake-lock.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { click, found, shadow } from './acting.ts';
import { rooms } from './conversations.ts';
import { me } from './people.ts';
import type { GalleryState } from './state.ts';

const running = { root: '8f0b2d6c41e97a53c2f4be0d97a1638e5fd20c7bb94e31f60a8cd5723e916bf4', altered: [] };
const next = { root: '3c7ed1940ab65f28e8c01d73b94f52a6017ce3d85b2f96a4d0e1873c65fa2b9d', altered: [] };
const full = (): FakeScript => ({ profile: me, rooms: rooms() });

async function about(app: SottoApp): Promise<void> {
  await click(app, 'sotto-room-list', '.head .round:has(sotto-avatar)');
  await found(shadow(app), 'sotto-profile', 'sotto-sheet');
  await click(app, 'sotto-profile', '.about');
  await found(shadow(app), 'sotto-about', 'sotto-sheet');
}

const passkeys = { make: () => Promise.reject(new Error('not in the gallery')), use: () => Promise.reject(new Error('not in the gallery')) };

async function locked(app: SottoApp, waitUntil: number | null = null, passphrase = true): Promise<void> {
  app.passkeys = passkeys;
  app.lock = new FakeLock({ kind: 'locked', ways: { passphrase, passkeys: [PLACE] }, waitUntil });
  await found(shadow(app), 'sotto-locked', 'main');
}

async function lockSettings(app: SottoApp, state: LockState): Promise<void> {
  app.passkeys = passkeys;
  app.lock = new FakeLock(state);
  await click(app, 'sotto-room-list', '.head .round:has(sotto-avatar)');
  await found(shadow(app), 'sotto-profile', 'sotto-sheet');
  await click(app, 'sotto-profile', '.lock');
  await found(shadow(app), 'sotto-lock-settings', 'sotto-sheet');
}

const set: LockState = { kind: 'unlocked', ways: { passphrase: true, passkeys: [PLACE] }, settings: { after: 300_000, onHide: true } };

export const APP_STATES: readonly GalleryState[] = [
  { name: 'update', title: 'A new version', script: full, then: (app) => { app.updateReady = true; app.versions = { version: '1.4.0', running, next }; return Promise.resolve(); } },
  { name: 'about', title: 'Which Sotto this is', script: full, then: async (app) => { app.versions = { version: '1.4.0', running, next: null }; await about(app); } },
  { name: 'about-update', title: 'Which Sotto waits', script: full, then: async (app) => { app.versions = { version: '1.4.0', running, next }; await about(app); } },
  { name: 'about-altered', title: 'Code that is not what it should be', script: full, then: async (app) => { app.versions = { version: '1.4.0', running: { ...running, altered: ['./index.html'] }, next: null }; await about(app); } },
  { name: 'about-nothing-kept', title: 'No code kept', script: full, then: async (app) => { app.versions = { version: '1.4.0', running: null, next: null }; await about(app); } },
  { name: 'locked', title: 'Locked', script: full, then: (app) => locked(app) },
  { name: 'locked-passkey', title: 'Locked by a passkey alone', script: full, then: (app) => locked(app, null, false) },
  { name: 'locked-wrong', title: 'A wrong passphrase', script: full, then: async (app) => {
    await locked(app);
    const screen = await found(shadow(app), 'sotto-locked', 'main');
    const field = screen.querySelector('input');
    if (field !== null) field.value = 'wrong';
    await click(app, 'sotto-locked', 'button[type=submit]');
    await found(shadow(app), 'sotto-locked', '.problem');
  } },
  { name: 'locked-wait', title: 'Too many wrong tries', script: full, then: (app) => locked(app, Date.now() + 8 * 60_000) },
  { name: 'locked-forgotten', title: 'Forgotten', script: full, then: async (app) => { await locked(app); await click(app, 'sotto-locked', '.forgot'); await found(shadow(app), 'sotto-locked', 'sotto-erase', 'sotto-sheet'); } },
  { name: 'lock-none', title: 'No lock yet', script: full, then: (app) => lockSettings(app, { kind: 'none' }) },
  { name: 'lock-set', title: 'A lock', script: full, then: (app) => lockSettings(app, set) },
];
