/** The store's own thread: SQLite waits for the disk here, and nobody else does. Started by `threaded.ts` with the folder. */
import { parentPort, workerData } from 'node:worker_threads';
import { packFrames, unpackWrites } from './packed.ts';
import { sqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';
import { faultOf, type Call, type Loaded, type Reply } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('the store’s thread is no program of its own');

const tell = (reply: Reply, hand: ArrayBuffer[] = []): void => port.postMessage(reply, hand);

function begin(): Store | undefined {
  try {
    return sqliteStore(workerData as string);
  } catch (error) {
    tell({ failed: faultOf(error) });
    return undefined;
  }
}

async function answer(store: Store, asked: Call): Promise<void> {
  const { call } = asked;
  try {
    switch (asked.method) {
      case 'write':
        await store.write(unpackWrites(asked.writes));
        tell({ call, value: undefined });
        return;
      case 'load':
        tell({ call, value: await Promise.all(asked.rooms.map(async (room): Promise<Loaded> => store.load(room).then((record) => ({ record }), (error: unknown) => ({ fault: faultOf(error) })))) });
        return;
      case 'read': {
        const frames = packFrames(await store.read(...asked.args));
        tell({ call, frames }, [frames.bytes.buffer, frames.lengths.buffer]);
        return;
      }
      case 'close':
        await store.close();
        tell({ call, value: undefined });
        port?.close();
        return;
      default:
        tell({ call, value: await (store[asked.method] as (...args: readonly unknown[]) => Promise<unknown>)(...asked.args) });
    }
  } catch (error) {
    tell({ call, fault: faultOf(error) });
  }
}

const store = begin();
if (store !== undefined) {
  // SQLite answers before it returns, so calls are worked off in their order.
  port.on('message', (asked: Call) => void answer(store, asked));
  tell({ opened: store.newLog() - 1 });
}
