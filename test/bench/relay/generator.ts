/** Runs the compiled generator (`test/bench/load/`) once, and answers the greetings of our relay for it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { Signer, type Keys, type Rooms } from './keys.ts';
import type { Server } from './servers.ts';

/** See the settings in `load/load.h`. */
export interface Load {
  readonly groups: number;
  readonly members: number;
  /** Rooms that every connection of a group has open. */
  readonly perConnection?: number;
  readonly window?: number;
  readonly byDeliveries?: boolean;
  /** Messages a second; as fast as the window lets, where it is absent. */
  readonly rate?: number;
  readonly warm?: number;
  /** Without, it only connects. */
  readonly seconds?: number;
  /** After so many acked it ends early. */
  readonly messages?: number;
  readonly atOnce?: number;
  readonly closeWhenReady?: boolean;
  /** So often all hang up when they are ready, and come again when {@link Generator.again} is called: to our relay, by ticket. */
  readonly reconnect?: number;
  /** Where each room is pulled from before the connection counts as ready; from its beginning by default. */
  readonly cursors?: readonly number[];
}

export interface Readied {
  readonly seconds: number;
  readonly connections: number;
  readonly delivered: number;
}

/** Times in milliseconds, from when a message was due to be sent. */
export interface Measured {
  readonly seconds: number;
  readonly acked: number;
  readonly delivered: number;
  readonly ackP50: number;
  readonly ackP99: number;
  readonly deliveryP50: number;
  readonly deliveryP99: number;
  /** Seconds of processor time that the generator used meanwhile: as long as they are fewer than `seconds`, it was not what held things up. */
  readonly generatorCpu: number;
  /** Seconds of processor time that the server used meanwhile. */
  readonly cpu: number;
}

export class Generator {
  readonly server: Server;
  readonly ready: Promise<Readied>;
  /** Of a load with `seconds`. */
  readonly measured: Promise<Measured>;
  readonly #child: ChildProcess;
  readonly #heard: <T>(word: string) => Promise<T>;
  #gone: Promise<void>;

  /** `rooms`: those that our relay's connections open. */
  constructor(program: string, server: Server, load: Load, rooms?: Rooms) {
    const keys: Keys = rooms ?? new Signer();
    const { groups, members, perConnection = 1, cursors = [0] } = load;
    const settings = {
      protocol: server.name, port: server.port, groups, members, per_connection: perConnection, window: load.window, rate: load.rate, warm: load.warm,
      seconds: load.seconds, at_once: load.atOnce, messages: load.messages, by_deliveries: load.byDeliveries, close_when_ready: load.closeWhenReady, reconnect: load.reconnect, rooms_file: rooms?.file,
    };
    this.server = server;
    const child = spawn(program, Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    const said = new EventEmitter();
    const heard = async <T>(word: string): Promise<T> => ((await once(said, word)) as [T])[0];
    this.ready = heard('ready');
    this.#heard = heard;
    this.#gone = heard('gone');
    this.measured = heard('measured');
    for (const promise of [this.ready, this.#gone, this.measured]) promise.catch(() => undefined); // nobody need wait for both
    let cpu = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word = '', ...rest] = line.split(' ');
      switch (word) {
        case 'hello': {
          const [index, group, hex = ''] = rest;
          child.stdin.write(`${index} ${keys.script(Buffer.from(hex, 'hex'), Number(group), perConnection, cursors)}\n`);
          return;
        }
        case 'ready':
        case 'returned':
          said.emit(word, JSON.parse(rest.join(' ')) as Readied);
          return;
        case 'gone':
          said.emit(word);
          return;
        case 'measuring':
          cpu = server.cpu();
          server.begin();
          return;
        case 'measured':
          said.emit('measured', { ...(JSON.parse(rest.join(' ')) as Omit<Measured, 'cpu'>), cpu: server.cpu() - cpu } satisfies Measured);
          return;
        default:
          throw new Error(`the generator said: ${line}`);
      }
    });
    child.once('exit', (code) => {
      if (said.listenerCount('error') > 0) said.emit('error', new Error(`the generator ended with ${code} on ${server.name}`));
    });
  }

  /** Of a load with `reconnect`: when everybody has hung up, and the server has noticed, they come again; resolves when all are back. */
  async again(noticed: () => Promise<unknown>): Promise<Readied> {
    await this.#gone;
    await noticed();
    const returned = this.#heard<Readied>('returned');
    this.#gone = this.#heard('gone');
    this.#gone.catch(() => undefined); // after the last time nobody goes
    this.#child.stdin?.write('again\n');
    return returned;
  }

  /** Lets go of the connections. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await gone;
  }
}
