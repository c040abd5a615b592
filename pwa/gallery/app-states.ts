/** Which Sotto this is, which one waits, and what locks it. */
import type { LockState } from '../engine/api.ts';
import { FakeLock, PLACE } from '../../test/support/fake-lock.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import type { DeviceHome } from '../ui/controllers/device-watch.ts';
import type { NoticeState } from '../ui/controllers/notice-home.ts';
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

class PictureOfADevice extends EventTarget implements DeviceHome {
  readonly offer: DeviceHome['offer'];
  readonly #kept: Awaited<ReturnType<DeviceHome['kept']>>;

  constructor(offer: DeviceHome['offer'], persisted: boolean) {
    super();
    this.offer = offer;
    this.#kept = { persisted, used: 48_300_000, free: 12_400_000_000, endsUnvisited: offer === 'by-hand' };
  }

  readonly install = (): Promise<boolean> => Promise.resolve(true);
  readonly kept = (): ReturnType<DeviceHome['kept']> => Promise.resolve(this.#kept);
  readonly keep = (): Promise<boolean> => Promise.resolve(false);
}

async function device(app: SottoApp, offer: DeviceHome['offer'], persisted: boolean): Promise<void> {
  app.device = new PictureOfADevice(offer, persisted);
  await click(app, 'sotto-room-list', '.head .round:has(sotto-avatar)');
  await found(shadow(app), 'sotto-profile', 'sotto-sheet');
  await click(app, 'sotto-profile', '.device');
  await found(shadow(app), 'sotto-device', 'section');
}

async function notices(app: SottoApp, state: Partial<NoticeState>): Promise<void> {
  const now: NoticeState = { ability: 'push', refused: false, on: false, text: true, wakes: false, ...state };
  const nothing = (): Promise<void> => Promise.resolve();
  app.notices = { state: () => Promise.resolve(now), turnOn: nothing, turnOff: nothing, showText: nothing };
  await click(app, 'sotto-room-list', '.head .round:has(sotto-avatar)');
  await found(shadow(app), 'sotto-profile', '.notices');
  await click(app, 'sotto-profile', '.notices');
  await found(shadow(app), 'sotto-notices', 'p.text');
}

async function share(app: SottoApp): Promise<void> {
  app.takeShared = () => Promise.resolve({ text: 'Tide table for Saturday\nhttps://example.org/tides', files: [new File(['a'], 'pier.jpg')] });
  app.send({ kind: 'share' });
  await found(shadow(app), 'sotto-share', 'ul');
}

export const APP_STATES: readonly GalleryState[] = [
  { name: 'update', title: 'A new version', script: full, then: (app) => { app.updateReady = true; app.versions = { version: '1.4.0', running, next }; return Promise.resolve(); } },
  { name: 'about', title: 'Which Sotto this is', script: full, then: async (app) => { app.versions = { version: '1.4.0', running, next: null }; await about(app); } },
  { name: 'about-update', title: 'Which Sotto waits', script: full, then: async (app) => { app.versions = { version: '1.4.0', running, next }; await about(app); } },
  { name: 'about-altered', title: 'Code that is not what it should be', script: full, then: async (app) => { app.versions = { version: '1.4.0', running: { ...running, altered: ['index.html'] }, next: null }; await about(app); } },
  { name: 'about-nothing-kept', title: 'No code kept', script: full, then: async (app) => { app.versions = { version: '1.4.0', running: null, next: null }; await about(app); } },
  { name: 'install-offer', title: 'The home screen is offered', script: full, then: async (app) => { app.device = new PictureOfADevice('prompt', false); await found(shadow(app), 'sotto-room-list', 'sotto-banner'); } },
  { name: 'device-prompt', title: 'Not installed, not kept', script: full, then: (app) => device(app, 'prompt', false) },
  { name: 'device-ios', title: 'By hand, on iOS', script: full, then: (app) => device(app, 'by-hand', false) },
  { name: 'device-installed', title: 'Installed and kept', script: full, then: (app) => device(app, 'installed', true) },
  { name: 'notices', title: 'Notifications, off', script: full, then: (app) => notices(app, {}) },
  { name: 'notices-on', title: 'Notifications, also while closed', script: full, then: (app) => notices(app, { on: true, wakes: true }) },
  { name: 'notices-open', title: 'Notifications, while open alone', script: full, then: (app) => notices(app, { ability: 'while-open', on: true }) },
  { name: 'notices-refused', title: 'Notifications, refused by the browser', script: full, then: (app) => notices(app, { refused: true }) },
  { name: 'notices-ios', title: 'Notifications, after installing alone', script: full, then: (app) => notices(app, { ability: 'install' }) },
  { name: 'share', title: 'Shared from another app', script: full, then: share },
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
