/** What crosses from a page to the engine and back: plain data, by structured clone. */
import type { AppLock, Engine, EngineEvent, Problem } from '../engine/api.ts';

/** What runs in the worker that leads: an engine, behind the lock of the app. */
export type LockableEngine = Engine & AppLock;

/** Everything but what only a page's own connection can do. */
type EngineMethod = Exclude<keyof Engine, 'subscribe' | 'close'>;
export type Method = EngineMethod | keyof AppLock;

export const ENGINE_METHODS = [
  'state', 'createProfile', 'createRoom', 'createInvite', 'invites', 'previewInvite', 'join', 'removeMember', 'send', 'timeline', 'markRead', 'typing', 'attend', 'setPlace', 'setDraft', 'search',
  'edit', 'deleteForAll', 'deleteHere', 'react', 'pin', 'vote', 'closePoll', 'message', 'versions', 'thread', 'pinned',
  'stage', 'staged', 'copyTo', 'unstage', 'open', 'pause', 'resume', 'unsend', 'roomMedia',
  'dismissAlarm', 'wake', 'pushKey', 'setPush', 'setName', 'setPreferences', 'renameRoom', 'setLook', 'setSettings', 'revokeInvite', 'answerKnock', 'setRole', 'unban', 'leave',
  'forget', 'messagePerson', 'answerRequest', 'moveRoom', 'security', 'safetyNumber', 'verify', 'setVerified', 'acknowledge', 'rejoin',
] as const satisfies readonly EngineMethod[];

export const METHODS: readonly Method[] = [...ENGINE_METHODS, 'lockState', 'unlock', 'addLock', 'removeLock', 'setLockSettings', 'lock', 'stayUnlocked', 'wipe'];

/**
 * Calls that may be made twice: reads, and those that say what is to be the case. `send` is one because its id is
 * the caller's. They are made again at the next leader; the others are told that it is not known whether they were done.
 */
const REPEATABLE: ReadonlySet<Method> = new Set<Method>(['lockState', 'setLockSettings', 'stayUnlocked', 'state', 'invites', 'previewInvite', 'send', 'timeline', 'search', 'deleteHere', 'message', 'versions', 'thread', 'pinned', 'staged', 'unstage', 'open', 'pause', 'resume', 'roomMedia', 'markRead', 'typing', 'attend', 'setPlace', 'setDraft', 'dismissAlarm', 'wake', 'pushKey', 'setPush', 'security', 'safetyNumber', 'setVerified']);

export const isRepeatable = (method: Method): boolean => REPEATABLE.has(method);

export interface Call {
  readonly kind: 'call';
  readonly id: string;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type Answer = { readonly kind: 'answer'; readonly id: string; readonly value: unknown } | { readonly kind: 'failure'; readonly id: string; readonly problem: Problem };

export interface News {
  readonly kind: 'news';
  readonly event: EngineEvent;
}

/** Between the workers of one browser. */
export type Between =
  | Call
  | Answer
  | News
  /** I lead: whoever waits may ask me. */
  | { readonly kind: 'leading'; readonly leader: string }
  /** Is there a leader? */
  | { readonly kind: 'who-leads' };

/** A call by name, with its arguments unchecked: both ends are of one build, and {@link LockableEngine} is their contract. */
export function callMethod(engine: Engine | LockableEngine, { method, args }: Pick<Call, 'method' | 'args'>): Promise<unknown> {
  const run = (engine as LockableEngine)[method] as (...given: readonly unknown[]) => Promise<unknown>;
  return run.apply(engine, [...args]);
}
