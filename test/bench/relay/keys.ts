/** Rooms on our relay, and the answers to its greetings: the generator holds no keys. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeControl, type ClientControl } from '../../../shared/control.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import type { Seq } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';

/** Connections that make rooms side by side: their commits share fsyncs. */
const MAKERS = 64;

export class Rooms {
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

  /** Opens rooms from `first` on and pulls each after those cursors, as frames behind their lengths (u32, of this machine's order), in hex. */
  script(hello: Uint8Array, first: number, count: number, cursors: readonly number[]): string {
    const greeting = decodeRelayFrame(hello);
    if (greeting.type !== 'control' || greeting.control.t !== 'hello') throw new Error('that was no hello');
    const { nonce } = greeting.control;
    const controls = this.#epochs.slice(first, first + count).flatMap(({ room, id, pair }): ClientControl[] => [
      { t: 'open', ref: 1, room, epoch: id, sig: pair.sign(openStatement({ origin: this.#origin, room, epoch: id, nonce })) },
      ...cursors.map((after): ClientControl => ({ t: 'pull', ref: 2, room, after: after as Seq, limit: 1000 })),
    ]);
    return Buffer.concat(controls.flatMap((control) => {
      const frame = encodeControl(control);
      return [Buffer.from(Uint32Array.of(frame.length).buffer), frame];
    })).toString('hex');
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
