/**
 * What a QR code for two people holds: `sotto-verify:1:<shower's identity>:<identity that the shower has of the other>`,
 * keys in base64url. Whoever scans holds both against what they have: all 32 bytes of each, not digits of them.
 */
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import type { Verification } from '../api.ts';
import type { IdentityKey } from '../mls/index.ts';

const PREFIX = 'sotto-verify:1:';
const IDENTITY_BYTES = 32;

interface SafetyCode {
  readonly shower: IdentityKey;
  readonly other: IdentityKey;
}

export const encodeSafetyCode = ({ shower, other }: SafetyCode): string => `${PREFIX}${toBase64Url(shower)}:${toBase64Url(other)}`;

/** Undefined for any other text. */
export function decodeSafetyCode(text: string): SafetyCode | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(PREFIX)) return undefined;
  const [shower, other, ...rest] = trimmed.slice(PREFIX.length).split(':').map(identityFrom);
  return shower === undefined || other === undefined || rest.length > 0 ? undefined : { shower, other };
}

function identityFrom(text: string): IdentityKey | undefined {
  const key = fromBase64Url(text);
  return key?.length === IDENTITY_BYTES ? (key as IdentityKey) : undefined;
}

/**
 * `me` scans what should be `person`'s screen. A code of a third person who has this very key of mine is
 * simply the wrong screen, as is my own; one in which nothing fits is what a person in between looks like.
 */
export function compareCode(me: IdentityKey, person: IdentityKey, scanned: string): Verification {
  const code = decodeSafetyCode(scanned);
  if (code === undefined) return 'not-a-code';
  const isPerson = equalBytes(code.shower, person);
  const hasMe = equalBytes(code.other, me);
  if (isPerson) return hasMe ? 'verified' : 'mismatch';
  return hasMe || equalBytes(code.shower, me) ? 'wrong-person' : 'mismatch';
}
