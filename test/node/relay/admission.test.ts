/** Who is let in, and counted as whom. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CLOSE_CODES } from '../../../shared/codes.ts';
import { blockOf, clientAddress, isPrivate, plainAddress, Proxies } from '../../../relay/admission/address.ts';
import { Addresses } from '../../../relay/admission/addresses.ts';
import { creationGate } from '../../../relay/admission/creation.ts';
import { guardSockets } from '../../../relay/admission/sockets.ts';
import { readConfig } from '../../../relay/config.ts';
import { DEFAULT_LIMITS, LIMIT_NAMES, readLimit, sayLimit } from '../../../relay/limits.ts';
import { Allowance } from '../../../relay/socket/allowance.ts';
import { Pair, type Refused, type RelayClient } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const codesOf = (client: RelayClient): string[] => client.controls.flatMap((control) => (control.t === 'error' ? [control.code] : []));

test('blocks: a /24 of IPv4, a /64 of IPv6, and what is mapped is IPv4', () => {
  const block = (text: string): string => blockOf(plainAddress(text) ?? assert.fail(text));
  const same: [string, string][] = [
    ['192.0.2.1', '192.0.2.254'], ['::ffff:192.0.2.1', '192.0.2.77'], ['::ffff:c000:0201', '192.0.2.9'], ['0:0:0:0:0:ffff:192.0.2.4', '192.0.2.1'],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'], ['2001:DB8:0001:2::', '2001:db8:1:2::5'], ['fe80::1%eth0', 'fe80::2'], ['[2001:db8::1]:443', '2001:db8::9'], ['192.0.2.1:9000', '192.0.2.1'],
    ['::1', '::2'], ['64:ff9b::192.0.2.1', '64:ff9b::5'],
  ];
  for (const [one, other] of same) assert.equal(block(one), block(other), `${one} ${other}`);
  const different: [string, string][] = [['192.0.2.1', '192.0.3.1'], ['2001:db8:1:2::1', '2001:db8:1:3::1'], ['1.2.3.4', '::1:2:3:4'], ['::ffff:192.0.2.1', '::fffe:192.0.2.1']];
  for (const [one, other] of different) assert.notEqual(block(one), block(other), `${one} ${other}`);
  for (const text of ['', 'unknown', '1.2.3', '1.2.3.4.5', '_hidden', '::g', '1.2.3.4, 5.6.7.8', '[::1']) assert.equal(plainAddress(text), undefined, text);
});

test('any IPv6 address is in the block of its first 64 bits', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }).filter((all) => !(all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff));
  fc.assert(fc.property(groups, fc.boolean(), (all, short) => {
    const plain = all.map((group) => group.toString(16)).join(':');
    // `::` may stand for one zero group as for many.
    const text = short ? plain.replace(/(^|:)(0:)+(?=[^:]|$)/, '::').replace(':::', '::') : plain;
    assert.equal(blockOf(plainAddress(text) ?? assert.fail(text)), all.slice(0, 4).map((group) => group.toString(16)).join(':'), text);
  }), { numRuns: 500 });
});

test('X-Forwarded-For counts from named proxies alone, and only what they wrote', () => {
  const none = new Proxies([]);
  const local = new Proxies(['loopback', '10.1.0.0/16', 'fd00::5']);
  assert.equal(clientAddress('127.0.0.1', '1.2.3.4', none), '127.0.0.1');
  assert.equal(clientAddress('127.0.0.1', undefined, local), '127.0.0.1');
  assert.equal(clientAddress('127.0.0.1', '1.2.3.4', local), '1.2.3.4');
  assert.equal(clientAddress('::ffff:127.0.0.1', '9.9.9.9, 1.2.3.4', local), '1.2.3.4', 'what the client made up stands further left');
  assert.equal(clientAddress('::1', '1.2.3.4, 10.1.2.3,fd00::5', local), '1.2.3.4', 'through several proxies');
  assert.equal(clientAddress('10.2.0.1', '1.2.3.4', local), '10.2.0.1', 'not named');
  assert.equal(clientAddress('8.8.8.8', '1.2.3.4', local), '8.8.8.8');
  assert.equal(clientAddress('127.0.0.1', 'nonsense', local), undefined);
  assert.equal(clientAddress(undefined, '1.2.3.4', local), undefined);
  assert.equal(clientAddress('127.0.0.1', `${'1.1.1.1,'.repeat(10_000)}7.7.7.7`, local), '7.7.7.7');
  for (const name of ['8.8.8.8', '0.0.0.0/0', '10.0.0.0/4', '10.0.0.1/33', '::/0', 'proxy.example', '10.0.0.1/8/8', '']) assert.throws(() => new Proxies([name]), RangeError, name);
  assert.ok(isPrivate('192.168.1.1') && isPrivate('fd12::1') && !isPrivate('172.32.0.1') && !isPrivate('2001:db8::1'));
});

test('an allowance never gives more than its bucket and its rate', () => {
  const steps = fc.array(fc.record({ pause: fc.integer({ min: -50, max: 5000 }), amount: fc.integer({ min: 1, max: 200 }) }), { maxLength: 200 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 5000 }), steps, (rate, most, all) => {
    const allowance = new Allowance(rate, most, 0);
    let now = 0;
    let latest = 0;
    let taken = 0;
    for (const { pause, amount } of all) {
      now += pause;
      latest = Math.max(latest, now);
      const wait = allowance.take(amount, now);
      if (wait === 0) taken += amount;
      else assert.equal(new Allowance(rate, most, 0).take(1, 0), 0);
      assert.ok(taken <= most + 200 + (latest * rate) / 1000, `${taken} within ${latest} ms`);
      if (wait > 0) assert.ok(wait <= (most * 1000) / rate + (200 * 1000) / rate + 1);
    }
  }), { numRuns: 300 });
  const exact = new Allowance(10, 10, 0);
  for (let i = 0; i < 10; i++) assert.equal(exact.take(1, 0), 0);
  const wait = exact.take(1, 0);
  assert.ok(exact.take(1, wait - 1) > 0);
  assert.equal(exact.take(1, wait), 0);
});

test('a block is remembered until it has its allowance back, and no longer', () => {
  const addresses = new Addresses({ ...DEFAULT_LIMITS, connectsPerAddress: 60, connections: 10 });
  const first = addresses.of('192.0.2.1', 0);
  assert.ok(first);
  first.connects.take(60, 0);
  assert.equal(addresses.of('192.0.2.200', 1), first, 'connecting anew gains nothing');
  assert.ok((addresses.of('192.0.2.200', 1)?.connects.take(1, 1) ?? 0) > 0);
  for (let i = 0; i < 40_000; i++) addresses.of(`10.${i >> 8}.${i & 255}.1`, 120_000);
  assert.ok(addresses.size < 20, `${addresses.size} blocks that used nothing`);
  for (let i = 0; i < 40_000; i++) addresses.of(`10.${i >> 8}.${i & 255}.1`, 120_000)?.connects.take(30, 120_000);
  assert.ok(addresses.size <= 10_020, `${addresses.size} blocks: bounded, whatever they used`);
  assert.equal(addresses.of('127.0.0.1', 0), undefined, 'this machine speaks for everyone, where no proxy is named');
  assert.ok(addresses.of('', 0), 'what cannot be told is a block of its own');
});

test('TCP connections of one address are bounded before they say a word; this machine’s and a named proxy’s are not', () => {
  const server = new EventEmitter();
  const blocks = guardSockets(server, { ...DEFAULT_LIMITS, connectionsPerAddress: 10 }, new Proxies(['10.0.0.5']));
  let cut = 0;
  const arrive = (remoteAddress: string | undefined): EventEmitter => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, destroy: () => { cut++; } });
    server.emit('connection', socket);
    return socket;
  };
  const here = Array.from({ length: 74 }, (_, i) => arrive(`192.0.2.${i}`));
  assert.equal(cut, 0);
  arrive('::ffff:192.0.2.200');
  assert.equal(cut, 1);
  for (let i = 0; i < 200; i++) for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.5', undefined]) arrive(address);
  arrive('198.51.100.1');
  assert.equal(cut, 1, 'others are not held back');
  here[0]?.emit('close');
  arrive('192.0.2.201');
  assert.equal(cut, 1);
  for (const socket of here) socket.emit('close');
  assert.ok(blocks() <= 2, `${blocks()} are remembered`);
});

test('a proxy that is not named is told of, once, without an address', async () => {
  const scene = await RelayScene.start();
  for (let i = 0; i < 3; i++) await scene.client({ forwarded: '192.0.2.1' });
  const told = scene.logged.filter((line) => line.includes('--trust-proxy'));
  assert.equal(told.length, 1);
  assert.ok(!told.join('').includes('192.0.2') && !told.join('').includes('127.0.0'));
  const named = await RelayScene.start({ trustProxy: ['loopback'] });
  await named.client({ forwarded: '192.0.2.1' });
  assert.deepEqual(named.logged.filter((line) => line.includes('--trust-proxy')), []);
});

test('connections and rooms of one address: others are not held back', async () => {
  const scene = await RelayScene.start({ trustProxy: ['loopback'], limits: { connectionsPerAddress: 2, creationsPerAddress: 1 } });
  const here = [await scene.client({ forwarded: '192.0.2.1' }), await scene.client({ forwarded: '9.9.9.9, 192.0.2.99' })];
  const third = await scene.client({ forwarded: '192.0.2.3' });
  await third.until(() => third.closed !== undefined);
  assert.deepEqual([third.closed?.code, codesOf(third)], [CLOSE_CODES.full, ['too-many-connections']]);
  await here[0]?.create(new Pair());
  await assert.rejects(async () => here[1]?.create(new Pair()), (error: { code?: string; refusal?: { retryAfter: number } }) => error.code === 'rate-limited' && (error.refusal?.retryAfter ?? 0) > 60_000);
  await (await scene.client({ forwarded: '2001:db8::1' })).create(new Pair());
  await here[0]?.end();
  assert.ok((await scene.client({ forwarded: '192.0.2.4' })).hello);
});

test('frames and bytes a second of one address, over all its connections', async () => {
  for (const limits of [{ framesPerSecondAndAddress: 3, burstSeconds: 10 }, { bytesPerSecondAndAddress: 1000, burstSeconds: 2 }]) {
    const scene = await RelayScene.start({ trustProxy: ['loopback'], limits: { framesPerSecond: 1000, ...limits } });
    const clients = await Promise.all([1, 2, 3, 4].map((i) => scene.client({ forwarded: `192.0.2.${i}` })));
    for (let i = 0; i < 20; i++) for (const client of clients) client.control({ t: 'ping' });
    for (let i = 0; i < 20; i++) for (const client of clients) client.raw(new Uint8Array(100));
    await Promise.all(clients.map((client) => client.until(() => client.controls.length > 40 || client.closed !== undefined)));
    assert.ok(clients.flatMap(codesOf).includes('rate-limited'), JSON.stringify(limits));
    const elsewhere = await scene.client({ forwarded: '198.51.100.1' });
    await elsewhere.create(new Pair());
  }
});

test('proofs, signals: rate-limited, each by itself', async () => {
  const scene = await RelayScene.start({ limits: { rooms: 3, proofsPerSecond: 1, signalsPerSecond: 1, burstSeconds: 3 } });
  const { epoch, creator } = await scene.room();
  for (let i = 0; i < 100; i++) creator.post(epoch, 'typing', { kind: 'signal' });
  await creator.settle();
  assert.deepEqual(new Set(codesOf(creator)), new Set(['rate-limited']));
  assert.ok(codesOf(creator).length > 80 && codesOf(creator).length <= 97, `${codesOf(creator).length} of 100`);
  await creator.send(epoch, 'a message goes on');
  const guesser = await scene.client();
  const tries = Array.from({ length: 20 }, () => guesser.open({ ...epoch, pair: new Pair() }).catch((error: unknown) => (error as Refused).code));
  const answers = await Promise.all(tries);
  assert.ok(answers.slice(0, 3).every((code) => code === 'no-access') && answers.includes('rate-limited'), JSON.stringify(answers));
});

test('pings are answered, and a flood of them ends the connection', async () => {
  const scene = await RelayScene.start({ limits: { pingsPerSecond: 2, burstSeconds: 10 } });
  const client = await scene.client();
  let pongs = 0;
  client.socket.on('pong', () => { pongs++; });
  for (let i = 0; i < 500; i++) client.socket.ping();
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, CLOSE_CODES.flood);
  assert.ok(pongs >= 20 && pongs < 500, `${pongs} pongs`);
});

test('who may make rooms: everybody, whoever has a token, nobody', async () => {
  const withToken = await RelayScene.start({ creation: { rooms: 'token', tokens: ['first token', 'second'] } });
  const client = await withToken.client();
  for (const token of [undefined, '', 'first', 'first token ', 'SECOND']) await assert.rejects(client.create(new Pair(), token === undefined ? {} : { token }), { code: 'creation-refused' }, token);
  for (const token of ['first token', 'second']) await client.create(new Pair(), { token });
  const off = await RelayScene.start({ creation: { rooms: 'off' } });
  await assert.rejects((await off.client()).create(new Pair(), { token: 'second' }), { code: 'creation-refused' });
  assert.equal(creationGate({ rooms: 'open' })(undefined), true);
  assert.equal(creationGate({ rooms: 'token', tokens: [''] })(undefined), false);
});

test('pages of another app are let in by name, and others are not', async () => {
  const scene = await RelayScene.start({ appOrigins: ['https://app.example'] });
  assert.ok((await scene.client({ header: 'https://app.example' })).hello);
  const foreign = await scene.client({ header: 'https://app.example.evil' });
  await foreign.until(() => foreign.closed !== undefined);
  assert.equal(foreign.closed?.code, CLOSE_CODES.origin);
});

test('other relays stand in the policy of the page, and only those named', async () => {
  const scene = await RelayScene.start({ origins: ['https://chat.example'], connect: ['https://other.example'] });
  const policy = (await fetch(`${scene.url}/healthz`)).headers.get('content-security-policy') ?? '';
  assert.match(policy, /connect-src 'self' https:\/\/chat\.example wss:\/\/chat\.example https:\/\/other\.example wss:\/\/other\.example;/);
});

test('a limit is read as it is said, for every limit, and what is out of bounds is told what would do', () => {
  for (const name of LIMIT_NAMES) assert.equal(readLimit(name, sayLimit(name, DEFAULT_LIMITS[name])), DEFAULT_LIMITS[name], name);
  assert.equal(readLimit('bytesPerRoom', '2 gib'), 2 * 1024 ** 3);
  assert.equal(readLimit('messageAge', '30d'), 30 * 86_400_000);
  for (const [name, text] of [['payload', '1GiB'], ['payload', '0'], ['messageAge', '30 weeks'], ['rooms', '-1'], ['rooms', '1.5'], ['rooms', '5d'], ['rooms', '']] as const) {
    const answer = readLimit(name, text);
    assert.ok(typeof answer === 'object' && /such as \S+, not/.test(answer.wrong), `${name} ${text}`);
  }
});

test('flags and variables: what is said, or one sentence that says what to do', () => {
  const file = join(scratchFolder(), 'tokens');
  writeFileSync(file, 'one\n\n two \n');
  const read = (args: string[], environment: Record<string, string> = {}) => {
    const wish = readConfig(args, environment);
    return wish.kind === 'run' ? wish.config : assert.fail(wish.kind === 'mistake' ? wish.sentence : wish.kind);
  };
  const config = read(['--limit', 'rooms=5', '--limit', 'bytes-per-room=1GiB', '--rooms', 'token', '--rooms-token-file', file, '--trust-proxy', 'loopback, 10.0.0.0/8', '--app-origin', 'https://a.example', '--connect', 'https://b.example,https://c.example'], {
    SOTTO_LIMIT: 'rooms=4,frames-per-second=7', SOTTO_ROOMS_TOKEN: 'three',
  });
  assert.deepEqual(config.limits, { rooms: 5, framesPerSecond: 7, bytesPerRoom: 1024 ** 3 });
  assert.deepEqual(config.creation, { rooms: 'token', tokens: ['one', 'two', 'three'] });
  assert.deepEqual([config.trustProxy, config.appOrigins, config.connect], [['loopback', '10.0.0.0/8'], ['https://a.example'], ['https://b.example', 'https://c.example']]);
  const cases: [string[], RegExp][] = [
    [['--limit', 'rooms'], /--limit must be a name and a value/], [['--limit', 'roms=5'], /--limit knows no "roms".*bytes-per-room/], [['--limit', 'rooms=0'], /--limit rooms must be a whole number, at least 1/],
    [['--rooms', 'closed'], /--rooms must be open, token or off/], [['--rooms', 'token'], /SOTTO_ROOMS_TOKEN/], [['--rooms', 'token', '--rooms-token-file', '/nowhere'], /cannot be read/],
    [['--rooms-token-file', file], /needs --rooms token/], [['--trust-proxy', '8.8.8.8'], /--trust-proxy takes loopback and private/], [['--trust-proxy', 'caddy'], /--trust-proxy takes loopback, private/],
    [['--app-origin', 'app.example'], /--app-origin must be a URL/], [['--connect', 'wss://x.example'], /--connect must be a URL/],
  ];
  for (const [args, sentence] of cases) {
    const wish = readConfig(args, {});
    assert.equal(wish.kind, 'mistake', args.join(' '));
    if (wish.kind === 'mistake') assert.match(wish.sentence, sentence);
  }
});

test('whoever has no room open may be held to smaller frames', async () => {
  const scene = await RelayScene.start({ limits: { frameBeforeOpen: 10_000 } });
  const { epoch, creator } = await scene.room();
  const stranger = await scene.client();
  stranger.raw(new Uint8Array(12_000));
  await stranger.until(() => stranger.closed !== undefined);
  assert.equal(stranger.closed?.code, 1009);
  await creator.send(epoch, new Uint8Array(60_000));
});
