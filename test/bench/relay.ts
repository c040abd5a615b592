/**
 * `npm run bench:relay`: our relay beside others, each in a process of its own, the same workloads in turn, round by round.
 *
 *   --rounds <n>       how often each is measured; 3
 *   --only <a,b,…>     of the workloads a, b, c, d, e and `cost`
 *   --servers <…>      of sotto, bare, socketio, mqtt (mosquitto), nats (nats-server with JetStream over WebSocket)
 *
 * A ratio is the median of the rounds' ratios: what the machine does meanwhile hits both sides of one alike.
 */
import { parseArgs } from 'node:util';
import { finish, median, progress, type Bar } from './report.ts';
import { buildGenerator, buildServers } from './relay/build.ts';
import { SERVERS, start, type Server, type ServerName } from './relay/servers.ts';
import { catchUp, fanOut, idle, manyRooms, members, rooms, storm, type Bench, type Figures } from './relay/workloads.ts';

const WORKLOADS = ['a', 'b', 'c', 'd', 'e', 'cost'] as const;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' }, servers: { type: 'string' }, json: { type: 'boolean' } } });
const rounds = Number(values.rounds);
const chosen = <T extends string>(all: readonly T[], said: string | undefined): readonly T[] => (said === undefined ? all : all.filter((name) => said.split(',').includes(name)));
const only = chosen(WORKLOADS, values.only);

/** By server and figure, one value a round. */
const seen = new Map<string, number[]>();
const key = (server: ServerName, figure: string): string => `${server} ${figure}`;
function record(server: ServerName, figures: Figures): void {
  for (const [figure, value] of Object.entries(figures)) {
    const name = key(server, figure);
    seen.set(name, [...(seen.get(name) ?? []), value]);
    progress(`  ${name}: ${value.toPrecision(4)}`);
  }
}

const program = buildGenerator();
if (program === undefined) {
  finish({ name: 'relay', runs: 0, skipped: 'there is no C compiler (cc): a load generator on Node would measure itself', figures: {}, ratios: {}, bars: [] });
  process.exit();
}
const bench: Bench = { program, built: await buildServers() };
const running: Server[] = [];
const absent: ServerName[] = [];
try {
  for (const name of chosen(SERVERS, values.servers)) {
    const server = await start(name, bench.built);
    if (server === undefined) absent.push(name);
    else running.push(server);
  }
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    await runRound(round % 2 === 0 ? running : [...running].reverse());
  }
} finally {
  for (const server of running) await server.end();
}
report();

async function runRound(servers: readonly Server[]): Promise<void> {
  const onNode = servers.filter(({ name }) => name !== 'mqtt' && name !== 'nats');
  const ours = servers.filter(({ name }) => name === 'sotto');
  if (only.includes('a')) for (const server of servers) record(server.name, await fanOut(bench, server));
  if (only.includes('b')) for (const server of servers) record(server.name, await manyRooms(bench, server));
  if (only.includes('c')) for (const server of ours) record(server.name, await catchUp(bench, server));
  if (only.includes('d')) for (const { name } of onNode) record(name, await idle(bench, name));
  if (only.includes('e')) for (const server of onNode) record(server.name, await storm(bench, server));
  if (only.includes('cost')) for (const server of ours) {
    for (const count of [10, 1000]) record(server.name, await members(bench, server, count));
    for (const count of [1, 10_000]) record(server.name, await rooms(bench, server, count));
  }
}

function report(): void {
  const figures = Object.fromEntries([...seen].map(([name, all]) => [name, median(all)]));
  const ratios: Record<string, number> = {};
  const bars: Bar[] = [];
  const figure = (name: string): number | undefined => figures[key('sotto', name)];
  /** Ours by another's, of the same round; undefined where either was not measured. */
  const ratio = (what: string, ours: string, theirs: string): number | undefined => {
    const [a, b] = [seen.get(ours), seen.get(theirs)];
    if (a === undefined || b === undefined) return undefined;
    ratios[what] = median(a.map((value, round) => value / (b[round] ?? Number.NaN)));
    return ratios[what];
  };
  const against = (name: string, other: ServerName): number | undefined => ratio(`${name}, to ${other}`, key('sotto', name), key(other, name));
  const atLeast = (what: string, bar: number, got: number | undefined, goal = false): void => {
    if (got !== undefined) bars.push({ what, atLeast: bar, got, ...(goal ? { goal } : {}) });
  };
  const atMost = (what: string, bar: number, got: number | undefined): void => {
    if (got !== undefined) bars.push({ what, atMost: bar, got });
  };

  const [a, b, d, e] = ['(a) deliveries/s', '(b) acked/s', '(d) resident bytes of an idle connection', '(e) connections/s'] as const;
  atLeast('(a) to the bare broadcast', 6, against(a, 'bare'));
  atLeast('(a) to socket.io', 15, against(a, 'socketio'));
  against(a, 'mqtt');
  against(a, 'nats');
  const bare = against(b, 'bare');
  const nats = against(b, 'nats');
  atLeast('(b) to the bare server', 1.4, bare);
  atLeast('(b) to socket.io', 4, against(b, 'socketio'));
  atLeast('(b) to mosquitto', 1.1, against(b, 'mqtt'));
  atLeast('(b) to the bare server', 2.5, bare, true);
  atLeast('(b) to NATS JetStream', 1.5, nats, true);
  // Of all threads of either: where others use the machine, it says more than what got done.
  for (const other of ['bare', 'socketio', 'mqtt', 'nats'] as const) against('(b) processor time of an acked envelope, µs', other);
  atMost('event-loop delay p99 under (b), ms', 25, figure('(b) event-loop delay p99, ms'));
  atLeast('(c) envelopes/s', 100_000, figure('(c) envelopes/s'));
  atMost('(d) to the bare server', 1.2, against(d, 'bare'));
  against(d, 'socketio');
  atLeast('(e) to the bare server', 1, against(e, 'bare'));
  against(e, 'socketio');
  // First openings are by signature with us, and by one that nobody checks with the bare server.
  for (const other of ['bare', 'socketio'] as const) for (const figure of ['(e) first openings/s', '(e) processor time of a connection, µs', '(e) of it on the main thread, µs']) against(figure, other);
  const cost = (what: string, many: string, few: string): number | undefined => ratio(what, key('sotto', `processor time of a delivery ${many}, µs`), key('sotto', `processor time of a delivery ${few}, µs`));
  atMost('cost of a delivery, 1,000 members to 10', 1.25, cost('cost of a delivery, 1,000 members to 10', 'to 1000 members', 'to 10 members'));
  atMost('cost of a delivery, 10,000 rooms to 1', 1.25, cost('cost of a delivery, 10,000 rooms to 1', 'over 10000 rooms', 'over 1 rooms'));

  const skipped = absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
  finish({ name: 'relay', runs: rounds, figures, ratios, bars, ...(skipped === undefined ? {} : { skipped }) });
}
