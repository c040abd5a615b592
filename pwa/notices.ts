/** Notifications in the page: what it tells itself, and what it puts down for the service worker. */
import { keepNoticeWords } from './platform/notice-settings.ts';
import { Notices } from './platform/push.ts';
import type { SottoApp } from './ui/views/sotto-app.ts';
import { noticeWords } from './ui/words/told.ts';
import type { LockableEngine } from './worker/calls.ts';
import { watchNotices } from './worker/notices.ts';

export function startNotices(app: SottoApp, engine: LockableEngine): void {
  const notices = new Notices(engine);
  app.notices = notices;
  const keepWords = (): void => { keepNoticeWords(noticeWords()).catch(() => undefined); }; // where nothing can be kept, nothing notifies either
  keepWords();
  // Another language was chosen (https://lit.dev/docs/localization/runtime-mode/#status-event).
  addEventListener('lit-localize-status', (event) => { if ((event as CustomEvent<{ readonly status: string }>).detail.status === 'ready') keepWords(); });
  if (!('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.ready.then((registration) => { watchNotices(engine, registration); });
  // A relay that cannot be reached is asked at the next start.
  notices.renew().catch(() => undefined);
}
