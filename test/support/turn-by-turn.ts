/** A relay's core whose turns end when the test says so, and clients of it without a socket: what is sent in between is one transaction. */
import { createRelayCore, type MemoryStore, type Batch, type Peer, type RelayCore, type Store } from '../../relay/index.ts';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { encodeEnvelope } from '../../shared/envelope.ts';
import { decodeRelayFrame } from '../../shared/frame.ts';
import { START, type AccessKey, type Nonce, type OwnerKey } from '../../shared/ids.ts';
import { createStatement, deleteStatement, invitesDigestOf, openStatement, roomIdOf } from '../../shared/statements.ts';
import { epochOf, newId, Pair, sha256, type TestEpoch } from './relay-client.ts';

export const ORIGIN = 'https://relay.example';

export class World<S extends Store = MemoryStore> {
  readonly store: S;
  readonly core: RelayCore;
  readonly #turns: (() => void)[] = [];

  constructor(store: S) {
    this.store = store;
    this.core = createRelayCore({ store, origins: [ORIGIN], soon: (run) => void this.#turns.push(run) });
  }

  /** Runs turns until there is nothing left to do. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await new Promise(setImmediate); // signatures are checked by then
      for (const run of this.#turns.splice(0)) {
        run();
        quiet = 0;
      }
    }
  }
}

export class Client implements Peer {
  readonly buffered = 0;
  /** Codes and acks, in the order they came. */
  readonly heard: string[] = [];
  readonly #link;
  #nonce = new Uint8Array(32) as Nonce;

  constructor(core: RelayCore) {
    this.#link = core.connect(this);
  }

  send(bytes: Uint8Array): void {
    const frame = decodeRelayFrame(bytes);
    if (frame.type === 'ack') this.heard.push(`ack ${frame.ack.seq}`);
    if (frame.type !== 'control') return;
    if (frame.control.t === 'hello') this.#nonce = frame.control.nonce;
    else if (frame.control.t === 'error') this.heard.push(frame.control.code);
    else this.heard.push(frame.control.t);
  }

  sendBatch(batch: Batch): void {
    for (const frame of batch.frames) this.send(frame);
  }

  together(work: () => void): void {
    work();
  }

  close(): void {
    this.heard.push('closed');
  }

  #ask(control: ClientControl): void {
    this.#link.receive(encodeControl(control));
  }

  create(owner: Pair, epoch: TestEpoch): void {
    const access = epoch.pair.public as AccessKey;
    const sig = owner.sign(createStatement({ origin: ORIGIN, room: epoch.room, access, invites: invitesDigestOf([], sha256), nonce: this.#nonce }));
    this.#ask({ t: 'create', ref: 1, owner: owner.public as OwnerKey, access, invites: [], groupInfo: new Uint8Array(), sig });
  }

  open({ room, id, pair }: TestEpoch): void {
    this.#ask({ t: 'open', ref: 2, room, epoch: id, sig: pair.sign(openStatement({ origin: ORIGIN, room, epoch: id, nonce: this.#nonce })) });
  }

  delete(owner: Pair, { room }: TestEpoch): void {
    this.#ask({ t: 'delete', ref: 3, owner: owner.public as OwnerKey, sig: owner.sign(deleteStatement({ origin: ORIGIN, room, nonce: this.#nonce })) });
  }

  commit({ room, id: parent }: TestEpoch): void {
    this.#ask({ t: 'commit', room, id: newId(), parent, rejected: 0, access: new Pair().public as AccessKey, closing: false, invites: [], commit: new Uint8Array(1), groupInfo: new Uint8Array() });
  }

  /** The connection is gone. */
  end(): void {
    this.#link.end();
  }

  post({ room, id: epoch }: TestEpoch): void {
    this.#link.receive(encodeEnvelope({ kind: 'message', room, epoch, id: newId(), seq: START, payload: new Uint8Array(1) }));
  }
}

export const aRoom = (): { owner: Pair; epoch: TestEpoch } => {
  const owner = new Pair();
  return { owner, epoch: epochOf(roomIdOf(owner.public as OwnerKey, sha256)) };
};
