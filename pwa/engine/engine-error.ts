/** Whatever is thrown, as data. */
import { EngineError, type Problem } from './api.ts';
import { StorageError, SupersededError } from './ports/storage.ts';

export function asEngineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  return new EngineError(codeOf(cause), cause instanceof Error ? cause.message : 'Something unforeseen happened.', { cause });
}

export function codeOf(cause: unknown): Problem['code'] {
  if (cause instanceof SupersededError) return 'superseded';
  if (!(cause instanceof StorageError)) return 'internal';
  switch (cause.code) {
    case 'full':
      return 'storage-full';
    case 'failed':
      return 'storage-failed';
    case 'newer-schema':
      return 'newer-schema';
  }
}
