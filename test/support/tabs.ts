/**
 * One profile in five tabs and a service worker, all of which could advance the same ratchets: in each round somebody writes in two places, a push
 * comes, and whoever leads is ended. Afterwards nothing is lost, doubled or broken, with anybody.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TimelineItem } from '../../pwa/engine/api.ts';
import { Alarm } from './alarm.ts';
import { seeded, type Dice } from './dice.ts';
import { Person } from './person.ts';
import { RelayProcess } from './relay-process.ts';

const TABS = 5;

export interface TabRounds {
  readonly rounds: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

export async function tabRounds({ rounds, seed, say = () => undefined }: TabRounds): Promise<void> {
  const dice = seeded(seed);
  const relay = await RelayProcess.start();
  const ida = await Person.arrive('Ida', relay.origin);
  const ben = await Person.arrive('Ben', relay.origin);
  try {
    await ida.introduce();
    await ida.startRoom('Harbour swim');
    await ida.keepsApp();
    const link = await ida.makeInvite();
    await ben.introduce();
    await ben.page.goto(link);
    await ben.acceptInvite();
    await ida.allowNotifications();
    const alarm = await Alarm.of(ida, relay.origin);
    await ida.putAway();
    const said: string[] = [];
    let tabs = await opened(ida, TABS);
    for (let round = 0; round < rounds; round++) {
      const [fromIda, fromBen] = [`ida ${round}`, `ben ${round}`];
      said.push(fromIda, fromBen);
      // Whoever writes may be cut off by the end of the leader, but not be the one that ends.
      const writing = Promise.all([send(dice.pick(tabs.slice(1)), fromIda), send(ben.page, fromBen)]);
      if (dice.chance(0.5)) await writing;
      await alarm.push();
      tabs = await endLeader(ida, tabs, dice, writing, say);
      await writing;
      if (dice.chance(0.5)) await alarm.push();
      tabs = [...tabs, ...(await opened(ida, TABS - tabs.length))];
      say(`round ${round} of ${rounds}`);
    }
    for (const page of [...tabs, ben.page]) await converges(page, said);
    const [first, ...others] = await Promise.all([...tabs, ben.page].map(history));
    for (const other of others) assert.deepEqual(other, first, 'two contexts show another history');
    ida.assertCalm();
    ben.assertCalm();
  } finally {
    await ida.leave();
    await ben.leave();
    await relay.dispose();
  }
}

/** The oldest tab leads: who waits for the lock gets it in the order of asking. Sometimes all go, and the service worker is alone for a moment. */
async function endLeader(ida: Person, tabs: readonly Page[], dice: Dice, writing: Promise<unknown>, say: (line: string) => void): Promise<Page[]> {
  const leader = tabs[0];
  if (leader === undefined) return [];
  const how = dice.pick(['close', 'close', 'crash', 'reload', 'all'] as const);
  say(`  ${how}`);
  switch (how) {
    case 'close':
      await leader.close();
      return tabs.slice(1);
    case 'reload':
      await leader.reload();
      return [...tabs.slice(1), leader];
    case 'crash': {
      await writing;
      const gone = await ida.crashTab(leader);
      await Promise.all(gone.map((page) => page.close()));
      return tabs.filter((page) => !gone.includes(page));
    }
    case 'all':
      await writing;
      await Promise.all(tabs.map((page) => page.close()));
      return [];
  }
}

const opened = async (person: Person, count: number): Promise<Page[]> => Promise.all(Array.from({ length: count }, () => person.newTab()));

/** Through the page's own engine, as its composer does; resolves when it is durable. */
const send = (page: Page, text: string): Promise<void> =>
  page.evaluate(async (text) => {
    const { engine } = document.querySelector('sotto-app') ?? {};
    const [room] = (await engine?.state())?.rooms ?? [];
    if (engine === undefined || engine === null || room === undefined) throw new Error('there is no room');
    const id = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    await engine.send(room.room, id as Parameters<typeof engine.send>[1], { kind: 'text', text });
  }, text);

interface Seen {
  readonly standing: string;
  readonly alarms: number;
  readonly behind: number;
  readonly unsent: number;
  readonly items: readonly TimelineItem[];
}

const look = (page: Page): Promise<Seen> =>
  page.evaluate(async () => {
    const { engine } = document.querySelector('sotto-app') ?? {};
    const state = await engine?.state();
    const [room] = state?.rooms ?? [];
    if (engine === undefined || engine === null || state === undefined || room === undefined) throw new Error('there is no room');
    const { items } = await engine.timeline(room.room, { limit: 1000 });
    return { standing: room.standing.kind, alarms: room.alarms.length, behind: state.behind, unsent: state.unsent, items };
  });

const textsOf = ({ items }: Seen): string[] => items.flatMap((item) => (item.kind === 'message' && item.content.kind === 'text' ? [item.content.text] : []));

/** Milliseconds for what was begun to arrive. */
const PATIENCE = 60_000;

async function converges(page: Page, said: readonly string[]): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  let seen = await look(page);
  while ((textsOf(seen).length < said.length || seen.unsent > 0 || seen.behind > 0) && Date.now() < deadline) seen = await look(page);
  assert.deepEqual(textsOf(seen).sort(), [...said].sort(), 'something is lost or doubled');
  assert.deepEqual({ standing: seen.standing, alarms: seen.alarms, behind: seen.behind, unsent: seen.unsent }, { standing: 'member', alarms: 0, behind: 0, unsent: 0 });
  assert.deepEqual(seen.items.flatMap((item) => (item.kind === 'notice' && ['unreadable', 'missed', 'invalid-commit', 'returned'].includes(item.fact.kind) ? [item.fact.kind] : [])), []);
}

/** In the log's order. */
const history = async (page: Page): Promise<readonly string[]> => textsOf(await look(page));
