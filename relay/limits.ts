/**
 * What this relay allows, within what the protocol does (`shared/limits.ts`): each with a default that suits a server at home,
 * the bounds in which an operator may set it, and a line in docs/SELF-HOSTING.md, which a test holds against this page.
 */
import { LIMITS } from '../shared/limits.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const ANY = Number.MAX_SAFE_INTEGER;

/** In what a limit is counted: pieces, bytes, milliseconds, or seconds. */
export type LimitUnit = 'count' | 'bytes' | 'milliseconds' | 'seconds';

interface LimitSpec {
  readonly unit: LimitUnit;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

const count = (value: number, least = 1, most = ANY): LimitSpec => ({ unit: 'count', value, least, most });
const bytes = (value: number, least = 1, most = ANY): LimitSpec => ({ unit: 'bytes', value, least, most });
const time = (value: number, least = 1, most = 100 * 365 * DAY): LimitSpec => ({ unit: 'milliseconds', value, least, most });

export const LIMIT_SPECS = {
  // One frame
  payload: bytes(LIMITS.payload, KiB, LIMITS.payload),
  /** A frame with a commit, or the GroupInfo of a new room. */
  frame: bytes(LIMITS.frame, 64 * KiB, LIMITS.frame),
  /** A frame of a connection that has not opened a room yet. A large room that moves here comes with its whole GroupInfo, so it is no less by default. */
  frameBeforeOpen: bytes(LIMITS.frame, 4 * KiB, LIMITS.frame),
  pull: count(LIMITS.pull, 1, LIMITS.pull),
  /** Bytes of envelopes in the answer to one pull, the last one not counted. */
  pullBytes: bytes(MiB),

  // One connection: sustained rates, of which a burst may be `burstSeconds` seconds' worth
  framesPerSecond: count(500),
  bytesPerSecond: bytes(4 * MiB),
  signalsPerSecond: count(50),
  commitsPerSecond: count(4),
  /** Proofs of a key: openings, creations and deletions of rooms. A burst may be `rooms` of them. */
  proofsPerSecond: count(50),
  burstSeconds: count(10),
  /** Frames over the rate, or unreadable, that are answered in a minute before the connection is closed. */
  overRate: count(2000),
  /** WebSocket pings and pongs in a second, beyond those asked for. */
  pingsPerSecond: count(5),
  /** Rooms that one connection may hold open. */
  rooms: count(1000),
  /** Access keys that one connection holds of one room. */
  keysPerRoom: count(64),
  /** Further candidates that one connection may offer for one step. */
  candidatesPerConnection: count(4),
  /** Grants for blobs in a minute. */
  grantsPerConnection: count(120),
  /** Subscriptions to push in a minute: one for each room after each opening. */
  subscriptionsPerConnection: count(2000),
  /** How long a connection may stay without having a room open. */
  idle: time(30 * SECOND),
  /** Unread bytes over which a connection is taken off live delivery, and its own frames wait. */
  buffered: bytes(MiB, 4 * KiB),
  /** Bytes of frames that wait behind a slow answer before the connection's reading pauses. */
  waiting: bytes(256 * KiB, KiB),
  /** Seconds between heartbeats; a peer that was silent for two of them is dropped. */
  heartbeat: { unit: 'seconds', value: 25, least: 1, most: 30 },

  // One address: a /24 of IPv4, a /64 of IPv6
  connectionsPerAddress: count(256),
  /** New connections in a minute. */
  connectsPerAddress: count(600),
  framesPerSecondAndAddress: count(4000),
  bytesPerSecondAndAddress: bytes(16 * MiB),
  proofsPerSecondAndAddress: count(200),
  /** Rooms made in an hour. */
  creationsPerAddress: count(60),
  /** Pieces of blobs that are sent here. */
  uploadBytesPerSecondAndAddress: bytes(8 * MiB),
  /** Blobs that are fetched, and pieces that are sent, at once. */
  transfersPerAddress: count(16),

  // One room
  commitsPerRoom: count(240),
  /** Knocks in a minute. */
  knocksPerRoom: count(30),
  candidates: count(LIMITS.candidates, 1, LIMITS.candidates),
  /** What a room keeps; over it, messages go first, the oldest first. */
  bytesPerRoom: bytes(256 * MiB, MiB),
  envelopesPerRoom: count(500_000, 1000),
  messageAge: time(90 * DAY, MINUTE),
  commitAge: time(400 * DAY, MINUTE),
  /** What its blobs come to, those announced and not here yet included. */
  blobBytesPerRoom: bytes(3 * GiB, MiB),
  blobsPerRoom: count(10_000),
  /** Longer than messages are kept: whoever gets a message late gets what it carries. */
  blobAge: time(100 * DAY, MINUTE),
  /** How long an upload that does not go on is kept. */
  partAge: time(7 * DAY, MINUTE),
  /** Devices that are woken by push. */
  subscriptionsPerRoom: count(512),
  /** Envelope ids remembered per room, at least; see `delivery/dedupe.ts`. */
  dedupe: count(4096),

  // HTTP
  /** How long a request may take to bring its headers, and all of itself. */
  headersTime: time(10 * SECOND, SECOND),
  requestTime: time(60 * SECOND, SECOND),
  /** One blob: a file of 512 MiB, sealed. */
  blob: bytes(513 * MiB, MiB),
  /** What one request brings of a blob. */
  blobPiece: bytes(8 * MiB, 64 * KiB),
  /** How long a transfer may stand still. */
  stalled: time(60 * SECOND, SECOND),

  // The whole relay
  connections: count(10_000),
  roomsInAll: count(10_000),
  /** Rooms that stay in memory though nobody has them open any more; of all of them eight times as many epochs. */
  idleRooms: count(2048, 0),
  /** The database and the blobs: within its last sixteenth no room is made, within the last 32nd nothing big is taken, beyond it nothing. */
  bytesInAll: bytes(16 * GiB, MiB),
  /** Blobs alone: less than in all, so that they leave room for messages. */
  blobBytesInAll: bytes(12 * GiB, MiB),
  blobsInAll: count(100_000),
  /** Blobs that are fetched, and pieces that are sent, at once. */
  transfers: count(256),
  /** Of all rooms: some 1.2 KiB each in the database. */
  subscriptionsInAll: count(100_000),
  /** Devices that are being woken, or were within the last seconds. */
  pushesAtOnce: count(10_000),
  /** Free space that is left to the disk: below three times that no room is made, below twice nothing big is taken, below it nothing. 0: not looked at. */
  spareDisk: bytes(128 * MiB, 0),
  /** Buffers of all connections, over which those that hold most are closed. */
  memory: bytes(256 * MiB, 16 * MiB),
  /** The longest that a client is asked to wait before it reconnects to a relay that goes away. */
  reconnect: time(3 * SECOND),
} as const satisfies Readonly<Record<string, LimitSpec>>;

export type LimitName = keyof typeof LIMIT_SPECS;
export type RelayLimits = Readonly<Record<LimitName, number>>;

export const LIMIT_NAMES = Object.keys(LIMIT_SPECS) as LimitName[];

export const DEFAULT_LIMITS: RelayLimits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMIT_SPECS[name].value])) as RelayLimits;

/** Of which each step is a whole number of the one before, the largest first. */
const SUFFIXES: Readonly<Record<LimitUnit, readonly (readonly [string, number])[]>> = {
  count: [['', 1]],
  bytes: [['GiB', GiB], ['MiB', MiB], ['KiB', KiB], ['', 1]],
  milliseconds: [['d', DAY], ['h', 60 * MINUTE], ['min', MINUTE], ['s', SECOND], ['ms', 1]],
  seconds: [['s', 1]],
};

/** As an operator writes it: `4MiB`, `90d`, `500`. */
export function sayLimit(name: LimitName, value: number): string {
  const [suffix, unit] = SUFFIXES[LIMIT_SPECS[name].unit].find(([, unit]) => value >= unit && value % unit === 0) ?? ['', 1];
  return `${value / unit}${suffix}`;
}

export const isLimitName = (text: string): text is LimitName => Object.hasOwn(LIMIT_SPECS, text);

/** The value that was written, or a sentence that says what would do. */
export function readLimit(name: LimitName, text: string): number | { readonly wrong: string } {
  const { unit, least, most } = LIMIT_SPECS[name];
  const [, digits, suffix] = /^(\d+)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const suffixes = SUFFIXES[unit];
  const scale = suffix === '' ? 1 : suffixes.find(([known]) => known.toLowerCase() === suffix?.toLowerCase())?.[1];
  const value = digits === undefined || scale === undefined ? Number.NaN : Number(digits) * scale;
  if (value >= least && value <= most) return value;
  const named = suffixes.map(([suffix]) => suffix).filter((suffix) => suffix !== '');
  const example = sayLimit(name, LIMIT_SPECS[name].value);
  const bounds = most === ANY ? `at least ${sayLimit(name, least)}` : `from ${sayLimit(name, least)} to ${sayLimit(name, most)}`;
  return { wrong: `must be a whole number${named.length === 0 ? '' : ` with ${named.join(', ')} behind it`}, ${bounds}, such as ${example}, not "${text}"` };
}
