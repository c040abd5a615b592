/** Takes everything of a profile from this device. */
import { deleteDB } from 'idb';

/** Resolves when the databases are gone. One that is still open in another tab is closed there by its `versionchange`. */
export async function eraseProfile(databases: readonly string[]): Promise<void> {
  await Promise.all(databases.map((name) => deleteDB(name)));
}

/** The page's part: what the browser keeps for the app beside its databases. The app itself is fetched anew at the next start. */
export async function erasePage(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  if ('serviceWorker' in navigator) await Promise.all((await navigator.serviceWorker.getRegistrations()).map((registration) => registration.unregister()));
}
