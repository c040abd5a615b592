/**
 * The SQLite store on a thread of its own. A commit waits for the disk; on the relay's thread everything else would wait
 * with it: frames that come in, answers that go out, the heartbeat.
 */
import { copyOf } from '../bytes.ts';
import { packWrites, unpackFrames } from './packed.ts';
import { StoreError, type LogNumber, type Store } from './store.ts';
import { errorOf, PLAIN_METHODS, type Call, type PlainMethod, type Reply } from './thread-messages.ts';
import { startThread } from './thread-start.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens or makes the database in a folder.
 * @throws StoreError as `sqliteStore` does
 */
export async function threadedStore(folder: string): Promise<Store> {
  const worker = startThread(folder);
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended = false;
  let closing = false;
  let lose: (error: StoreError) => void = () => undefined;
  const lost = new Promise<StoreError>((resolve) => { lose = resolve; });

  const last = await new Promise<number>((resolve, reject) => {
    worker.on('message', (reply: Reply) => {
      if ('opened' in reply) return resolve(reply.opened);
      if ('failed' in reply) return reject(errorOf(reply.failed));
      const caller = waiting.get(reply.call);
      waiting.delete(reply.call);
      if (waiting.size === 0) worker.unref();
      if ('fault' in reply) caller?.reject(errorOf(reply.fault));
      else caller?.resolve('frames' in reply ? unpackFrames(reply.frames) : reply.value);
    });
    const gone = (cause?: unknown): void => {
      ended = true;
      const error = new StoreError('write-failed', 'The store’s thread has ended.', { cause });
      reject(error);
      for (const caller of waiting.values()) caller.reject(error);
      waiting.clear();
      if (!closing) lose(error);
    };
    worker.once('error', gone);
    worker.once('exit', () => gone());
  });
  worker.unref(); // only what is under way keeps the process

  function ask<T>(make: (call: number) => Call, hand: ArrayBuffer[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (ended) return reject(new StoreError('write-failed', 'The store’s thread has ended.'));
      const call = ++calls;
      if (waiting.size === 0) worker.ref();
      waiting.set(call, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage(make(call), hand);
    });
  }
  const plain = (method: PlainMethod) => (...args: readonly unknown[]) =>
    // Of a view, all that it is a view on would cross.
    ask((call) => ({ call, method, args: args.map((arg) => (arg instanceof Uint8Array ? copyOf(arg) : arg)) }) as Call);
  const asked = Object.fromEntries(Object.keys(PLAIN_METHODS).map((method) => [method, plain(method as PlainMethod)])) as unknown as Pick<Store, PlainMethod>;

  let log = last;
  return {
    ...asked,
    newLog: () => ++log as LogNumber,
    write(batch) {
      const writes = packWrites(batch);
      return ask((call) => ({ call, method: 'write', writes }), [writes.frames.bytes.buffer, writes.frames.lengths.buffer, writes.places.buffer]);
    },
    read: (...args) => ask((call) => ({ call, method: 'read', args })),
    gone: lost,
    async close() {
      closing = true;
      if (!ended) await asked.close();
    },
  };
}
