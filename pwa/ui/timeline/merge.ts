import type { TimelineItem } from '../../engine/api.ts';

/**
 * New and changed items among those that are shown: by id, in log order, queued ones last in the order in which
 * they were sent. Items older than what is shown are left for when somebody scrolls there.
 */
export function mergeItems(shown: readonly TimelineItem[], changed: readonly TimelineItem[], hasOlder: boolean): readonly TimelineItem[] {
  const byId = new Map<string, TimelineItem>(shown.map((item) => [item.id, item]));
  const oldest = shown.find((item) => item.position !== null)?.position ?? null;
  for (const item of changed) {
    const isOlder = hasOlder && oldest !== null && item.position !== null && item.position < oldest;
    if (byId.has(item.id) || !isOlder) byId.set(item.id, item);
  }
  // Map keeps the order of first insertion, and sort is stable: so queued messages stay in the order of sending.
  return [...byId.values()].sort((a, b) => rank(a) - rank(b));
}

const rank = (item: TimelineItem): number => item.position ?? Number.MAX_SAFE_INTEGER;
