/** Takes everything of a profile from this device: the worker's part. */
import { deleteDB } from 'idb';

/** Resolves when the databases are gone. One that is still open in another tab is closed there by its `versionchange`. */
export async function eraseProfile(databases: readonly string[]): Promise<void> {
  await Promise.all(databases.map((name) => deleteDB(name)));
}
