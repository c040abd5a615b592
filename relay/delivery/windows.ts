/** What makes a room ready to take envelopes: the ids that it took last, read from the store before the first. */
import { reasonOf, type RelayLog } from '../log.ts';
import type { Store } from '../store/store.ts';
import { DedupeWindow } from './dedupe.ts';
import type { Job } from './jobs.ts';
import type { Room } from './room.ts';

/** A room whose ids could not be read stays without a window: what is sent there is refused as `unavailable`. `span`: ids that are remembered. */
export async function fillWindows(jobs: readonly Job[], store: Store, span: number, log: RelayLog): Promise<void> {
  const bare = new Set<Room>();
  for (const job of jobs) {
    if ((job.type === 'send' || job.type === 'commit') && job.membership.room.window === undefined) bare.add(job.membership.room);
  }
  if (bare.size > 0) await Promise.all([...bare].map((room) => fillWindow(room, store, span, log)));
}

async function fillWindow(room: Room, store: Store, span: number, log: RelayLog): Promise<void> {
  const window = new DedupeWindow(span);
  try {
    const recent = room.head === 0 ? [] : await store.recentIds(room.log, span);
    for (const { id, seq } of recent) window.add(seq, id);
    room.window = window;
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'the store could not be read');
  }
}
