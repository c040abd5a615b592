/** An error as data, so that it can cross from one context to another. */
import { EngineError, type Problem, type ProblemCode } from '../engine/api.ts';
import { StorageError } from '../engine/ports/storage.ts';

const STORAGE_PROBLEMS: Readonly<Record<StorageError['code'], ProblemCode>> = { full: 'storage-full', failed: 'storage-failed', 'newer-schema': 'newer-schema' };

export function problemOf(error: unknown): Problem {
  if (error instanceof EngineError) return error.problem;
  if (error instanceof StorageError) return { code: STORAGE_PROBLEMS[error.code], detail: error.message };
  return { code: 'internal', detail: error instanceof Error ? error.message : String(error) };
}
