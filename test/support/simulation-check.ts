/**
 * What must hold in the end. The founder is in the room from first to last, so what it saw is what happened; everyone else must have seen the
 * same for as long as they were in, and nothing else.
 */
import type { NoticeFact, PersonKey, RoomKey, RoomSummary, TimelineItem } from '../../pwa/engine/api.ts';
import { equalBytes, fromBase64Url, toBase64Url, toHex } from '../../shared/bytes.ts';
import { decodeEnvelope } from '../../shared/envelope.ts';
import type { RoomId } from '../../shared/ids.ts';
import type { Simulated } from './simulation-actions.ts';
import type { Mortals } from './simulation-people.ts';

/** From the commit by which somebody came in or came back, to the one by which they went. */
interface Stay {
  readonly from: number;
  to: number;
  /** How it ended. One who left has stopped listening before, except for its own; and one who came back had lost some. */
  end: 'still' | 'removed' | 'left' | 'returned';
}

/** What one person's device shows of one stay. */
interface Seen {
  readonly messages: string[];
  readonly notices: string[];
  hasMissed: boolean;
}

/** Facts that one device alone knows, or words in its own way. */
const OWN: ReadonlySet<NoticeFact['kind']> = new Set(['missed', 'unreadable', 'same-name', 'knock-refused', 'name']);

export const textOf = (item: TimelineItem): readonly string[] => (item.kind === 'message' && item.content.kind === 'text' ? [item.content.text] : []);

const personIn = (fact: NoticeFact): PersonKey | undefined => ('who' in fact ? fact.who.person : undefined);
const isStart = (fact: NoticeFact): boolean => fact.kind === 'joined' || fact.kind === 'let-in' || fact.kind === 'returned';

/** Several facts of one commit stand a little apart. */
const seqOf = ({ position }: TimelineItem): number => Math.floor(position ?? Infinity);

/** Without names, which people change; and a return, a ban, an answered knock as what they come to. */
const factText = (fact: NoticeFact): string => JSON.stringify(fact.kind === 'let-in' ? { kind: fact.kind, who: fact.who } : fact, (key, value: unknown) => (key === 'name' || key === 'label' ? undefined : value)).replace(/"let-in"|"returned"/, '"joined"').replace('"banned"', '"removed"');

export class Discrepancy extends Error {
  readonly who: Mortals;
  constructor(who: Mortals, what: string) {
    super(`${who.name} ${what}`);
    this.who = who;
  }
}

export interface Truth {
  readonly items: readonly TimelineItem[];
  readonly stays: ReadonlyMap<PersonKey, readonly Stay[]>;
}

export async function truthOf({ founder, room }: Simulated): Promise<Truth> {
  const items = await founder.items(room);
  const stays = new Map<PersonKey, Stay[]>();
  for (const item of items) {
    if (item.kind !== 'notice') continue;
    const { fact } = item;
    const position = seqOf(item);
    const who = fact.kind === 'created' ? fact.by.person : personIn(fact);
    if (who === undefined) continue;
    const theirs = stays.get(who) ?? [];
    stays.set(who, theirs);
    const last = theirs.at(-1);
    if (fact.kind === 'created' || isStart(fact)) {
      if (last?.end === 'still') Object.assign(last, { to: position, end: 'returned' });
      theirs.push({ from: position, to: Infinity, end: 'still' });
    } else if ((fact.kind === 'removed' || fact.kind === 'banned' || fact.kind === 'left') && last?.end === 'still') {
      Object.assign(last, { to: position, end: fact.kind === 'left' ? 'left' : 'removed' });
    }
  }
  return { items, stays };
}

/** The relay's log says the same as the founder: each message where it stands, once. */
export async function checkLog({ world, room, founder }: Simulated, { items }: Truth): Promise<void> {
  const record = await world.store.load(fromBase64Url(room) as RoomId);
  if (record === undefined) throw new Discrepancy(founder, 'has a room that the relay has not');
  const log = new Map<number, string>();
  for (const frame of await world.store.read(record.log, { after: 0 as never, through: record.head, limit: 1_000_000, bytes: 2 ** 30 })) {
    const envelope = decodeEnvelope(frame);
    if (envelope !== undefined) log.set(envelope.seq, toBase64Url(envelope.id));
  }
  const seen = new Set<string>();
  for (const item of items) {
    if (item.kind !== 'message' || item.position === null) continue;
    if (seen.has(item.id)) throw new Discrepancy(founder, `sees ${item.id} twice`);
    seen.add(item.id);
    if (log.get(item.position) !== item.id) throw new Discrepancy(founder, `has ${item.id} at ${item.position}, where the log has ${log.get(item.position)}`);
  }
}

/** One person's view against what happened. */
export async function checkPerson(sim: Simulated, truth: Truth, one: Mortals): Promise<void> {
  const fail = (what: string): never => { throw new Discrepancy(one, what); };
  const items = await one.items(sim.room);
  const stays = truth.stays.get(one.key) ?? [];
  const seen = segments(items, one);
  // Drawn away, and never found to the others.
  if (stays.length === 0 && sim.people.some(({ isMalicious }) => isMalicious)) return;
  if (seen.length > stays.length) fail(`shows ${seen.length} stays of its own, where it had ${stays.length}`);
  for (const [n, stay] of stays.entries()) {
    const within = truth.items.filter((item) => item.position !== null && seqOf(item) >= stay.from && seqOf(item) <= stay.to);
    const expected = segment(within);
    const shown = seen[n] ?? { messages: [], notices: [], hasMissed: false };
    const mayMiss = stay.end === 'left' || stay.end === 'returned' || one.hasGaps;
    same(shown.messages, expected.messages, mayMiss, (what) => fail(`in stay ${n}, messages: ${what}`));
    same(shown.notices, expected.notices, mayMiss, (what) => fail(`in stay ${n}, notices: ${what}`));
  }
  const texts = items.flatMap(textOf);
  // Who parts themselves from the others by commits of their own making comes back and says again what was heard already: theirs alone stands there twice.
  const liars = new Set(sim.people.filter(({ isMalicious }) => isMalicious).map(({ key }) => key));
  const honest = items.filter((item) => item.kind !== 'message' || !liars.has(item.sender.person)).flatMap(textOf);
  if (new Set(honest).size !== honest.length) fail('sees a message twice');
  for (const text of one.sent) if (!texts.includes(text)) fail(`lost “${text}”, a message of its own`);
}

function segments(items: readonly TimelineItem[], one: Mortals): readonly Seen[] {
  const parts: TimelineItem[][] = [];
  for (const item of items) {
    const starts = item.kind === 'notice' && (item.fact.kind === 'created' ? item.fact.by.person === one.key : isStart(item.fact) && personIn(item.fact) === one.key);
    if (starts) parts.push([]);
    parts.at(-1)?.push(item);
  }
  return parts.map(segment);
}

function segment(items: readonly TimelineItem[]): Seen {
  const seen: Seen = { messages: [], notices: [], hasMissed: false };
  for (const item of items) {
    if (item.kind === 'message') {
      if (item.position !== null) seen.messages.push(...textOf(item));
    } else if (item.fact.kind === 'missed') seen.hasMissed = true;
    else if (!OWN.has(item.fact.kind)) seen.notices.push(factText(item.fact));
  }
  return seen;
}

/** `some`: what is shown may leave out some of it, in order all the same. */
function same(shown: readonly string[], expected: readonly string[], some: boolean, fail: (what: string) => never): void {
  let at = 0;
  for (const [i, each] of shown.entries()) {
    if (some) while (at < expected.length && expected[at] !== each) at++;
    if (each !== expected[at]) fail(`${each} at ${i}, not ${expected[some ? i : at] ?? 'nothing'}`);
    at++;
  }
  if (at < expected.length && !some) fail(`ends before ${expected[at]}`);
}

/**
 * The relay gave nobody what was said while they were out. Of the branch that the members are on, that is: what a malicious member says on one of its own,
 * where it may have drawn somebody, is nothing of the room's.
 */
export async function checkDelivered({ world, room, founder }: Simulated, truth: Truth, one: Mortals): Promise<void> {
  const stays = truth.stays.get(one.key) ?? [];
  const epochs = (await world.store.load(fromBase64Url(room) as RoomId))?.epochs ?? [];
  const tip = (await founder.record(room))?.epoch;
  const branch = new Set<string>();
  for (let at = epochs.find(({ id }) => tip !== undefined && equalBytes(id, tip)); at !== undefined; at = epochs.find(({ number }) => number === at?.parent)) branch.add(toHex(at.id));
  for (const [seq, epoch] of one.delivered) {
    if (branch.has(epoch) && !stays.some(({ from, to }) => seq > from && seq <= to)) throw new Discrepancy(one, `was given envelope ${seq}, while not in the room`);
  }
}

/** What members agree on, as text. */
export const agreedOn = ({ kind, name, look, settings, members, banned, relay }: RoomSummary): string =>
  JSON.stringify({
    kind, name, hue: look.hue, picture: look.picture === null ? null : toBase64Url(look.picture), settings, relay,
    members: members.map(({ person, name: called, role }) => `${person} ${called} ${role}`).sort(), banned: banned.map(({ person }) => person).sort(),
  });

/**
 * A malicious member's commit that nobody takes can draw somebody who comes in just then after it. They are told that nobody has confirmed them yet, and come
 * to the others by themselves where their invite still lets them in.
 */
const isDrawn = ({ people }: Simulated, summary: RoomSummary | undefined): boolean =>
  people.some(({ isMalicious }) => isMalicious) && (summary?.standing.kind === 'member' || summary?.standing.kind === 'left' || summary?.standing.kind === 'refused') && !summary.confirmed;

/**
 * Whether what somebody holds need not be what happened: they were drawn away; or the relay lied, and they are warned of it. Or it lied to them, and nothing that another
 * said since has reached them, by which alone they could tell; or they have left, and listen no more.
 */
export async function isExcused(sim: Simulated, one: Mortals): Promise<boolean> {
  const { lying, room, people } = sim;
  const summary = await one.summary(room);
  if (isDrawn(sim, summary)) return true;
  if (lying === undefined || lying.told() === 0) return false;
  if ((summary?.alarms.length ?? 0) > 0) return true;
  if (one.name !== lying.victim) return false;
  const shown = new Set((await one.items(room)).flatMap(textOf));
  return summary?.standing.kind === 'left' || !people.some((other) => other !== one && other.last.some((text) => shown.has(text)));
}

/** Undefined where everything has come to rest and all agree; else what is not there yet. */
export async function unrest(sim: Simulated): Promise<string | undefined> {
  const { people, room, founder } = sim;
  for (const { someone } of people) if (someone.halted.length > 0) throw new Error(`${someone.name} halted: ${someone.halted.join('; ')}`);
  const reference = await founder.summary(room);
  if (reference === undefined) return `${founder.name} is down`;
  const agreed = agreedOn(reference);
  for (const { person, leaving, devices, name } of reference.members) if (leaving || devices !== 1) return `${name} (${person}) is leaving, or twice there`;
  for (const one of people) {
    if (one.isMalicious) continue;
    if (!one.isAlive) return `${one.name} is down`;
    if (await isExcused(sim, one)) continue;
    const summary = await one.summary(room);
    if (one.hasLostState && summary?.standing.kind === 'left') continue;
    const isIn = reference.members.some(({ person }) => person === one.key);
    if (isIn !== (summary?.standing.kind === 'member')) return `${one.name} is ${isIn ? '' : 'not '}a member, and holds itself for ${summary?.standing.kind}`;
    if (summary?.standing.kind === 'joining' || summary?.standing.kind === 'broken') return `${one.name} is ${summary.standing.kind}`;
    if (summary?.standing.kind === 'refused' && summary.standing.problem.code === 'internal') throw new Discrepancy(one, `is refused: ${summary.standing.problem.detail}`);
    if (!isIn || summary === undefined) continue;
    if (agreedOn(summary) !== agreed) return `${one.name} has ${agreedOn(summary)}, ${founder.name} has ${agreed}`;
    if ((await one.items(room)).some(({ position }) => position === null)) return `${one.name} still has something to send`;
  }
  return undefined;
}

const wordsOf = (item: TimelineItem): string => (item.kind === 'notice' ? `<${item.fact.kind}>` : item.content.kind === 'text' ? item.content.text : '?');

export async function describe({ people }: Simulated, room: RoomKey): Promise<string> {
  const lines = await Promise.all(people.map(async (one) => {
    if (!one.isAlive) return `${one.name}: dead`;
    const summary = await one.summary(room);
    const log = (await one.items(room)).map((item) => `${item.position}:${wordsOf(item)}`).join(' | ');
    const { connection } = (await one.engine?.state().catch(() => undefined)) ?? {};
    return `${one.name}${one.isMalicious ? ' (malicious)' : ''}: ${JSON.stringify(summary?.standing)}, ${summary?.members.map(({ name, role }) => `${name} ${role}`).join(', ')}; alarms ${summary?.alarms.map(({ kind }) => kind).join()}; ${JSON.stringify(connection)}\n   ${log}`;
  }));
  return lines.join('\n');
}
