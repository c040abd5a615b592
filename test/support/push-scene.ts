/** A real relay that wakes by a push service of the test's own, by a clock that the test owns. */
import { after } from 'node:test';
import type { RoomId } from '../../shared/ids.ts';
import type { RelayOptions } from '../../relay/index.ts';
import { GATHER } from '../../relay/push/push.ts';
import { TestPushService, type TestSubscription } from './push-service.ts';
import type { RelayClient, TestEpoch } from './relay-client.ts';
import { RelayScene } from './relay-scene.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

export const subscribe = (client: RelayClient, room: RoomId, subscription: TestSubscription, jitter = false) =>
  client.ask('done', (ref) => ({ t: 'push-subscribe', ref, room, subscription: { ...subscription }, ...(jitter ? { jitter } : {}) }));

export class PushScene {
  readonly clock = new VirtualClock();
  readonly service: TestPushService;
  /** What chance says next, from 0 to 1. */
  chance = 0.5;
  #scene: RelayScene | undefined;

  private constructor(service: TestPushService) {
    this.service = service;
  }

  static async start(options: RelayOptions = {}): Promise<PushScene> {
    const scene = new PushScene(await TestPushService.start());
    after(() => scene.service.end());
    scene.#scene = await RelayScene.start({ ...options, push: scene.push });
    return scene;
  }

  /** How the relay is to push here. */
  get push() {
    const { clock } = this;
    return { local: true, random: () => this.chance, clock: { now: () => clock.now(), ticks: () => clock.now(), after: (ms: number, run: () => void) => clock.after(ms, run), soon: setImmediate as (run: () => void) => void } };
  }

  get relay(): RelayScene {
    if (this.#scene === undefined) throw new Error('it has not started');
    return this.#scene;
  }

  get counters() {
    return this.relay.relay.core.counters;
  }

  /** A device that has subscribed in a room, and went. */
  async asleep(epoch: TestEpoch, subscription = this.service.subscription(), jitter = false): Promise<TestSubscription> {
    const device = await this.relay.member(epoch);
    await subscribe(device, epoch.room, subscription, jitter);
    await device.end();
    return subscription;
  }

  /** Lets so many milliseconds pass, and waits for what was posted meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    for (let turn = 0; turn < 5; turn++) await settled(); // from reading who is woken to the post
    while (this.counters.pushesBegun > this.#answers) await settled();
  }

  /** Lets what was said be gathered, and waits until the relay has heard from the service so often in all. */
  async woken(answers: number): Promise<void> {
    await this.pass(GATHER);
    await this.answered(answers);
  }

  async answered(answers: number): Promise<void> {
    while (this.#answers < answers) await settled();
  }

  get #answers(): number {
    const { pushesSent, pushesDeferred, pushesFailed, pushesGone } = this.counters;
    return pushesSent + pushesDeferred + pushesFailed + pushesGone;
  }
}
