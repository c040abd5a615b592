import type { AttachmentAt } from '../../engine/api.ts';
import type { MediaDesk } from './desk.ts';

/** Milliseconds that a browser is given to begin with what it saves. */
const BEGINS_WITHIN = 60_000;

/** Fetches an attachment where it is not here, and hands it to the browser to be saved. Rejects as `open` does. */
export async function save(desk: MediaDesk, at: AttachmentAt, name: string): Promise<void> {
  const taken = desk.take(at);
  try {
    const { blob, shows } = await taken.shown;
    download(shows === null ? new Blob([blob], { type: 'application/octet-stream' }) : blob, name);
  } finally {
    taken.release();
  }
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name === '' ? 'sotto' : name;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(url); }, BEGINS_WITHIN);
}
