/**
 * People who write, invite, join, promote, remove, ban and leave, on a network that loses connections, at a relay that restarts, on devices that
 * crash at any await; all of it from one seed. After quiet, everybody must hold the same log, and every message that was ever accepted from its
 * writer must stand in it once.
 */
import type { Suite } from '../../pwa/engine/mls/index.ts';
import { ATTACKS } from './malicious-member.ts';
import { lyingTo } from './malicious-relay.ts';
import { DEEDS, rejoin, say, something, TROUBLES, type Simulated } from './simulation-actions.ts';
import { checkDelivered, checkLog, checkPerson, describe, isExcused, textOf, truthOf, unrest } from './simulation-check.ts';
import { Someone, World } from './engine-world.ts';
import { Mortals } from './simulation-people.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly messages: number;
  readonly crashes: number;
  readonly points: ReadonlyMap<string, number>;
  /** How often each row of the table was done. */
  readonly done: ReadonlyMap<string, number>;
  /** What the relay did to one of them, how often, and which alarms told of it. */
  readonly lie: { readonly name: string; readonly told: number; readonly alarms: readonly string[] } | undefined;
}

const CRASHES_PER_CALL = 0.004;
/** How often something happens, it is by a malicious member, where there is one. */
const ATTACKING = 0.25;
/** Virtual milliseconds. */
const SHAKING = 15_000;
const QUIET = 15 * 60_000;
const ROUNDS = 3;
/** How often all sleep for so long that each has its keys to renew. */
const SLEEPS = 0.3;
const WEEK = 8 * 24 * 3_600_000;
const NAMES = ['Ada', 'Bo', 'Cy', 'Di', 'Ed'];

/** Who plays against the others. */
export const ADVERSARIES = ['nobody', 'member', 'relay'] as const;
export type Adversary = (typeof ADVERSARIES)[number];

export async function simulate(seed: number, given: { readonly suite?: Suite; readonly against?: Adversary } = {}): Promise<SimulationResult> {
  const world = new World({ seed, ...given, delay: (dice) => 1 + dice.below(60) });
  const points = new Map<string, number>();
  const sim = await assembled(world, points);
  if (given.against === 'member') Object.assign(sim.people.at(-1) ?? {}, { isMalicious: true });
  try {
    await shake(sim, given.against ?? 'nobody');
    // What a relay hid shows with the next message that gets through.
    if (sim.lying !== undefined) await speak(sim);
    await rest(sim);
    await everyoneWrites(sim);
    await check(sim);
  } catch (cause) {
    const lies = sim.lying === undefined ? '' : `; the relay told ${sim.lying.told()} times: ${sim.lying.name}`;
    throw new Error(`seed ${seed}: ${String(cause)}${lies}\n${await describe(sim, sim.room)}`, { cause });
  }
  const { lying } = sim;
  const alarms = (await Promise.all(sim.people.map(async (one) => (await one.summary(sim.room))?.alarms ?? []))).flat().map(({ kind }) => kind);
  for (const { engine } of sim.people) await engine?.close();
  return {
    seed, messages: sim.messages, crashes: sim.people.reduce((sum, one) => sum + one.crashes, 0), points, done: sim.done,
    lie: lying === undefined ? undefined : { name: lying.name, told: lying.told(), alarms },
  };
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
  network.onFrame = (frame, direction, { owner }) => { people.find(({ name }) => name === owner)?.saw(frame, direction); };
  const [founder] = people as [Mortals, ...Mortals[]];
  if (founder.engine === undefined) throw new Error('not alive');
  const room = await clock.over(founder.engine.createRoom('a room'));
  const { link } = await clock.over(founder.engine.createInvite(room, { hours: 0, uses: 0 }));
  if (link === null) throw new Error('no link');
  return { world, room, people, founder, links: [link], unsure: new Set(), messages: 0, done: new Map(), lying: undefined, failed: undefined };
}

async function shake(sim: Simulated, against: Adversary): Promise<void> {
  const { dice, clock } = sim.world;
  const { people, founder } = sim;
  let shaking = true;
  for (const one of people) {
    one.risk = CRASHES_PER_CALL;
    if (one.isMalicious) one.risk = 0;
    if (one !== founder) clock.after(dice.below(3000), () => void join(sim, one));
  }
  const next = (): void => {
    if (!shaking) return;
    const mallory = people.find(({ isMalicious }) => isMalicious);
    if (mallory !== undefined && dice.chance(ATTACKING)) something(sim, ATTACKS, mallory);
    else something(sim, dice.chance(0.7) ? DEEDS : TROUBLES);
    clock.after(dice.below(700), next);
  };
  next();
  if (against === 'relay') clock.after(SHAKING / 2, () => void lie(sim));
  await clock.pass(SHAKING);
  shaking = false;
  sim.lying?.stop();
  for (const one of people) {
    one.risk = 0;
    if (one.isMalicious) continue; // its device stays down, or up, as it is
    one.someone.online = true;
    one.start();
  }
  if (dice.chance(SLEEPS)) {
    clock.jump(WEEK);
    sim.done.set('sleep for a week', 1);
  }
  await clock.pass(10_000);
  for (const one of people) if (one.isAlive) await one.engine?.wake();
}

/** To one member, for a while. */
async function lie(sim: Simulated): Promise<void> {
  const { dice, clock, network } = sim.world;
  const victims: Mortals[] = [];
  for (const one of sim.people) if (one !== sim.founder && (await isAnchored(sim, one))) victims.push(one);
  if (victims.length === 0) return void clock.after(500, () => void lie(sim));
  sim.lying = lyingTo(dice.pick(victims).name, dice);
  network.tamper = sim.lying.tamper;
  clock.after(1000 + dice.below(6000), () => sim.lying?.stop());
}

/** Whether one holds a position of the log that another member named: before, a relay can tell a newcomer anything. */
async function isAnchored({ room }: Simulated, one: Mortals): Promise<boolean> {
  const record = await one.record(room);
  return record?.standing.kind === 'member' && record.chain.kind === 'anchored';
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
    for (const one of sim.people) if (one.isAlive && (await one.summary(sim.room))?.standing.kind === 'broken') await rejoin(sim, one);
    last = await unrest(sim);
    return last === undefined;
  };
  await inTime(clock, isQuiet, () => `no agreement: ${last}`);
  await clock.pass(20_000);
}

/** Looks once a second: to look is dear. */
async function inTime(clock: VirtualClock, holds: () => Promise<boolean>, missing: () => string): Promise<void> {
  for (const end = clock.now() + QUIET; !(await holds()); await clock.pass(1000)) if (clock.now() >= end) throw new Error(`after ${QUIET} ms of virtual time, ${missing()}`);
}

/** Whoever is in can write, and all who are in read it: if not at once, where somebody was still finding back to the others, then soon. */
async function everyoneWrites(sim: Simulated): Promise<void> {
  let problem: unknown;
  for (let round = 0; round < ROUNDS; round++) {
    problem = await oneRound(sim).then(() => undefined, (cause: unknown) => cause);
    if (problem === undefined) return;
  }
  throw problem;
}

async function oneRound(sim: Simulated): Promise<void> {
  const { clock } = sim.world;
  const spoken = await speak(sim);
  const allRead = async (): Promise<boolean> => {
    for (const { one } of spoken) {
      if (await isExcused(sim, one)) continue;
      const read = new Set((await one.items(sim.room)).flatMap((item) => (item.position === null ? [] : textOf(item))));
      for (const { one: writer, text } of spoken) if (!read.has(text) && !(await isExcused(sim, writer))) return false;
    }
    return true;
  };
  await inTime(clock, allRead, () => 'not all who are in read each other');
  await clock.pass(20_000);
}

/** Each who holds itself for a member says one thing. */
async function speak(sim: Simulated): Promise<readonly { readonly one: Mortals; readonly text: string }[]> {
  const spoken: { readonly one: Mortals; readonly text: string }[] = [];
  for (const one of sim.people) {
    if (one.isMalicious || (await one.summary(sim.room))?.standing.kind !== 'member' || (await isExcused(sim, one))) continue;
    const text = await say(sim, one);
    one.last.push(text);
    spoken.push({ one, text });
  }
  await sim.world.clock.pass(20_000);
  return spoken;
}

async function check(sim: Simulated): Promise<void> {
  const truth = await truthOf(sim);
  await checkLog(sim, truth);
  const sent = new Set(sim.people.flatMap((one) => one.sent));
  for (const text of truth.items.flatMap(textOf)) if (!sent.has(text) && !sim.unsure.has(text)) throw new Error(`“${text}” was never sent`);
  for (const one of sim.people) {
    await checkDelivered(sim, truth, one);
    if (one.isMalicious) continue;
    if (await isExcused(sim, one)) continue;
    const alarms = (await one.summary(sim.room))?.alarms ?? [];
    if (alarms.length > 0) throw new Error(`${one.name} has the alarm ${alarms.map(({ kind }) => kind).join()}`);
    await checkPerson(sim, truth, one);
  }
  if (sim.lying !== undefined || sim.people.some(({ isMalicious }) => isMalicious)) return;
  const met = truth.items.find((item) => item.kind === 'notice' && (item.fact.kind === 'unreadable' || item.fact.kind === 'invalid-commit'));
  if (met !== undefined) throw new Error(`something at ${met.position} could not be used`);
}
