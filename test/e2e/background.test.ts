/** With the app closed: the service worker sends what was written, and tells of what comes. Woken through Chromium's own protocol, as the browser would. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Alarm } from '../support/alarm.ts';
import { Person } from '../support/person.ts';
import { TestPushService, type TestSubscription } from '../support/push-service.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ida: Person;
let ben: Person;
let alarm: Alarm;
let service: TestPushService;

/** Headless Chromium has no push service to subscribe at: this is the test's. It forgets at each start, as browsers do. */
const subscribingAt = ({ endpoint, p256dh, auth }: TestSubscription): string => `{
  const keys = { p256dh: Uint8Array.of(${p256dh}).buffer, auth: Uint8Array.of(${auth}).buffer };
  let subscription = null;
  Object.assign(PushManager.prototype, {
    getSubscription: async () => subscription,
    subscribe: async ({ applicationServerKey }) => {
      globalThis.subscribedFor = [...applicationServerKey];
      return subscription = { endpoint: '${endpoint}', getKey: (name) => keys[name], options: { applicationServerKey: applicationServerKey.buffer }, unsubscribe: async () => { subscription = null; } };
    },
  });
}`;

before(async () => {
  service = await TestPushService.start();
  relay = await RelayProcess.start(undefined, '--push', 'local');
  ida = await Person.arrive('Ida', relay.origin);
  ben = await Person.arrive('Ben', relay.origin);
  await ida.introduce();
  await ida.startRoom('Harbour swim');
  await ida.keepsApp();
  const link = await ida.makeInvite();
  await ben.introduce();
  await ben.page.goto(link);
  await ben.acceptInvite();
  await ben.say('who brings the towels?');
  await ida.sees('who brings the towels?');
  alarm = await Alarm.of(ida, relay.origin);
  await ida.prepare(subscribingAt(service.subscription()));
});

after(async () => {
  await ida.leave();
  await ben.leave();
  await relay.dispose();
  await service.end();
});

test('what was written with no relay in reach leaves when the network returns, though the app is closed', async () => {
  await relay.end('SIGKILL');
  await ida.say('I do, four of them');
  await ida.putAway();
  await relay.restart();
  await ben.page.evaluate("dispatchEvent(new Event('online'))");
  await alarm.sync('outbox');
  await ben.sees('I do, four of them');
});

test('the relay wakes a device whose app is closed, and it reads what there is', async () => {
  await ida.page.goto(relay.origin);
  await ida.allowNotifications();
  await ida.page.locator('sotto-room-list .head .round:has(sotto-avatar)').click();
  await ida.page.getByRole('button', { name: 'Notifications' }).click();
  await ida.page.getByRole('switch', { name: 'Tell me of new messages' }).check();
  await ida.page.getByText('This device is woken while Sotto is closed').waitFor();
  const key = await ida.page.evaluate<number[]>('globalThis.subscribedFor');
  await ida.putAway();
  await ben.say('the water has nineteen degrees');
  await service.asked(1);
  assert.deepEqual(service.wrong, []);
  const [woken] = service.woken;
  assert.equal(woken?.sender, Buffer.from(key).toString('base64url'), 'it is not signed with the key that was subscribed for');
  await alarm.push(woken.text);
  // What it shows is held by test/notifications.ts: here, that it was woken, read it, and counted it.
  await alarm.badged(1);
  ida.assertCalm();
  ben.assertCalm();
});
