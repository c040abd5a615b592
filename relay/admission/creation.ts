/** Who may make rooms: everybody, whoever brings a token that the operator gave out, or nobody. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { assertNever } from '../../shared/never.ts';

export type CreationPolicy =
  | { readonly rooms: 'open' }
  | { readonly rooms: 'token'; readonly tokens: readonly string[] }
  | { readonly rooms: 'off' };

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Answers whether a creation with that token is let through, in a time that tells nothing about the tokens. */
export function creationGate(policy: CreationPolicy): (token: string | undefined) => boolean {
  switch (policy.rooms) {
    case 'open': return () => true;
    case 'off': return () => false;
    case 'token': {
      const digests = policy.tokens.map(digestOf);
      return (token) => {
        const digest = digestOf(token ?? '');
        let found = false;
        for (const known of digests) found = timingSafeEqual(known, digest) || found;
        return found && token !== undefined;
      };
    }
    default: return assertNever(policy);
  }
}
