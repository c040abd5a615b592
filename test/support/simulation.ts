/**
 * People who write, invite, join, promote, remove, ban and leave, on a network that loses connections, at a relay that restarts, on devices that
 * crash at any await; all of it from one seed. After quiet, everybody must hold the same log, and every message that was ever accepted from its
 * writer must stand in it once.
 */
import { toBase64Url } from '../../shared/bytes.ts';
import type { MessageKey } from '../../pwa/engine/api.ts';
import type { Suite } from '../../pwa/engine/mls/index.ts';
import { DEEDS, something, TROUBLES, type Simulated } from './simulation-actions.ts';
import { checkDelivered, checkLog, checkPerson, describe, truthOf, unrest } from './simulation-check.ts';
import { Someone, World } from './engine-world.ts';
import { Mortals } from './simulation-people.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly messages: number;
  readonly crashes: number;
  readonly points: ReadonlyMap<string, number>;
  /** How often each row of the table was done. */
  readonly done: ReadonlyMap<string, number>;
}

const CRASHES_PER_CALL = 0.004;
/** Virtual milliseconds. */
const SHAKING = 20_000;
const QUIET = 15 * 60_000;
const NAMES = ['Ada', 'Bo', 'Cy', 'Di', 'Ed'];

export async function simulate(seed: number, given: { readonly suite?: Suite } = {}): Promise<SimulationResult> {
  const world = new World({ seed, ...given, delay: (dice) => 1 + dice.below(60) });
  const points = new Map<string, number>();
  const sim = await assembled(world, points);
  try {
    await shake(sim);
    await rest(sim);
    await everyoneWrites(sim);
    await check(sim);
  } catch (cause) {
    throw new Error(`seed ${seed}: ${String(cause)}\n${await describe(sim, sim.room)}`, { cause });
  }
  for (const { engine } of sim.people) await engine?.close();
  return { seed, messages: sim.messages, crashes: sim.people.reduce((sum, one) => sum + one.crashes, 0), points, done: sim.done };
}

/** Two to five people, one of them with a room and a link to it. */
async function assembled(world: World, points: Map<string, number>): Promise<Simulated> {
  const { dice, clock, network } = world;
  const people: Mortals[] = [];
  for (const name of NAMES.slice(0, 2 + dice.below(NAMES.length - 1))) {
    const someone = new Someone(name, world);
    await someone.start();
    const { person } = await someone.engine.createProfile(name);
    await someone.engine.close();
    const one = new Mortals(someone, points);
    one.key = person;
    one.start();
    await clock.until(() => one.isAlive);
    people.push(one);
  }
  network.onFrame = (frame, direction, { owner }) => { if (direction === 'down') people.find(({ name }) => name === owner)?.saw(frame); };
  const [founder] = people as [Mortals, ...Mortals[]];
  if (founder.engine === undefined) throw new Error('not alive');
  const room = await clock.over(founder.engine.createRoom('a room'));
  const { link } = await clock.over(founder.engine.createInvite(room, { hours: 0, uses: 0 }));
  if (link === null) throw new Error('no link');
  return { world, room, people, founder, links: [link], unsure: new Set(), messages: 0, done: new Map(), failed: undefined };
}

async function shake(sim: Simulated): Promise<void> {
  const { dice, clock } = sim.world;
  const { people, founder } = sim;
  let shaking = true;
  for (const one of people) {
    one.risk = CRASHES_PER_CALL;
    if (one !== founder) clock.after(dice.below(3000), () => void join(sim, one));
  }
  const next = (): void => {
    if (!shaking) return;
    something(sim, dice.chance(0.7) ? DEEDS : TROUBLES);
    clock.after(dice.below(700), next);
  };
  next();
  await clock.pass(SHAKING);
  shaking = false;
  for (const one of people) {
    one.risk = 0;
    one.someone.online = true;
    one.start();
  }
  await clock.pass(10_000);
  for (const one of people) if (one.isAlive) await one.engine?.wake();
}

/** By the first link, until the device has it. */
async function join(sim: Simulated, one: Mortals): Promise<void> {
  const { clock } = sim.world;
  const [link = ''] = sim.links;
  if (one.isAlive && (await one.summary(sim.room)) === undefined) one.engine?.join(link).catch(() => undefined);
  clock.after(2000, () => void one.summary(sim.room).then((summary) => { if (summary === undefined) void join(sim, one); }));
}

/** No wedge: once the faults have stopped, all come to agree. */
async function rest(sim: Simulated): Promise<void> {
  const { clock } = sim.world;
  let last: string | undefined;
  const isQuiet = async (): Promise<boolean> => {
    if (sim.failed !== undefined) throw sim.failed;
    last = await unrest(sim);
    return last === undefined;
  };
  await clock.until(isQuiet, QUIET, 'agreement').catch((cause: unknown) => { throw new Error(`${String(cause)}: ${last}`, { cause }); });
  await clock.pass(20_000);
}

/** Whoever is in can write, and all who are in read it. */
async function everyoneWrites(sim: Simulated): Promise<void> {
  const { clock, dice } = sim.world;
  const ids: MessageKey[] = [];
  const writers: Mortals[] = [];
  for (const one of sim.people) {
    if (one.isMalicious || (await one.summary(sim.room))?.standing.kind !== 'member') continue;
    const id = toBase64Url(dice.bytes(16)) as MessageKey;
    await one.engine?.send(sim.room, id, { kind: 'text', text: `${one.name} at last` });
    one.sent.push(id);
    ids.push(id);
    writers.push(one);
  }
  const allRead = async (): Promise<boolean> => {
    for (const one of writers) {
      const read = new Set((await one.items(sim.room)).flatMap((item) => (item.position === null ? [] : [item.id])));
      if (!ids.every((id) => read.has(id))) return false;
    }
    return true;
  };
  await clock.until(allRead, QUIET, 'that all who are in read each other');
  await clock.pass(20_000);
}

async function check(sim: Simulated): Promise<void> {
  const truth = await truthOf(sim);
  await checkLog(sim, truth);
  const sent = new Set(sim.people.flatMap((one) => one.sent));
  for (const item of truth.items) if (item.kind === 'message' && !sent.has(item.id) && !sim.unsure.has(item.id)) throw new Error(`${item.id} was never sent`);
  for (const one of sim.people) {
    checkDelivered(truth, one);
    if (one.isMalicious) continue;
    const alarms = (await one.summary(sim.room))?.alarms ?? [];
    if (alarms.length > 0) throw new Error(`${one.name} has the alarm ${alarms.map(({ kind }) => kind).join()}`);
    await checkPerson(sim, truth, one);
  }
  const met = truth.items.find((item) => item.kind === 'notice' && (item.fact.kind === 'unreadable' || item.fact.kind === 'invalid-commit'));
  if (met !== undefined) throw new Error(`something at ${met.position} could not be used`);
}
