/** Rooms on our relay, and the answers to greetings: the generator holds no keys. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeControl } from '../../../shared/control.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import { NONCE_BYTES, SIGNATURE_BYTES, type Nonce, type Seq, type Signature } from '../../../shared/ids.ts';
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

interface Prepared {
  readonly cursors: readonly number[];
  /** The nonce is its end. */
  readonly statement: Uint8Array;
  readonly open: Buffer;
  readonly signatureAt: number;
  /** For the generator already. */
  readonly pulls: string;
}

function nonceOf(hello: Uint8Array): Nonce {
  const greeting = decodeRelayFrame(hello);
  if (greeting.type !== 'control' || greeting.control.t !== 'hello') throw new Error('that was no hello');
  return greeting.control.nonce;
}

export class Rooms implements Keys {
  #nonceAt: number | undefined;
  readonly #prepared = new Map<TestEpoch, Prepared>();
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
    const greeting = Buffer.from(hello);
    this.#nonceAt ??= greeting.indexOf(nonceOf(hello));
    const nonce = greeting.subarray(this.#nonceAt, this.#nonceAt + NONCE_BYTES);
    const first = group * perConnection;
    return this.#epochs.slice(first, first + perConnection).map((epoch) => {
      const known = this.#prepared.get(epoch);
      const { statement, open, signatureAt, pulls } = known?.cursors === cursors ? known : this.#prepare(epoch, cursors);
      statement.set(nonce, statement.length - NONCE_BYTES);
      open.set(epoch.pair.sign(statement), signatureAt);
      return scriptOf([open]) + pulls;
    }).join('');
  }

  /** All but the nonce and the signature by it: the generator must wait for as little as can be. */
  #prepare(epoch: TestEpoch, cursors: readonly number[]): Prepared {
    const { room, id } = epoch;
    const sig = new Uint8Array(SIGNATURE_BYTES).fill(0xff) as Signature;
    const open = Buffer.from(encodeControl({ t: 'open', ref: 1, room, epoch: id, sig }));
    const prepared: Prepared = {
      cursors,
      statement: openStatement({ origin: this.#origin, room, epoch: id, nonce: new Uint8Array(NONCE_BYTES) as Nonce }),
      open, signatureAt: open.indexOf(sig),
      pulls: scriptOf(cursors.flatMap((after) => [encodeControl({ t: 'pull', ref: 2, room, after: after as Seq, limit: 1000 }), PAUSE])),
    };
    this.#prepared.set(epoch, prepared);
    return prepared;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
