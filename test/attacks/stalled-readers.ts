/** Those who open a busy room and do not read: what they cost is bounded, and nobody else notices. */
import assert from 'node:assert/strict';
import type { Target } from './target.ts';

const MiB = 1024 * 1024;
const PAYLOAD = 60 * 1024;
const WARM_UP_MIB = 60;
/** Messages that are sent before one waits for their acks. */
const WINDOW = 16;

/** While `passMiB` go through a room with `readers` who stall. Throws where resident memory grew by more than `mostMiB`. */
export async function stalledReaders(target: Target, readers: number, passMiB: number, mostMiB: number): Promise<object> {
  const { creator, epoch } = await target.room();
  const reader = await target.member(epoch);
  let peak = 0;
  let before = 0;
  const pass = async (mebibytes: number): Promise<void> => {
    const messages = Math.ceil((mebibytes * MiB) / PAYLOAD);
    const had = reader.envelopes.length;
    for (let sent = 0; sent < messages; sent += WINDOW) {
      await Promise.all(Array.from({ length: Math.min(WINDOW, messages - sent) }, () => creator.send(epoch, new Uint8Array(PAYLOAD))));
      creator.acks.length = 0;
      creator.envelopes.length = 0;
      if (before > 0 && sent % (WINDOW * 10) === 0) peak = Math.max(peak, target.rss() - before);
    }
    await reader.until(() => reader.envelopes.length >= had + messages);
  };
  // The relay warms up, and its memory finds its level, while everyone reads: only what comes on top counts.
  await pass(WARM_UP_MIB);
  const cursor = reader.envelopes.length;
  const stalled = await Promise.all(Array.from({ length: readers }, async () => {
    const client = await target.client();
    await client.open(epoch);
    await client.catchUp(epoch.room, cursor);
    return client;
  }));
  for (const { socket } of stalled) socket.pause();
  before = target.rss();
  await pass(passMiB);
  peak = Math.max(peak, target.rss() - before);
  assert.ok(peak < mostMiB * MiB, `${Math.round(peak / MiB)} MiB more, with ${readers} who do not read`);

  // One of them wakes up, and finds everything.
  const [woken] = stalled;
  if (woken !== undefined && woken.closed === undefined) {
    woken.socket.resume();
    await woken.until(() => woken.controls.some(({ t }) => t === 'behind') || woken.closed !== undefined);
    assert.ok(woken.controls.some(({ t }) => t === 'behind'), 'who did not read was taken off live delivery');
    const head = await woken.catchUp(epoch.room, woken.envelopes.at(-1)?.seq ?? cursor);
    assert.deepEqual(woken.envelopes.map(({ seq }) => seq as number), Array.from({ length: head - cursor }, (_, i) => cursor + i + 1));
  }
  for (const client of [creator, reader, ...stalled]) client.socket.terminate();
  return { readers, passedMiB: passMiB, growthMiB: Math.round(peak / MiB) };
}

/** Those who ask for all there is, again and again, and read none of it: nothing of that is shared, so the relay as a whole has to bound it. */
export async function stalledPullers(target: Target, pullers: number, mostMiB: number, forMs: number): Promise<object> {
  const { creator, epoch } = await target.room();
  for (let i = 0; i < 7; i++) await Promise.all(Array.from({ length: WINDOW }, () => creator.send(epoch, new Uint8Array(PAYLOAD))));
  const clients = await Promise.all(Array.from({ length: pullers }, async () => {
    const client = await target.client();
    await client.open(epoch);
    return client;
  }));
  const before = target.rss();
  let peak = 0;
  for (const client of clients) {
    client.socket.pause();
    for (let ref = 100; ref < 130; ref++) client.control({ t: 'pull', ref, room: epoch.room, after: 0 as never, limit: 1000 });
  }
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    await new Promise((resolve) => { setTimeout(resolve, 250); });
    peak = Math.max(peak, target.rss() - before);
  }
  assert.ok(peak < mostMiB * MiB, `${Math.round(peak / MiB)} MiB more at the peak`);
  await creator.send(epoch, 'the others go on');
  // Whoever was cut learns of it by reading what had left before.
  for (const { socket } of clients) socket.resume();
  await Promise.race([Promise.any(clients.map((client) => client.until(() => client.closed !== undefined))), new Promise((resolve) => { setTimeout(resolve, 15_000).unref(); })]);
  const cut = clients.filter(({ closed }) => closed !== undefined).length;
  assert.ok(cut > 0, 'those who held most were cut');
  for (const client of [creator, ...clients]) client.socket.terminate();
  return { pullers, askedMiB: Math.round((pullers * 30 * 7 * WINDOW * PAYLOAD) / MiB), peakMiB: Math.round(peak / MiB), cut };
}
