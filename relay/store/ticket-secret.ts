/**
 * The secret by which the relay makes tickets (`delivery/tickets.ts`), in a file beside the database and not in it: a backup holds nothing
 * that opens a room. Where the file is gone, unreadable or cannot be written, there is another secret, and clients sign once more.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const TICKET_FILE = 'tickets.key';
const BYTES = 32;

/** 32 bytes. `folder`: there already, and held by this process alone. */
export function ticketSecret(folder: string): Uint8Array {
  const path = join(folder, TICKET_FILE);
  const kept = read(path);
  if (kept !== undefined) return kept;
  const made = randomBytes(BYTES);
  try {
    // Whole or not there. Whether it outlives a power cut matters to nobody.
    const draft = `${path}.partial`;
    writeFileSync(draft, made, { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // A disk that takes nothing is told of elsewhere: the relay serves on, and draws another at its next start.
  }
  return made;
}

function read(path: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length === BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}
