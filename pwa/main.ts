/// <reference types="vite/client" />
/** The page: the UI over the engine in its worker. */
import { arrivedWith } from './arrival.ts';
import { watchForUpdates } from './platform/updates.ts';
import { speakAsChosen } from './ui/locale/language.ts';
import './ui/views/sotto-app.ts';
import { connectEngine } from './worker/client.ts';

const engine = connectEngine();
// While the engine starts. Nothing is drawn in one language and then in another.
await speakAsChosen();

const app = document.createElement('sotto-app');
app.link = arrivedWith;
app.engine = engine;
app.addEventListener('reload', () => { location.reload(); });
document.body.append(app);

// In development there is no service worker: every reload is the newest.
if (import.meta.env.PROD) {
  watchForUpdates().onReady((apply) => {
    app.updateReady = true;
    app.addEventListener('update', apply, { once: true });
  });
}
