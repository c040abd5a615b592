import type { TimelineItem } from '../../engine/api.ts';

/** Whether there is more on either side of what is shown. */
export interface Ends {
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/**
 * New and changed items among those that are shown: by id, in log order, queued ones last in the order in which
 * they were sent. Items beyond an end where there is more are left for when somebody scrolls there.
 */
export function mergeItems(shown: readonly TimelineItem[], changed: readonly TimelineItem[], { hasOlder, hasNewer }: Ends = { hasOlder: false, hasNewer: false }): readonly TimelineItem[] {
  if (changed.length === 0) return shown;
  const byId = new Map<string, TimelineItem>(shown.map((item) => [item.id, item]));
  const oldest = shown.find((item) => item.position !== null)?.position ?? null;
  const newest = shown.findLast((item) => item.position !== null)?.position ?? null;
  for (const item of changed) {
    const isOlder = hasOlder && oldest !== null && item.position !== null && item.position < oldest;
    const isNewer = hasNewer && newest !== null && rank(item) > newest;
    if (byId.has(item.id) || !(isOlder || isNewer)) byId.set(item.id, item);
  }
  // Map keeps the order of first insertion, and sort is stable: so queued messages stay in the order of sending.
  return [...byId.values()].sort((a, b) => rank(a) - rank(b));
}

const rank = (item: TimelineItem): number => item.position ?? Number.MAX_SAFE_INTEGER;
