/** Attachments: requests that are broken in every way, uploads that drip, downloads that nobody reads, and many at once. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { BLOB_PATH, blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../shared/blobs.ts';
import { blobTransport } from '../../pwa/engine/node/blobs.ts';
import type { BlobPlace } from '../../pwa/engine/ports/blob-transport.ts';
import { bytesOf } from '../support/blob-transport-conformance.ts';
import { seeded, type Dice } from '../support/dice.ts';
import type { RelayClient, TestEpoch } from '../support/relay-client.ts';
import { RawSocket } from './raw-socket.ts';
import type { Target } from './target.ts';

const MiB = 1024 * 1024;
/** Milliseconds within which a request that the relay should answer, or cut, is. */
const ANSWER = 8000;
/** Seconds, so that an attack need not take minutes. */
export const IMPATIENT_BLOBS = ['request-time=1s', 'headers-time=1s', 'stalled=1s', 'transfers=48'] as const;

const id = (i: number): BlobId => new Uint8Array(16).fill(i) as BlobId;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function placeFor(target: Target, client: RelayClient, { room }: TestEpoch, i: number): Promise<BlobPlace> {
  const { token } = await client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }));
  return { relay: target.url, token, id: id(i) };
}

async function upload(place: BlobPlace, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += 4 * MiB) await blobTransport().append(place, { size: bytes.length, offset, bytes: bytes.subarray(offset, offset + 4 * MiB) });
}

async function download(place: BlobPlace, size: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of blobTransport().read(place, { from: 0, to: size })) hash.update(chunk);
  return hash.digest('hex');
}

const NUMBERS = ['0', '1', '5', '100', '-1', '1e3', '0x10', '', ' ', '99999999999999999999', '9007199254740993', '999999999999999', 'NaN', '１', '5, 5', '00000000000000000005'];
const RANGES = ['bytes=0-0', 'bytes=-1', 'bytes=5-', 'bytes=-0', 'bytes=5-1', 'bytes=0-1,3-4', 'bytes=a-b', 'bytes=', 'items=0-1', 'bytes=999999999999999-', 'bytes=0-999999999999999', 'bytes=-999999999999999', 'bytes=9999999999999999999-', 'bytes= 0-1', `bytes=${'0-0,'.repeat(500)}0-0`];
const IDS = ['', '.', '..', '../..', '..%2f..%2frelay.db', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '....//....//etc/passwd', '%00', '%ff', '%', '%zz', 'A'.repeat(21), 'A'.repeat(23), 'A'.repeat(3000), `${'A'.repeat(21)}B`, `${'A'.repeat(21)}=`, `${'A'.repeat(22)}/x`, `${'A'.repeat(22)}?x=1`, `${'A'.repeat(22)}%2f..`, '\\..\\..\\relay.db'];

/** One request, and whether its sender goes away without waiting for the answer. */
function mutated(dice: Dice, tokens: readonly string[], places: readonly string[]): { readonly text: Buffer; readonly leaves: boolean } {
  const token = dice.pick([...tokens, '', 'x', 'x'.repeat(43), 'x'.repeat(5000), '../..', Buffer.from(dice.bytes(32)).toString('base64url')]);
  const length = dice.pick([0, 1, 5, 50, 2000]);
  const claimed = dice.chance(0.8) ? String(length) : dice.pick(NUMBERS);
  const headers = [
    `Host: ${dice.pick(['127.0.0.1', 'evil.example', ''])}`,
    ...(dice.chance(0.95) ? [`Authorization: ${dice.pick(['Bearer', 'Bearer', 'Bearer', 'bearer', 'Basic', ''])} ${token}`] : []),
    ...(dice.chance(0.7) ? [`${UPLOAD_OFFSET}: ${dice.chance(0.6) ? '0' : dice.pick(NUMBERS)}`] : []),
    ...(dice.chance(0.7) ? [`${UPLOAD_LENGTH}: ${dice.chance(0.6) ? '50' : dice.pick(NUMBERS)}`] : []),
    ...(dice.chance(0.1) ? [`${UPLOAD_OFFSET}: 7`] : []),
    ...(dice.chance(0.3) ? [`Range: ${dice.pick(RANGES)}`] : []),
    ...(dice.chance(0.2) ? [`Origin: ${dice.pick(['https://evil.example', 'null', '', 'http://127.0.0.1'])}`] : []),
    ...(dice.chance(0.2) ? [`Content-Type: ${dice.pick(['application/octet-stream', 'application/json', 'multipart/form-data; boundary=x', 'text/plain; charset=\u0001', ''])}`] : []),
    ...(dice.chance(0.1) ? [`X-${dice.below(1000)}: ${'y'.repeat(dice.below(9000))}`] : []),
    ...(dice.chance(0.05) ? ['Transfer-Encoding: chunked'] : [`Content-Length: ${claimed}`]),
    ...(dice.chance(0.05) ? ['Expect: 100-continue'] : []),
  ];
  const path = dice.chance(0.7) ? dice.pick(places) : BLOB_PATH + dice.pick(IDS);
  const method = dice.pick(['GET', 'HEAD', 'PATCH', 'PATCH', 'DELETE', 'OPTIONS', 'PUT', 'POST', 'TRACE', 'patch', 'G\u0000T']);
  const whole = Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`), Buffer.from(dice.bytes(length))]);
  // Whoever announces more than they send is waited for: not by us.
  if (!dice.chance(0.2)) return { text: whole, leaves: claimed !== String(length) || headers.includes('Transfer-Encoding: chunked') };
  const broken = Buffer.from(whole);
  for (let i = 0; i < 3; i++) broken[dice.below(broken.length)] = dice.below(256);
  return { text: broken.subarray(0, dice.chance(0.5) ? broken.length : dice.below(broken.length) + 1), leaves: true };
}

/** `count`: requests, some of which hold what they need. None meets a fault, and what lies there and elsewhere is as it was. */
export async function blobGarbage(target: Target, count: number, seed = 1): Promise<object> {
  const dice = seeded(seed);
  const { creator, epoch } = await target.room();
  const other = await target.room();
  const kept = await placeFor(target, creator, epoch, 200);
  const content = bytesOf(300_000);
  await upload(kept, content);
  const foreign = await placeFor(target, other.creator, other.epoch, 200);
  const tokens = [(await placeFor(target, creator, epoch, 1)).token, foreign.token, foreign.token];
  // The ids that are tried in this room are not that of the blob which has to survive: whoever holds the room may delete it.
  const places = Array.from({ length: 20 }, (_, i) => blobPath(id(i)));
  const answers: Record<string, number> = {};
  const worker = async (): Promise<void> => {
    let raw = await RawSocket.tcp(target.port);
    for (let left = count / 20; left > 0; left--) {
      const { text, leaves } = mutated(dice, tokens, places);
      if (raw.isGone) raw = await RawSocket.tcp(target.port);
      raw.received = Buffer.alloc(0);
      raw.write(text);
      const status = (): string | undefined => [...raw.received.toString('latin1').matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => code).find((code) => code !== '100');
      const late = setTimeout(() => { raw.end(); }, leaves ? 4 : ANSWER);
      await Promise.race([raw.until(() => status() !== undefined), raw.gone]);
      clearTimeout(late);
      const answer = status() ?? 'cut';
      answers[answer] = (answers[answer] ?? 0) + 1;
      // What it had sent beyond that is not ours to be read as the next answer.
      if (leaves || !['204', '404'].includes(answer)) raw.end();
    }
    raw.end();
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  assert.deepEqual(Object.keys(answers).filter((answer) => answer.startsWith('5')), [], JSON.stringify(answers));
  for (const met of ['204', '400', '403', '404', '409']) assert.ok((answers[met] ?? 0) > 0, `${met} never came about: ${JSON.stringify(answers)}`);
  assert.equal(await download(kept, content.length), sha256(content));
  const lies = readdirSync(target.data).filter((name) => !/^(relay\.(db(-wal|-shm)?|lock|lock-journal|tickets?)|blobs|tickets?.*|push\.key)$/.test(name));
  assert.deepEqual(lies, []);
  for (const room of readdirSync(`${target.data}/blobs`)) {
    assert.match(room, /^[0-9a-f]{64}$/);
    for (const file of readdirSync(`${target.data}/blobs/${room}`)) assert.match(file, /^[0-9a-f]{32}\.\d+(\.part)?$/);
  }
  return { requests: count, answers };
}

/** `each`: uploads that drip a byte now and then. They are cut, and what had come is kept. */
export async function slowUploads(target: Target, each: number): Promise<object> {
  const { creator, epoch } = await target.room();
  const places = await Promise.all(Array.from({ length: each }, (_, i) => placeFor(target, creator, epoch, i)));
  const began = performance.now();
  const sockets = await Promise.all(places.map(async ({ token, id }) => {
    const raw = await RawSocket.tcp(target.port);
    raw.write(`PATCH ${blobPath(id)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n${UPLOAD_OFFSET}: 0\r\n${UPLOAD_LENGTH}: 1000\r\nContent-Length: 1000\r\n\r\n`);
    return raw;
  }));
  const dripping = setInterval(() => { for (const raw of sockets) raw.write('a'); }, 200);
  try {
    const during = await target.probe();
    await Promise.race([Promise.all(sockets.map(({ gone }) => gone)), new Promise((resolve) => { setTimeout(resolve, ANSWER).unref(); })]);
    assert.equal(sockets.filter(({ isGone }) => !isGone).length, 0, 'all were cut');
    const goneAfter = performance.now() - began;
    const states = await Promise.all(places.map((place) => blobTransport().head(place)));
    for (const [i, state] of states.entries()) {
      assert.ok(state !== undefined && state.offset > 0 && state.offset < 1000, JSON.stringify(state));
      const place = places[i];
      if (place !== undefined) assert.equal((await blobTransport().append(place, { size: 1000, offset: state.offset, bytes: new Uint8Array(1000 - state.offset) })).offset, 1000);
    }
    return { uploads: each, probeDuring: Math.round(during), goneAfter: Math.round(goneAfter) };
  } finally {
    clearInterval(dripping);
    for (const raw of sockets) raw.end();
  }
}

/** Many who ask for a large blob and read none of it; then many who read all of it; then many who go away at once. */
export async function downloads(target: Target, stalled: number, reading: number, leaving: number): Promise<object> {
  const { creator, epoch } = await target.room();
  const place = await placeFor(target, creator, epoch, 1);
  const content = bytesOf(16 * MiB);
  await upload(place, content);
  const before = target.rss();
  const request = `GET ${blobPath(place.id)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${place.token}\r\n\r\n`;
  const sockets = await Promise.all(Array.from({ length: stalled }, async () => {
    const raw = await RawSocket.tcp(target.port);
    raw.write(request);
    await raw.until(() => raw.received.includes('\r\n\r\n'));
    const status = /^HTTP\/1\.1 (\d+)/.exec(raw.received.toString('latin1'))?.[1];
    raw.socket.pause();
    return { raw, status };
  }));
  const taken = sockets.filter(({ status }) => status === '200').length;
  assert.ok(taken > 0 && taken <= 48, `${taken} were served at once`);
  assert.ok(sockets.every(({ status }) => status === '200' || status === '429'));
  const during = await target.probe();
  const grown = target.rss() - before;
  assert.ok(grown < 64 * MiB, `the relay grew by ${Math.round(grown / MiB)} MiB while ${taken} read nothing of ${content.length / MiB} MiB each`);
  const until = performance.now() + ANSWER;
  let free = false;
  while (!free && performance.now() < until) free = await blobTransport().head(place).then(() => download(place, 1)).then(() => true, () => false);
  assert.ok(free, 'those who read nothing are cut, and leave their places');
  for (const { raw } of sockets) raw.end();

  const hashes = await Promise.all(Array.from({ length: reading }, () => download(place, content.length)));
  assert.deepEqual([...new Set(hashes)], [sha256(content)]);
  const grownReading = target.rss() - before;
  assert.ok(grownReading < 96 * MiB, `the relay grew by ${Math.round(grownReading / MiB)} MiB while ${reading} read`);

  for (let i = 0; i < leaving; i += 20) {
    await Promise.all(Array.from({ length: 20 }, async () => {
      const raw = await RawSocket.tcp(target.port);
      raw.write(request);
      await raw.until(() => raw.received.length > 0);
      raw.socket.destroy();
    }));
  }
  const then = performance.now() + ANSWER;
  while (target.openFiles('blobs/') > 0 && performance.now() < then) await target.probe();
  const open = target.openFiles('blobs/');
  assert.equal(open, 0, `${open} files of blobs are open though nobody reads`);
  return { stalled, taken, probeDuring: Math.round(during), grown: `${Math.round(grown / MiB)} MiB`, grownReading: `${Math.round(grownReading / MiB)} MiB`, open };
}
