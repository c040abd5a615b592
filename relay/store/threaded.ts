/**
 * The SQLite store on a thread of its own. A commit waits for the disk; on the relay's thread everything else would wait
 * with it: frames that come in, answers that go out, the heartbeat.
 */
import { copyOf } from '../bytes.ts';
import { packWrites, unpackFrames } from './packed.ts';
import type { RoomId } from '../../shared/ids.ts';
import { StoreError, type LogNumber, type RoomRecord, type Store } from './store.ts';
import { errorOf, PLAIN_METHODS, type Call, type Loaded, type PlainMethod, type Reply } from './thread-messages.ts';
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

  const load = gathering((rooms) => ask<readonly Loaded[]>((call) => ({ call, method: 'load', rooms })));
  let log = last;
  return {
    ...asked,
    newLog: () => ++log as LogNumber,
    write(batch) {
      const writes = packWrites(batch);
      return ask((call) => ({ call, method: 'write', writes }), [writes.frames.bytes.buffer, writes.frames.lengths.buffer, writes.places.buffer]);
    },
    load,
    read: (...args) => ask((call) => ({ call, method: 'read', args })),
    gone: lost,
    async close() {
      closing = true;
      if (!ended) await asked.close();
    },
  };
}

/** Rooms that are asked for in one turn of the event loop go in one message: to wake another thread costs more than to look a room up. */
function gathering(ask: (rooms: readonly RoomId[]) => Promise<readonly Loaded[]>): Store['load'] {
  let gathered: { readonly room: RoomId; readonly resolve: (record: RoomRecord | undefined) => void; readonly reject: (error: Error) => void }[] = [];
  const send = async (): Promise<void> => {
    const asked = gathered;
    gathered = [];
    try {
      const loaded = await ask(asked.map(({ room }) => room));
      asked.forEach(({ resolve, reject }, i) => {
        const one = loaded[i];
        if (one === undefined) reject(new StoreError('write-failed', 'The store’s thread did not answer.'));
        else if ('fault' in one) reject(errorOf(one.fault));
        else resolve(one.record);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error instanceof Error ? error : new StoreError('write-failed', 'The store could not be asked.', { cause: error }));
    }
  };
  return (room) => new Promise((resolve, reject) => {
    if (gathered.length === 0) setImmediate(() => void send());
    gathered.push({ room: copyOf(room), resolve, reject });
  });
}
