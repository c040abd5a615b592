/**
 * Trusted Types: under our policy a script's URL has to come through here, and only those of our own origin do.
 * Browsers without Trusted Types take the URL as it is.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

function ownOriginOnly(url: string): string {
  const absolute = new URL(url, location.href);
  if (absolute.origin !== location.origin) throw new TypeError('Only scripts of this origin are run.');
  return absolute.href;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy: ScriptUrlPolicy = trustedTypes?.createPolicy('sotto', { createScriptURL: ownOriginOnly }) ?? { createScriptURL: ownOriginOnly };

/** Throws TypeError for a URL of another origin. */
export const trustedScriptUrl = (url: string): string => policy.createScriptURL(url);
