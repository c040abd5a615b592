/**
 * `npm run bench:app`: the built app in Chromium, served by a real relay, with a long history: one room of 100,000 messages and 500 rooms in the list.
 *
 *   --rounds <n>     how often each is measured; 5
 *   --messages <n>   in the vast room; 100000
 *   --rooms <n>      in the list; 500
 *   --dist <folder>  of the built app and relay
 *
 * What is warm and offline: the relay has ended, the service worker keeps the app, the browser has run it before.
 */
import { parseArgs } from 'node:util';
import { RelayProcess } from '../support/relay-process.ts';
import { finish, median, progress, type Bar } from './report.ts';
import { Browser, chromiumPath, forPage } from './app/browser.ts';
import { atList, listChange, memory, openRoom, QUERIES, scroll, scrollPlain, search, start } from './app/measures.ts';
import { talk } from './app/talk.ts';
import { prepare } from './app/scene.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, messages: { type: 'string', default: '100000' }, rooms: { type: 'string', default: '500' }, dist: { type: 'string' }, json: { type: 'boolean' } },
});
const rounds = Number(values.rounds);
/** Pixels, and pixels a second: some twenty messages a second. */
const DISTANCE = 12_000;
const SPEED = 3000;

/** A fixed piece of work: the time that it took, in processor times. */
function crowding(): number {
  const [from, before] = [performance.now(), process.cpuUsage()];
  let used = 0;
  while (used < 150_000) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  return (performance.now() - from) / (used / 1000);
}

const seen = new Map<string, number[]>();
function record(name: string, value: number): void {
  seen.set(name, [...(seen.get(name) ?? []), value]);
  progress(`  ${name}: ${value.toPrecision(4)}`);
}
const figure = (name: string): number => median(seen.get(name) ?? []);

if (chromiumPath() === undefined) {
  finish({ name: 'app', runs: 0, skipped: 'there is no Chromium: SOTTO_CHROMIUM names it', figures: {}, ratios: {}, bars: [] });
  process.exit();
}
const probe = await forPage('probe.ts');
const relay = await RelayProcess.start(values.dist);
const browsers: Browser[] = [];
const open = async (): Promise<Browser> => {
  const browser = await Browser.open(probe);
  browsers.push(browser);
  return browser;
};
try {
  const browser = await open();
  await relay.end('SIGTERM');
  relay.configure('--limit', 'creations-per-address=100000', '--limit', 'proofs-per-second=1000', '--limit', 'proofs-per-second-and-address=2000');
  await relay.restart();
  const scene = await prepare(browser, relay, { messages: Number(values.messages), rooms: Number(values.rooms), unread: Math.floor(Number(values.messages) * 0.4) });
  await relay.end('SIGTERM');
  // The first start after the seeding warms what the browser caches.
  await start(browser, scene);
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    const started = await start(browser, scene);
    record('first paint, ms', started.firstPaint);
    record('warm offline start to messages, ms', started.messages);
    record('of it: processor time of the page, ms', started.page);
    record('of it: processor time of the engine, ms', started.worker);
    record('how much longer than alone everything takes here', crowding());
    const page = await atList(browser, scene);
    for (let n = 0; n < 5; n++) record('list of all rooms, one changes, ms', await listChange(page, round * 5 + n));
    for (let n = 0; n < 3; n++) record('room open at last read, ms', await openRoom(page));
    const plain = await scrollPlain(browser, DISTANCE, SPEED);
    record('plain page: frames missed, %', (100 * plain.missed) / plain.due);
    await page.bringToFront();
    for (const [way, by] of [['older', -DISTANCE], ['newer', DISTANCE]] as const) {
      const scrolled = await scroll(page, by, SPEED);
      record(`scroll to ${way}: frames missed, %`, (100 * scrolled.missed) / scrolled.due);
      record(`scroll to ${way}: longest frame, ms`, scrolled.longest);
      record(`scroll to ${way}: frames whose work is over budget, %`, (100 * scrolled.long) / scrolled.due);
      record('messages passed', scrolled.passed);
      record('messages in the document, at most', scrolled.most);
    }
    for (const [at, took] of (await search(page)).entries()) {
      record('search, ms', took);
      record(`search "${QUERIES[at] ?? ''}", ms`, took);
    }
    const { pageHeapMiB, workerHeapMiB, domNodes } = await memory(page);
    record('page heap, MiB', pageHeapMiB);
    record('worker heap, MiB', workerHeapMiB);
    record('DOM nodes', domNodes);
    await page.close();
  }
  await relay.restart();
  for (const took of await talk(await open(), await open(), relay.origin, rounds * 4)) record('sent until shown at the other side, ms', took);
} finally {
  for (const browser of browsers) await browser.close();
  await relay.dispose();
}

const long = Math.max(figure('scroll to older: frames whose work is over budget, %'), figure('scroll to newer: frames whose work is over budget, %'));
const missed = Math.max(figure('scroll to older: frames missed, %'), figure('scroll to newer: frames missed, %'));
const bars: Bar[] = [
  { what: 'room of 100,000 opens at last read, ms', atMost: 300, got: figure('room open at last read, ms') },
  { what: 'warm offline start to messages, ms', atMost: 300, got: figure('warm offline start to messages, ms') },
  { what: 'search through the field, median, ms', atMost: 50, got: figure('search, ms') },
  // One in fifty may: that is where a page of messages comes in, a few times in a thousand pixels' way.
  { what: 'scrolling: frames whose work is over 16.7 ms of processor time, %', atMost: 3, got: long },
  // What a page of plain text misses on this machine is not ours; a busy machine misses more of what has more to do.
  { what: 'scrolling: frames missed beyond those of a plain page, %', atMost: 5, got: Math.max(0, missed - figure('plain page: frames missed, %')), goal: true },
  { what: 'messages in the document, at most', atMost: 300, got: figure('messages in the document, at most') },
];
finish({
  name: 'app', runs: rounds, figures: Object.fromEntries([...seen.keys()].map((name) => [name, figure(name)])),
  ratios: { 'frames drawn while scrolling, of those of a plain page': (100 - missed) / (100 - figure('plain page: frames missed, %')) }, bars,
});
