/** What the relay and its store's thread say to each other. */
import type { PackedFrames, PackedWrites } from './packed.ts';
import type { RoomId } from '../../shared/ids.ts';
import { StoreError, type RoomRecord, type Store, type StoreErrorCode } from './store.ts';

/** What is asked as it stands; `write`, `read` and `load` have forms of their own. */
export type PlainMethod = Exclude<keyof Store, 'newLog' | 'write' | 'read' | 'load' | 'gone'>;

export const PLAIN_METHODS: Record<PlainMethod, true> = {
  recentIds: true, groupInfo: true, sweep: true, usage: true, logs: true, survey: true, plan: true, trim: true, prune: true, close: true,
  subscribe: true, unsubscribe: true, subscriptions: true, subscribedLogs: true,
};

/** `call` is a number that comes back. */
export type Call =
  | { readonly call: number; readonly method: 'write'; readonly writes: PackedWrites }
  | { readonly call: number; readonly method: 'load'; readonly rooms: readonly RoomId[] }
  | { readonly call: number; readonly method: 'read'; readonly args: Parameters<Store['read']> }
  | { readonly [M in PlainMethod]: { readonly call: number; readonly method: M; readonly args: Parameters<Store[M]> } }[PlainMethod];

/** For each room that was asked for. */
export type Loaded = { readonly record: RoomRecord | undefined } | { readonly fault: Fault };

export type Reply =
  /** First of all: the last log number that was given out. */
  | { readonly opened: number }
  | { readonly failed: Fault }
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly frames: PackedFrames }
  | { readonly call: number; readonly fault: Fault };

/** An error without its class, which does not cross. */
export interface Fault {
  /** Undefined for what the store did not foresee. */
  readonly code: StoreErrorCode | undefined;
  readonly message: string;
  /** The code of its cause, such as SQLite's. */
  readonly cause: string | undefined;
}

const codeOf = (error: unknown): string | undefined => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

export function faultOf(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return { code: error.code, message, cause: codeOf(error.cause) };
  return { code: undefined, message, cause: codeOf(error) };
}

export function errorOf({ code, message, cause }: Fault): Error {
  const underlying = cause === undefined ? undefined : Object.assign(new Error(message), { code: cause });
  if (code === undefined) return underlying ?? new Error(message);
  return new StoreError(code, message, underlying === undefined ? undefined : { cause: underlying });
}
