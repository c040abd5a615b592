import type { Member } from './leaf.ts';

/** Everything that can go wrong with a message or a group, and what to do about it. */
export const MLS_ERRORS = {
  malformed: 'The bytes are no MLS message of a kind that is used here. Drop them.',
  'wrong-epoch': 'The message belongs to another epoch. Catch up, or drop it where it is older than what is kept.',
  'not-authentic': 'A signature, tag or credential does not verify. Drop it and say so.',
  unreadable: 'It cannot be decrypted: its key was used up, or it is damaged. Drop it and say so.',
  forbidden: 'It is valid MLS that is not allowed here: policy refuses it, or its shape is. Drop it and name its sender.',
  'not-a-member': 'This device is not, or no longer, in the group.',
  'bad-state': 'The stored group cannot be read. Offer to join again.',
} as const;

export type MlsErrorCode = keyof typeof MLS_ERRORS;

export class MlsError extends Error {
  readonly code: MlsErrorCode;
  /** Who signed what is wrong, where their signature was found to hold. */
  readonly signer: Member | undefined;
  constructor(code: MlsErrorCode, options: ErrorOptions & { readonly signer?: Member } = {}) {
    super(MLS_ERRORS[code], options);
    this.name = 'MlsError';
    this.code = code;
    this.signer = options.signer;
  }
}

/** The facade's edge: whatever the library throws at bad input leaves as one typed error. */
export async function atTheEdge<T>(code: MlsErrorCode, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw cause instanceof MlsError ? cause : new MlsError(code, { cause });
  }
}
