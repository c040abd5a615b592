/// <reference types="vite/client" />
/** The page: the UI over the engine in its worker. */
import { arrivedWith } from './arrival.ts';
import { Device } from './platform/device.ts';
import { erasePage } from './platform/erase-page.ts';
import { onLaunch } from './platform/launches.ts';
import { takeShared } from './platform/shared.ts';
import { speakAsChosen } from './ui/locale/language.ts';
import './ui/views/sotto-app.ts';
import { connectEngine } from './worker/client.ts';

declare const __VERSION__: string;
const passkeys = () => import('./platform/passkey.ts');

// The browser offers to install once, maybe before anything is drawn.
const device = new Device();
const engine = connectEngine();
// While the engine starts. Nothing is drawn in one language and then in another.
await speakAsChosen();

const app = document.createElement('sotto-app');
app.takeShared = takeShared;
if (arrivedWith !== null) app.send(arrivedWith);
app.engine = engine;
app.device = device;
app.lock = engine;
// Whether they can lock is known once one is made.
if ('PublicKeyCredential' in globalThis) app.passkeys = { make: async (name) => (await passkeys()).makePasskey(name), use: async (places) => (await passkeys()).usePasskey(places) };
app.addEventListener('wiped', () => { void erasePage().finally(() => { location.replace('/'); }); });
app.versions = { ...app.versions, version: __VERSION__ };
onLaunch((hash) => { location.hash = hash; });
app.addEventListener('reload', () => { location.reload(); });
document.body.append(app);

// In development there is no service worker: every reload is the newest.
if (import.meta.env.PROD) {
  const opened = new Promise((resolve) => { app.addEventListener('opened', resolve, { once: true }); });
  const updates = (await import('./platform/updates.ts')).watchForUpdates();
  updates.onReady(({ code, apply }) => {
    app.versions = { ...app.versions, next: code };
    app.updateReady = true;
    app.addEventListener('update', apply, { once: true });
  });
  void updates.running().then((code) => { app.versions = { ...app.versions, running: code }; });
  void opened.then(() => { updates.alive(); });
  void import('./notices.ts').then(({ startNotices }) => { startNotices(app, engine); });
}
