/**
 * Ports that can crash: every call of the engine to the world is a point at which the process may die,
 * before the call took effect or after. A dead engine's calls never return, and its writes and frames stop.
 */
import type { EngineOptions } from '../../pwa/engine/options.ts';
import type { Storage } from '../../pwa/engine/ports/storage.ts';

export type When = 'before' | 'after';

export interface Fuse {
  /** Asked at each point: true where the process dies there. */
  readonly burns: (point: string, when: When) => boolean;
  /** Told once, when it has died. */
  readonly died: (point: string, when: When) => void;
}

export interface Mortal {
  readonly options: EngineOptions;
  readonly isDead: () => boolean;
  /** Dies now, from outside. */
  kill(): void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export function mortal(options: EngineOptions, fuse: Fuse): Mortal {
  let dead = false;
  const dies = (point: string, when: When): boolean => {
    if (dead) return true;
    if (!fuse.burns(point, when)) return false;
    dead = true;
    fuse.died(point, when);
    return true;
  };
  const risky = async <T>(point: string, call: () => Promise<T>): Promise<T> => {
    if (dies(point, 'before')) return never();
    const result = await call().catch((cause: unknown) => {
      if (dead) return never<T>();
      throw cause;
    });
    return dies(point, 'after') ? never() : result;
  };
  const { storage, transport, blobs, clock, deviceKey } = options;
  const mortalStorage: Storage = {
    claim: () => risky('claim', () => storage.claim()),
    get: (store, key) => risky(`get ${store}`, () => storage.get(store, key)),
    range: (store, range) => risky(`range ${store}`, () => storage.range(store, range)),
    write: (writer, changes) => risky('write', () => storage.write(writer, changes)),
    close: () => { if (!dead) storage.close(); },
  };
  return {
    isDead: () => dead,
    kill: () => { dead = true; },
    options: {
      ...options,
      storage: mortalStorage,
      ...(blobs === undefined ? {} : {
        blobs: {
          head: (at, signal) => risky('head of a blob', () => blobs.head(at, signal)),
          append: (at, piece, signal) => risky('piece of a blob', () => blobs.append(at, piece, signal)),
          delete: (at, signal) => risky('end of a blob', () => blobs.delete(at, signal)),
          async *read(at, range, signal) {
            for await (const bytes of blobs.read(at, range, signal)) yield await risky('bytes of a blob', async () => bytes);
          },
        },
      }),
      deviceKey: { deviceKey: () => risky('device key', () => deviceKey.deviceKey()) },
      clock: { now: () => clock.now(), after: (ms, then) => clock.after(ms, () => { if (!dead) then(); }) },
      transport: {
        connect(relay, events) {
          if (dies('connect', 'before')) return { send: () => undefined, close: () => undefined };
          const line = transport.connect(relay, {
            opened: () => { if (!dead) events.opened(); },
            frame: (bytes) => { if (!dead && !dies('frame', 'before')) events.frame(bytes); },
            closed: (reason) => { if (!dead) events.closed(reason); },
          });
          return {
            send(frame) {
              if (dies('send', 'before')) return;
              line.send(frame);
              dies('send', 'after');
            },
            close: () => { if (!dead) line.close(); },
          };
        },
      },
    },
  };
}
