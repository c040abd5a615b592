/** The servers that are compared, each in a process of its own, on loopback. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Answer, Question } from './observed.ts';

/** Names of the generator's protocols too. */
export const SERVERS = ['sotto', 'bare', 'socketio', 'mqtt', 'nats'] as const;
export type ServerName = (typeof SERVERS)[number];

/** USER_HZ, which is 100 on every Linux that there is (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;
const START_PATIENCE = 10_000;

export class Server {
  readonly name: ServerName;
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  constructor(name: ServerName, port: number, process: ChildProcess, folder: string) {
    this.name = name;
    this.port = port;
    this.#process = process;
    this.#folder = folder;
  }

  /** Seconds of processor time that it has used. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Of those that run on Node. */
  async ask(question: Exclude<Question, 'begin'>): Promise<Answer> {
    const answer = once(this.#process, 'message');
    this.#process.send(question);
    const [message] = (await answer) as [Answer];
    return message;
  }

  begin(): void {
    if (this.#process.connected) this.#process.send('begin' satisfies Question);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      if (this.#process.connected) this.#process.disconnect(); // it exits in good order: a profile of it is written
      else this.#process.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Undefined where it is not installed. `built`: the folder of our own servers. */
export async function start(name: ServerName, built: string): Promise<Server | undefined> {
  const folder = mkdtempSync(join(tmpdir(), `sotto-bench-${name}-`));
  switch (name) {
    case 'sotto':
    case 'bare':
    case 'socketio':
      return startOurs(name, built, folder);
    case 'mqtt':
      return startProgram(name, 'mosquitto', folder, (port) => [
        'mosquitto.conf',
        `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\nlog_type error\n`,
        ['-c'],
      ]);
    case 'nats': {
      const server = await startProgram(name, 'nats-server', folder, (port, other) => [
        'nats.conf',
        `listen: "127.0.0.1:${other}"\nwebsocket { listen: "127.0.0.1:${port}", no_tls: true, compression: false }\njetstream { store_dir: "${folder}" }\nmax_pending: 256MB\nlogtime: false\nlog_file: "${join(folder, 'log')}"\n`,
        ['-c'],
      ]);
      if (server !== undefined) await addStream(server.port);
      return server;
    }
  }
}

async function startOurs(name: ServerName, built: string, folder: string): Promise<Server> {
  const flags = (process.env['SOTTO_BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
  const child = spawn(process.execPath, ['--expose-gc', ...flags, '--import', join(built, 'observe.js'), join(built, `${name}.js`), folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, NODE_ENV: 'production' },
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), ended(child, name)])) as [{ port: number }];
  return new Server(name, port, child, folder);
}

async function startProgram(
  name: ServerName, program: string, folder: string, configure: (port: number, other: number) => readonly [file: string, text: string, flags: readonly string[]],
): Promise<Server | undefined> {
  // Debian puts servers where not every PATH looks.
  const found = [program, `/usr/sbin/${program}`].find((path) => spawnSync(path, ['-h'], { stdio: 'ignore' }).error === undefined);
  if (found === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const port = await freePort();
  const [file, text, flags] = configure(port, await freePort());
  const path = join(folder, file);
  writeFileSync(path, text);
  const child = spawn(found, [...flags, path], { stdio: 'ignore' });
  await Promise.race([listening(port), ended(child, name)]);
  return new Server(name, port, child, folder);
}

async function ended(child: ChildProcess, name: string): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`${name} ended with ${code}`);
}

async function listening(port: number): Promise<void> {
  for (const until = Date.now() + START_PATIENCE; Date.now() < until; await pause(20)) {
    const socket = connect(port, '127.0.0.1');
    const heard = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
    socket.destroy();
    if (heard) return;
  }
  throw new Error(`nothing listens on ${port}`);
}

/** A stream that stores every room's messages in files (JetStream API, STREAM.CREATE). */
async function addStream(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await once(socket, 'open');
  const request = JSON.stringify({ name: 'rooms', subjects: ['room.>'], storage: 'file', retention: 'limits', discard: 'old', max_bytes: 4 * 2 ** 30, num_replicas: 1 });
  socket.send(Buffer.from(`CONNECT {"verbose":false}\r\nSUB made 1\r\nPUB $JS.API.STREAM.CREATE.rooms made ${request.length}\r\n${request}\r\n`));
  let heard = '';
  while (!/"did_create":true/.test(heard)) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    heard += data.toString();
    if (/"error"|-ERR/.test(heard)) throw new Error(`nats-server made no stream: ${heard}`);
  }
  socket.terminate();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
