/** Rooms on our relay, and the answers to greetings: the generator holds no keys. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeControl } from '../../../shared/control.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import type { Seq } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';

/** Connections that make rooms side by side: their commits share fsyncs. */
const MAKERS = 64;

/** What the generator says for a connection, and when it waits for an answer: see `load/script.c`. */
const PAUSE = new Uint8Array();
const scriptOf = (frames: readonly Uint8Array[]): string => Buffer.concat(frames.flatMap((frame) => [Buffer.from(Uint32Array.of(frame.length).buffer), frame])).toString('hex');

/** Answers the greetings of one server. */
export interface Keys {
  script(hello: Uint8Array, group: number, perConnection: number, cursors: readonly number[]): string;
}

/** For the bare server: the nonce, signed. */
export class Signer implements Keys {
  readonly #pair = new Pair();

  script(hello: Uint8Array, group: number): string {
    return scriptOf([Buffer.concat([Buffer.from(`j${group}`), this.#pair.sign(hello.subarray(1))])]);
  }
}

export class Rooms implements Keys {
  readonly #epochs: readonly TestEpoch[];
  readonly #origin: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sotto-bench-rooms-'));

  private constructor(origin: string, epochs: readonly TestEpoch[]) {
    this.#origin = origin;
    this.#epochs = epochs;
    writeFileSync(this.file, Buffer.concat(epochs.flatMap(({ room, id }) => [room, id])));
  }

  static async make(port: number, count: number): Promise<Rooms> {
    const origin = `http://127.0.0.1:${port}`;
    const epochs: TestEpoch[] = [];
    let left = count;
    await Promise.all(Array.from({ length: Math.min(MAKERS, count) }, async () => {
      const client = await RelayClient.connect(origin);
      while (left-- > 0) {
        const epoch = await client.create(new Pair());
        await client.closeRoom(epoch.room);
        client.controls.length = 0;
        epochs.push(epoch);
      }
      await client.end();
    }));
    return new Rooms(origin, epochs);
  }

  /** Room and epoch id of each. */
  get file(): string {
    return join(this.#folder, 'rooms');
  }

  script(hello: Uint8Array, group: number, perConnection: number, cursors: readonly number[]): string {
    const greeting = decodeRelayFrame(hello);
    if (greeting.type !== 'control' || greeting.control.t !== 'hello') throw new Error('that was no hello');
    const { nonce } = greeting.control;
    const first = group * perConnection;
    return scriptOf(this.#epochs.slice(first, first + perConnection).flatMap(({ room, id, pair }) => [
      encodeControl({ t: 'open', ref: 1, room, epoch: id, sig: pair.sign(openStatement({ origin: this.#origin, room, epoch: id, nonce })) }),
      ...cursors.flatMap((after) => [encodeControl({ t: 'pull', ref: 2, room, after: after as Seq, limit: 1000 }), PAUSE]),
    ]));
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
