/**
 * What `Intl` is asked for: the app's language, in the person's own variety of it where the device names one; how they
 * write an hour or a date is theirs.
 */
export function spoken(): string {
  const page = globalThis.document?.documentElement.lang || 'en';
  return globalThis.navigator?.languages?.find((own) => own === page || own.startsWith(`${page}-`)) ?? page;
}
