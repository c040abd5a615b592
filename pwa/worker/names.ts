/** By which the contexts of one browser find each other: page workers, pages and the service worker. */
export const PROFILE = 'default';

/** The Web Lock of whoever runs the profile's engine, and the channel to it; see `host.ts`. */
export const leaderOf = (profile: string): string => `sotto:${profile}`;

/** Between the service worker and the page that shows notifications. */
export const NOTICES = `sotto:${PROFILE}:notices`;

export type NoticeMessage =
  /** The service worker was woken by a push. */
  | { readonly kind: 'pushed' }
  /** A page has looked, and shown what there was. */
  | { readonly kind: 'told'; readonly shown: number };
