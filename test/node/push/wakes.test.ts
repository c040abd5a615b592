/** How many wake-ups are under way, and how the operator switches them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../relay/config.ts';
import { Counters } from '../../../relay/counters.ts';
import { newPushKeys } from '../../../relay/push/keys.ts';
import type { Posted } from '../../../relay/push/service.ts';
import { Wakes } from '../../../relay/push/wakes.ts';
import type { LogNumber } from '../../../relay/store/store.ts';
import type { PushAuth } from '../../../shared/push.ts';
import { settled, VirtualClock } from '../../support/virtual-clock.ts';

const { public: p256dh } = newPushKeys();
const auth = new Uint8Array(16) as Uint8Array as PushAuth;

test('a service that does not answer holds up nobody else’s wake-ups, and what is under way is bounded', async () => {
  const clock = new VirtualClock();
  const counters = new Counters();
  const under = new Map<string, ((posted: Posted) => void)[]>();
  const wakes = new Wakes({
    counters, most: 100, random: () => 0, isHere: () => false, gone: () => assert.fail('none is gone'),
    clock: { now: () => clock.now(), ticks: () => clock.now(), after: (ms, run) => clock.after(ms, run), soon: (run) => void setImmediate(run) },
    post: async ({ endpoint }) => new Promise((resolve) => {
      const { hostname } = new URL(endpoint);
      under.set(hostname, [...(under.get(hostname) ?? []), resolve]);
    }),
  });
  const wake = (service: string, i: number): void =>
    wakes.wake({ endpoint: `https://${service}.example/${i}`, p256dh, auth, jitter: false }, { log: i as LogNumber, tag: Uint8Array.of(i), key: 'room', asleep: false });
  for (let i = 0; i < 90; i++) wake('stuck', i);
  for (let i = 0; i < 20; i++) wake('well', i);
  assert.equal(counters.pushesDropped, 10, 'of those that find no place');
  for (let turn = 0; turn < 50; turn++) await settled();
  assert.deepEqual([under.get('stuck.example')?.length, under.get('well.example')?.length], [8, 8]);
  while (counters.pushesSent < 10) {
    for (const answer of under.get('well.example')?.splice(0) ?? []) answer({ type: 'sent' });
    await settled();
  }
  assert.equal(under.get('stuck.example')?.length, 8);
  wakes.stop();
});

test('push is on, off or local, and the operator may say where they are reached', () => {
  const pushOf = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): unknown => {
    const wish = readConfig(args, environment);
    return wish.kind === 'run' ? wish.config.push : wish;
  };
  assert.deepEqual(pushOf([]), { local: false });
  assert.deepEqual(pushOf(['--push', 'local', '--push-contact', 'mailto:me@chat.example']), { local: true, contact: 'mailto:me@chat.example' });
  assert.equal(pushOf([], { SOTTO_PUSH: 'off' }), 'off');
  for (const args of [['--push', 'maybe'], ['--push-contact', 'me'], ['--push-contact', 'mailto:me'], ['--push-contact', 'http://chat.example']]) assert.equal(readConfig(args, {}).kind, 'mistake', args.join(' '));
});
