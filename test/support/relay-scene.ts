/** A real relay on a free port, and clients on it, for one test. */
import { after } from 'node:test';
import { buildRelay, MemoryStore, type Relay, type RelayOptions, type Store } from '../../relay/index.ts';
import { RelayClient, Pair, type ClientOptions, type TestEpoch } from './relay-client.ts';

export class RelayScene {
  readonly store: Store;
  relay: Relay;
  readonly logged: string[] = [];
  readonly #options: RelayOptions;
  readonly #clients: RelayClient[] = [];

  private constructor(store: Store, options: RelayOptions, relay: Relay, logged: string[]) {
    this.store = store;
    this.#options = options;
    this.relay = relay;
    this.logged = logged;
  }

  /** Ends by itself after the tests of the file. */
  static async start(options: RelayOptions = {}): Promise<RelayScene> {
    const store = options.store ?? new MemoryStore();
    const logged: string[] = [];
    const all: RelayOptions = { port: 0, logTo: { write: (line) => void logged.push(line) }, ...options, store };
    const scene = new RelayScene(store, all, await buildRelay(all), logged);
    after(() => scene.end());
    return scene;
  }

  get url(): string {
    return `http://127.0.0.1:${this.relay.port}`;
  }

  async client(options: ClientOptions = {}): Promise<RelayClient> {
    const client = await RelayClient.connect(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** A client who has the epoch's room open, and is live. */
  async member(epoch: TestEpoch, after = 0): Promise<RelayClient> {
    const client = await this.client();
    await client.open(epoch);
    await client.catchUp(epoch.room, after);
    return client;
  }

  /** A fresh room with its creator, live. */
  async room(): Promise<{ owner: Pair; epoch: TestEpoch; creator: RelayClient }> {
    const creator = await this.client();
    const owner = new Pair();
    const epoch = await creator.create(owner);
    await creator.catchUp(epoch.room);
    return { owner, epoch, creator };
  }

  /** The same store under a new relay: on another port, since clients of tests connect anew. */
  async restart(): Promise<void> {
    await this.relay.close();
    this.relay = await buildRelay(this.#options);
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.socket.terminate();
    await this.relay.close();
  }
}
