/** What the app was opened for: a link, a shortcut of the home screen, something shared from another app. */
export type Errand =
  /** The whole link. */
  | { readonly kind: 'invite'; readonly link: string }
  | { readonly kind: 'new-room' | 'scan' | 'share' };

/** `web+sotto:` before a whole invite link: so a link opens the installed app, wherever it was made. */
const SCHEME = 'web+sotto:';

/** Null where the address names a place in the app, or nothing. What it says is gone from the address bar afterwards: it may hold a secret, and is to be done once. */
export function takeErrand(): Errand | null {
  const errand = errandIn(location);
  if (errand !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return errand;
}

export function errandIn({ href, hash }: Pick<Location, 'href' | 'hash'>): Errand | null {
  if (/^#\/?join\//u.test(hash)) return { kind: 'invite', link: href };
  switch (hash) {
    case '#/new':
      return { kind: 'new-room' };
    case '#/scan':
      return { kind: 'scan' };
    case '#/share':
      return { kind: 'share' };
  }
  const [, handed] = /^#\/open\/(.+)$/u.exec(hash) ?? [];
  return handed === undefined ? null : { kind: 'invite', link: unwrapped(handed) };
}

/** What is no link stays as it is: the screen that it opens says so. */
function unwrapped(handed: string): string {
  try {
    const whole = decodeURIComponent(handed);
    const link = whole.startsWith(SCHEME) ? whole.slice(SCHEME.length) : whole;
    return link.startsWith('//') ? `https:${link}` : link;
  } catch {
    return handed; // not encoded as it should be
  }
}
