/** A {@link LockableEngine} whose methods are calls that somebody else carries. */
import { EngineError, type Engine, type EngineEvent } from '../engine/api.ts';
import { METHODS, type Answer, type Call, type LockableEngine, type Method } from './calls.ts';

export class Calls {
  readonly pending = new Map<string, { readonly call: Call; readonly resolve: (value: unknown) => void; readonly reject: (error: EngineError) => void }>();
  readonly #post: (call: Call) => void;

  constructor(post: (call: Call) => void) {
    this.#post = post;
  }

  make(method: Method, args: readonly unknown[]): Promise<unknown> {
    return this.repeat({ kind: 'call', id: crypto.randomUUID(), method, args });
  }

  repeat(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.pending.set(call.id, { call, resolve, reject });
      this.#post(call);
    });
  }

  /** Answers to calls of others are none of its business. */
  settle(answer: Answer): void {
    const waiting = this.pending.get(answer.id);
    if (waiting === undefined) return;
    this.pending.delete(answer.id);
    if (answer.kind === 'answer') waiting.resolve(answer.value);
    else waiting.reject(new EngineError(answer.problem.code, answer.problem.detail));
  }
}

/** Engine's methods over `calls`; its events as they come in through `listeners`. */
export function proxyEngine(calls: Calls, listeners: Set<(event: EngineEvent) => void>, close: () => void): LockableEngine {
  const methods = Object.fromEntries(METHODS.map((method) => [method, (...args: readonly unknown[]) => calls.make(method, args)]));
  const own: Pick<Engine, 'subscribe' | 'close'> = {
    subscribe(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    async close() {
      close();
    },
  };
  // Each method is there by METHODS, which is checked against the interface.
  return Object.assign(methods, own) as unknown as LockableEngine;
}
