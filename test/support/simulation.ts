/**
 * People who write, invite and join on a network that loses connections, at a relay that restarts, on
 * devices that crash at any await; all of it from one seed. After quiet, everybody must hold the same
 * log, and every message that was ever accepted from its writer must stand in it once.
 */
import { createEngine } from '../../pwa/engine/engine.ts';
import type { Engine, MessageKey, RoomKey, TimelineItem } from '../../pwa/engine/api.ts';
import type { Suite } from '../../pwa/engine/mls/index.ts';
import { toBase64Url } from '../../shared/bytes.ts';
import { mortal, type Mortal } from './crash-points.ts';
import { Someone, World } from './engine-world.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly messages: number;
  readonly crashes: number;
  readonly points: ReadonlyMap<string, number>;
}

const CRASHES_PER_CALL = 0.004;
const QUIET = 15 * 60_000;

/** A person whose device dies and comes back. */
class Mortals {
  readonly someone: Someone;
  readonly world: World;
  readonly sent: MessageKey[] = [];
  readonly points: Map<string, number>;
  risk = 0;
  crashes = 0;
  engine: Engine | undefined;
  #life: Mortal | undefined;
  #starting = false;

  constructor(someone: Someone, points: Map<string, number>) {
    this.someone = someone;
    this.world = someone.world;
    this.points = points;
  }

  get isAlive(): boolean {
    return this.engine !== undefined && this.#life?.isDead() === false;
  }

  /** Comes back on the same storage. */
  start(): void {
    if (this.isAlive || this.#starting) return;
    this.#starting = true;
    this.engine = undefined;
    const { dice, clock } = this.world;
    const life = mortal(this.someone.options(), {
      burns: () => this.risk > 0 && dice.chance(this.risk),
      died: (point, when) => {
        const name = `${when} ${point}`;
        this.points.set(name, (this.points.get(name) ?? 0) + 1);
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
    this.crashes++;
    this.#starting = false;
    this.engine = undefined;
    this.world.network.cut(this.someone.name, this.world.dice.chance(0.5));
    this.world.clock.after(this.world.dice.below(4000), () => this.start());
  }
}

export async function simulate(seed: number, given: { readonly suite?: Suite } = {}): Promise<SimulationResult> {
  const world = new World({ seed, ...given, delay: (dice) => 1 + dice.below(60) });
  const { dice, clock, network } = world;
  const points = new Map<string, number>();
  const people: Mortals[] = [];
  const names = ['Ada', 'Bo', 'Cy', 'Di', 'Ed'].slice(0, 2 + dice.below(4));
  for (const name of names) {
    const someone = new Someone(name, world);
    await someone.start();
    await someone.engine.createProfile(name);
    await someone.engine.close();
    const one = new Mortals(someone, points);
    one.start();
    await clock.until(() => one.isAlive);
    people.push(one);
  }
  const [founder, ...others] = people as [Mortals, ...Mortals[]];
  const engineOf = (one: Mortals): Engine => {
    if (one.engine === undefined) throw new Error('not alive');
    return one.engine;
  };
  const room = await clock.over(engineOf(founder).createRoom('a room'));
  const { link } = await clock.over(engineOf(founder).createInvite(room, { hours: 0, uses: 0 }));
  if (link === null) throw new Error('no link');

  let shaking = true;
  const unsure = new Set<MessageKey>();
  for (const one of people) one.risk = CRASHES_PER_CALL;
  let messages = 0;

  const write = (one: Mortals): void => {
    if (!one.isAlive) return;
    const id = newMessageKeyFrom(dice.bytes(16));
    unsure.add(id);
    engineOf(one).send(room, id, { kind: 'text', text: `${one.someone.name} ${messages++}` }).then(
      () => {
        unsure.delete(id);
        one.sent.push(id);
      },
      () => unsure.delete(id),
    );
  };
  const joinFrom = (one: Mortals): void => {
    const attempt = (): void => {
      if (!one.isAlive) return void clock.after(500, attempt);
      let done = false;
      engineOf(one).join(link).then(() => { done = true; }, () => undefined);
      clock.after(2000, () => { if (!done) attempt(); });
    };
    clock.after(dice.below(3000), attempt);
  };
  for (const one of others) joinFrom(one);

  const trouble = (): void => {
    if (!shaking) return;
    const one = dice.pick(people);
    const roll = dice.fraction();
    if (roll < 0.55) for (let n = 1 + dice.below(3); n > 0; n--) write(one);
    else if (roll < 0.7) network.cut(one.someone.name, dice.chance(0.5));
    else if (roll < 0.76) {
      one.someone.online = false;
      network.cut(one.someone.name);
      clock.after(dice.below(8000), () => { one.someone.online = true; });
    } else if (roll < 0.82) one.kill();
    else if (roll < 0.88 && network.relayIsUp) {
      network.stopRelay();
      clock.after(dice.below(3000), () => network.startRelay());
    } else if (roll < 0.95 && one.isAlive) engineOf(one).createInvite(room, { hours: 0, uses: 1 + dice.below(3) }).catch(() => undefined);
    clock.after(dice.below(700), trouble);
  };
  trouble();
  await clock.pass(15_000);

  shaking = false;
  for (const one of people) {
    one.risk = 0;
    one.someone.online = true;
    one.start();
  }
  await clock.pass(10_000);
  for (const one of people) if (one.isAlive) await engineOf(one).wake();
  await clock.until(() => isQuiet(people, room), QUIET, `seed ${seed}: agreement`).catch(async (cause: unknown) => {
    throw new Error(`${String(cause)}\n${await describe(people, room)}`, { cause });
  });
  await clock.pass(20_000);
  await check(people, room, unsure, seed);
  for (const one of people) await engineOf(one).close();
  return { seed, messages, crashes: people.reduce((sum, one) => sum + one.crashes, 0), points };
}

const newMessageKeyFrom = (bytes: Uint8Array): MessageKey => toBase64Url(bytes) as MessageKey;

/** Everyone is in, and has nothing left to send. */
async function isQuiet(people: readonly Mortals[], room: RoomKey): Promise<boolean> {
  for (const one of people) {
    if (one.someone.halted.length > 0) throw new Error(`${one.someone.name} halted: ${one.someone.halted.join('; ')}`);
    if (!one.isAlive || one.engine === undefined) return false;
    const summary = (await one.engine.state()).rooms.find((each) => each.room === room);
    if (summary?.standing.kind !== 'member' || summary.members.length !== people.length) return false;
    const { items } = await one.engine.timeline(room, { limit: 10_000 });
    if (items.some((item) => item.position === null)) return false;
  }
  return true;
}

async function check(people: readonly Mortals[], room: RoomKey, unsure: ReadonlySet<MessageKey>, seed: number): Promise<void> {
  const fail = async (what: string): Promise<never> => {
    throw new Error(`seed ${seed}: ${what}\n${await describe(people, room)}`);
  };
  const logs: Map<string, number>[] = [];
  for (const one of people) {
    if (one.engine === undefined) return fail(`${one.someone.name} is not there`);
    const summary = (await one.engine.state()).rooms.find((each) => each.room === room);
    if (summary !== undefined && summary.alarms.length > 0) await fail(`${one.someone.name} has the alarm ${summary.alarms.map(({ kind }) => kind).join()}`);
    const { items } = await one.engine.timeline(room, { limit: 10_000 });
    if (items.some((item) => item.kind === 'notice' && (item.fact.kind === 'unreadable' || item.fact.kind === 'invalid-commit'))) await fail(`${one.someone.name} met something unreadable`);
    const messages = items.filter((item) => item.kind === 'message');
    const log = new Map(messages.map(({ id, position }) => [id as string, position ?? -1]));
    if (log.size !== messages.length) await fail(`${one.someone.name} sees a message twice`);
    for (const id of one.sent) if (!log.has(id)) await fail(`${one.someone.name} lost a message of its own`);
    logs.push(log);
  }
  const everyone = new Set(people.flatMap(({ sent }) => sent as string[]));
  const [first] = logs as [Map<string, number>];
  for (const [i, log] of logs.entries()) {
    const joinedAt = joinOf(log, first);
    for (const [id, position] of first) {
      if (position > joinedAt && log.get(id) !== position) await fail(`${people[i]?.someone.name} has ${id} at ${log.get(id)}, not at ${position}`);
    }
    for (const id of log.keys()) if (!first.has(id)) await fail(`${people[i]?.someone.name} has ${id}, which the founder has not`);
  }
  for (const id of first.keys()) if (!everyone.has(id) && !unsure.has(id as MessageKey)) await fail(`${id} was never sent`);
  for (const id of everyone) if (!first.has(id)) await fail(`${id} is lost`);
}

/** Whoever joined later has nothing from before: a joiner's first message is its earliest common one. */
function joinOf(log: ReadonlyMap<string, number>, first: ReadonlyMap<string, number>): number {
  let earliest = Infinity;
  for (const position of log.values()) earliest = Math.min(earliest, position);
  return Math.min(...[...first.values()].filter((position) => position >= earliest), Infinity) - 1;
}

const wordsOf = (item: TimelineItem): string => (item.kind === 'notice' ? item.fact.kind : item.content.kind === 'text' ? item.content.text : '?');

async function describe(people: readonly Mortals[], room: RoomKey): Promise<string> {
  const lines = await Promise.all(people.map(async (one) => {
    if (!one.isAlive || one.engine === undefined) return `${one.someone.name}: dead`;
    const summary = (await one.engine.state().catch(() => undefined))?.rooms.find((each) => each.room === room);
    const items = (await one.engine.timeline(room, { limit: 10_000 }).catch(() => undefined))?.items ?? [];
    const log = items.map((item) => `${item.position}:${wordsOf(item)}`).join(' | ');
    return `${one.someone.name}: ${JSON.stringify(summary?.standing)} members ${summary?.members.length}, connection ${JSON.stringify((await one.engine.state().catch(() => undefined))?.connection)}\n   ${log}`;
  }));
  return lines.join('\n');
}

