/**
 * What happens to a room in a simulation: a table, one row for each thing that people do or that goes wrong. A row's `act` is tried at any
 * moment by anyone; what the room's rule, the network or a crash makes of it is the engine's matter.
 */
import { EngineError, type MessageKey, type Role, type RoomKey, type RoomSummary } from '../../pwa/engine/api.ts';
import { toBase64Url } from '../../shared/bytes.ts';
import type { World } from './engine-world.ts';
import type { Lying } from './malicious-relay.ts';
import type { Mortals } from './simulation-people.ts';

export interface Simulated {
  readonly world: World;
  readonly room: RoomKey;
  readonly people: readonly Mortals[];
  /** Made the room, and is there to the end: what it saw is what happened. */
  readonly founder: Mortals;
  /** Every link that was ever made, working or not. */
  readonly links: string[];
  /** Texts of which it is not known whether they were taken. */
  readonly unsure: Set<string>;
  messages: number;
  /** How often each row came to its end as it was meant. */
  readonly done: Map<string, number>;
  /** The relay's lies to one of them, where it is no honest one. */
  lying: Lying | undefined;
  /** Something that no engine should answer. */
  failed: unknown;
}

export interface Action {
  readonly name: string;
  readonly weight: number;
  /** Resolves when it is done; a rejection with EngineError is an answer like another. */
  readonly act: (sim: Simulated, one: Mortals) => Promise<void>;
}

/** Nothing to do for this person now. */
const pass = (): Promise<void> => Promise.reject(new NothingToDo());
class NothingToDo extends Error {}

async function engineAndRoom(sim: Simulated, one: Mortals) {
  const { engine } = one;
  const summary = await one.summary(sim.room);
  return engine === undefined || !one.isAlive || summary?.standing.kind !== 'member' ? undefined : { engine, summary };
}

/** As a member, where one is one. */
const asMember = (work: (engine: NonNullable<Mortals['engine']>, summary: RoomSummary, sim: Simulated) => Promise<unknown>): Action['act'] => async (sim, one) => {
  const at = await engineAndRoom(sim, one);
  if (at === undefined) return pass();
  await work(at.engine, at.summary, sim);
};

/** Anyone in the room but oneself and whoever keeps the record. */
function somebody(sim: Simulated, { members, me }: RoomSummary): RoomSummary['members'][number]['person'] | undefined {
  const others = members.filter(({ person }) => person !== me && person !== sim.founder.key);
  return others.length === 0 ? undefined : sim.world.dice.pick(others).person;
}

const ROLES: readonly Role[] = ['owner', 'admin', 'member'];

export async function rejoin(sim: Simulated, one: Mortals): Promise<void> {
  await one.engine?.rejoin(sim.room);
  sim.done.set('come back', (sim.done.get('come back') ?? 0) + 1);
}

export const DEEDS: readonly Action[] = [
  { name: 'write', weight: 40, act: (sim, one) => write(sim, one) },
  {
    name: 'invite', weight: 6,
    act: asMember(async (engine, _, { room, links, world: { dice } }) => {
      const { link } = await engine.createInvite(room, { hours: 0, uses: dice.below(4), ...(dice.chance(0.3) ? { role: 'admin' } : {}), label: dice.chance(0.5) ? 'Family' : '' });
      if (link !== null) links.push(link);
    }),
  },
  {
    name: 'join', weight: 16,
    act: async (sim, one) => {
      const { links, world: { dice } } = sim;
      const kind = (await one.summary(sim.room))?.standing.kind;
      if (one.engine === undefined || !one.isAlive || kind === 'member' || kind === 'joining' || links.length === 0) return pass();
      // The newest is the likeliest to stand still; those of old must be refused.
      await one.engine.join(dice.chance(0.7) ? (links.at(-1) ?? dice.pick(links)) : dice.pick(links));
    },
  },
  {
    name: 'revoke', weight: 3,
    act: asMember(async (engine, _, { room, world: { dice } }) => {
      const standing = await engine.invites(room);
      if (standing.length === 0) return pass();
      await engine.revokeInvite(room, dice.pick(standing).id);
    }),
  },
  {
    name: 'remove', weight: 4,
    act: asMember(async (engine, summary, sim) => {
      const person = somebody(sim, summary);
      await (person === undefined ? pass() : engine.removeMember(sim.room, person));
    }),
  },
  {
    name: 'ban', weight: 3,
    act: asMember(async (engine, summary, sim) => {
      const person = somebody(sim, summary);
      await (person === undefined ? pass() : engine.removeMember(sim.room, person, { ban: true }));
    }),
  },
  {
    name: 'unban', weight: 4,
    act: asMember(async (engine, { banned }, { room, world: { dice } }) => {
      await (banned.length === 0 ? pass() : engine.unban(room, dice.pick(banned).person));
    }),
  },
  {
    name: 'role', weight: 6,
    act: asMember(async (engine, summary, sim) => {
      const person = somebody(sim, summary);
      await (person === undefined ? pass() : engine.setRole(sim.room, person, sim.world.dice.pick(ROLES)));
    }),
  },
  { name: 'rename', weight: 3, act: asMember((engine, _, { room, world: { dice } }) => engine.renameRoom(room, `Room ${dice.below(1000)}`)) },
  {
    name: 'look', weight: 3,
    act: asMember((engine, _, { room, world: { dice } }) => engine.setLook(room, { hue: dice.chance(0.5) ? dice.below(360) : null, picture: dice.chance(0.3) ? dice.bytes(500) : null })),
  },
  {
    // So long that nothing goes in a simulation: all agree on it, and every message says so.
    name: 'settings', weight: 4,
    act: asMember((engine, _, { room, world: { dice } }) => {
      const approval = dice.chance(0.7);
      return engine.setSettings(room, { approval, disappearing: approval ? null : 300 * 86_400 });
    }),
  },
  {
    name: 'answer', weight: 20,
    act: asMember(async (engine, { knocks }, { room, world: { dice } }) => {
      await (knocks.length === 0 ? pass() : engine.answerKnock(room, dice.pick(knocks).id, dice.chance(0.8)));
    }),
  },
  {
    name: 'leave', weight: 3,
    act: async (sim, one) => {
      const at = await engineAndRoom(sim, one);
      if (at === undefined || one === sim.founder) return pass();
      one.hasGaps = true;
      await at.engine.leave(sim.room);
    },
  },
  { name: 'own name', weight: 3, act: async (sim, one) => { await (one.engine === undefined || !one.isAlive ? pass() : one.engine.setName(`${one.name} ${sim.world.dice.below(100)}`)); } },
  {
    name: 'rejoin', weight: 6,
    act: async (sim, one) => {
      if (!one.isAlive || (await one.summary(sim.room))?.standing.kind !== 'broken') return pass();
      await rejoin(sim, one);
    },
  },
];

export const TROUBLES: readonly Action[] = [
  { name: 'cut', weight: 14, act: async ({ world }, one) => world.network.cut(one.name, world.dice.chance(0.5)) },
  {
    name: 'go offline', weight: 6,
    act: async ({ world: { network, clock, dice } }, one) => {
      one.someone.online = false;
      network.cut(one.name);
      clock.after(dice.below(8000), () => { one.someone.online = true; });
    },
  },
  { name: 'crash', weight: 6, act: async (_, one) => one.kill() },
  {
    name: 'lose state', weight: 2,
    act: async (sim, one) => {
      if (one === sim.founder || (await engineAndRoom(sim, one)) === undefined) return pass();
      one.kill();
      one.hasGaps = one.hasLostState = true;
      const { storage } = one.someone;
      await storage.write(await storage.claim(), [{ kind: 'clear', store: 'groups', prefix: [sim.room] }]);
    },
  },
  {
    name: 'restart the relay', weight: 5,
    act: async ({ world: { network, clock, dice } }) => {
      if (!network.relayIsUp) return pass();
      network.stopRelay();
      clock.after(dice.below(3000), () => network.startRelay());
    },
  },
];

export async function write(sim: Simulated, one: Mortals): Promise<void> {
  for (let n = 1 + sim.world.dice.below(3); n > 0; n--) await say(sim, one);
}

/** Something that nobody said before; answers what. */
export async function say(sim: Simulated, one: Mortals): Promise<string> {
  if (one.engine === undefined || !one.isAlive) throw new NothingToDo();
  const text = `${one.name} ${sim.messages++}`;
  sim.unsure.add(text);
  try {
    await one.engine.send(sim.room, toBase64Url(sim.world.dice.bytes(16)) as MessageKey, { kind: 'text', text });
    one.sent.push(text);
  } finally {
    sim.unsure.delete(text);
  }
  return text;
}

/** Throws the dice for a row and a person. What a dead device was asked never ends, and is nobody's answer. */
export function something(sim: Simulated, table: readonly Action[], given?: Mortals): void {
  const { dice } = sim.world;
  let roll = dice.below(table.reduce((sum, { weight }) => sum + weight, 0));
  const action = table.find(({ weight }) => (roll -= weight) < 0);
  if (action === undefined) return;
  action.act(sim, given ?? dice.pick(sim.people)).then(
    () => { sim.done.set(action.name, (sim.done.get(action.name) ?? 0) + 1); },
    (cause: unknown) => { if (!isAnswer(cause)) sim.failed ??= new Error(`${action.name} was answered by ${String(cause)}`, { cause }); },
  );
}

const isAnswer = (cause: unknown): boolean => cause instanceof NothingToDo || (cause instanceof EngineError && (cause.problem.code !== 'internal' || cause.problem.detail === 'This version cannot do that yet.'));
