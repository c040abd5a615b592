/** What the browser is told about the app that it is served. */

/** `origins`: by which the relay is reached; `others`: of relays that the app may talk to as well. Sockets go to them alone. */
export function securityHeaders(origins: readonly string[], others: readonly string[] = []): Readonly<Record<string, string>> {
  // A literal IPv6 address is no source that a policy knows; 'self' covers the page's own origin, sockets included.
  const named = (list: readonly string[]): string[] => list.filter((origin) => !origin.includes('['));
  const socket = (origin: string): string => origin.replace(/^http/, 'ws');
  // Attachments go over HTTP, and a room may be reached by another of this relay's names than the page.
  const reached = named([...origins, ...others]).flatMap((origin) => [origin, socket(origin)]);
  const policy = {
    'default-src': ["'none'"],
    // libsodium is WebAssembly; nothing is ever evaluated from text.
    'script-src': ["'self'", "'wasm-unsafe-eval'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'blob:', 'data:'],
    // Films and voice messages, once they are opened on this device.
    'media-src': ['blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...reached],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['lit-html', 'sotto'],
  };
  return {
    'content-security-policy': Object.entries(policy).map(([name, values]) => `${name} ${values.join(' ')}`).join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(self), geolocation=(self), payment=(), usb=(), interest-cohort=()',
    ...(origins.every((origin) => origin.startsWith('https:')) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Within the app's folder. */
const HASHED = /^assets[\\/]/;

/** Files whose name holds the hash of their content never change; all else is asked about anew. */
export const cacheControl = (path: string): string => (HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
