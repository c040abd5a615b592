/** Takes everything of a profile from this device: the page's part. */

/** What the browser keeps for the app beside its databases. The app itself is fetched anew at the next start. */
export async function erasePage(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  if ('serviceWorker' in navigator) await Promise.all((await navigator.serviceWorker.getRegistrations()).map((registration) => registration.unregister()));
}
