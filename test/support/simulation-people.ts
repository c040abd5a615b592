/** The people of a simulation: whose devices die and come back, and what each of them did. */
import { createEngine } from '../../pwa/engine/engine.ts';
import type { Engine, PersonKey, RoomKey, RoomSummary, TimelineItem } from '../../pwa/engine/api.ts';
import { toHex } from '../../shared/bytes.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import { decodeRooms, type RoomRecord } from '../../pwa/engine/records/room-record.ts';
import { sealedStorage } from '../../pwa/engine/records/sealed-storage.ts';
import { mortal, type Mortal } from './crash-points.ts';
import type { Someone } from './engine-world.ts';
import { isWorthKeeping } from './malicious-member.ts';

export class Mortals {
  readonly someone: Someone;
  readonly name: string;
  /** Texts whose sending was acknowledged. Each is said once, so that a text is a message, whatever id it goes by in the end. */
  readonly sent: string[] = [];
  /** Of those, the ones said after all faults had stopped. */
  readonly last: string[] = [];
  /** What was delivered on this person's connections of messages: the epoch of each, in hex, by seq. */
  readonly delivered = new Map<number, string>();
  readonly #points: Map<string, number>;
  risk = 0;
  crashes = 0;
  key = '' as PersonKey;
  engine: Engine | undefined;
  /** Left once, or lost its state: its device then heard no more, whatever the others made of it. */
  hasGaps = false;
  /** Once without keys, one cannot say that one leaves: if one does so all the same, one's leaf stays until an admin takes it away. */
  hasLostState = false;
  /** Plays against the others: nothing is asked of what this person sees. */
  isMalicious = false;
  /** What a malicious one keeps to send again. */
  readonly frames: Uint8Array[] = [];
  #life: Mortal | undefined;
  #starting = false;

  constructor(someone: Someone, points: Map<string, number>) {
    this.someone = someone;
    this.name = someone.name;
    this.#points = points;
  }

  get isAlive(): boolean {
    return this.engine !== undefined && this.#life?.isDead() === false;
  }

  /** Comes back on the same storage. */
  start(): void {
    if (this.isAlive || this.#starting) return;
    this.#starting = true;
    this.engine = undefined;
    const { dice, clock } = this.someone.world;
    const life = mortal(this.someone.options(), {
      burns: () => this.risk > 0 && dice.chance(this.risk),
      died: (point, when) => {
        const name = `${when} ${point}`;
        this.#points.set(name, (this.#points.get(name) ?? 0) + 1);
        this.#dead();
      },
    });
    this.#life = life;
    createEngine(life.options).then(
      (engine) => {
        this.#starting = false;
        this.engine = engine;
        engine.subscribe((event) => { if (event.kind === 'halted' && !life.isDead()) this.someone.halted.push(event.problem.detail); });
      },
      (cause: unknown) => { this.someone.halted.push(String(cause)); },
    );
    // One that dies on the way up never answers.
    clock.after(1, () => { if (life.isDead()) this.#starting = false; });
  }

  kill(): void {
    if (!this.isAlive) return;
    this.#life?.kill();
    this.#dead();
  }

  #dead(): void {
    const { world } = this.someone;
    this.crashes++;
    this.#starting = false;
    this.engine = undefined;
    world.network.cut(this.name, world.dice.chance(0.5));
    world.clock.after(world.dice.below(4000), () => this.start());
  }

  /** Undefined while the device is down, or knows no such room. */
  async summary(room: RoomKey): Promise<RoomSummary | undefined> {
    if (!this.isAlive) return undefined;
    return (await this.engine?.state().catch(() => undefined))?.rooms.find((each) => each.room === room);
  }

  async items(room: RoomKey): Promise<readonly TimelineItem[]> {
    if (!this.isAlive) return [];
    return (await this.engine?.timeline(room, { limit: 10_000 }).catch(() => undefined))?.items ?? [];
  }

  /** What its device has stored of the room. */
  async record(room: RoomKey): Promise<RoomRecord | undefined> {
    const { storage, deviceKey } = this.someone.options();
    return decodeRooms(await sealedStorage(storage, await deviceKey.deviceKey()).range('rooms', { prefix: [room] }))[0]?.record;
  }

  /** Told of every frame that this person's connections carried. */
  saw(frame: Uint8Array, direction: 'up' | 'down'): void {
    if (this.isMalicious && isWorthKeeping(frame, direction)) this.frames.push(frame.slice());
    if (direction === 'up') return;
    const envelope = decodeEnvelope(frame);
    if (envelope?.kind === 'message') this.delivered.set(envelope.seq, toHex(envelope.epoch));
  }
}
