/** Two people, a relay, and everything that happens on a train: as their users see it, in Chromium, on the built app. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;
let link = '';
/** Everything that was said, in the order in which it must stand for both. */
const said: string[] = [];

before(async () => {
  relay = await RelayProcess.start();
  ada = await Person.arrive('Ada Lovelace', relay.origin);
  bo = await Person.arrive('Bo Nielsen', relay.origin);
});

after(async () => {
  await ada.leave();
  await bo.leave();
  await relay.dispose();
});

const bothSee = async (text: string): Promise<void> => {
  said.push(text);
  await Promise.all([ada.sees(text), bo.sees(text)]);
};

test('one starts a room, makes an invite, and goes offline', async () => {
  await ada.introduce();
  await ada.startRoom('Train to Aarhus');
  await ada.say('Anyone aboard?');
  await ada.sees('Anyone aboard?');
  link = await ada.makeInvite();
  await ada.keepsApp();
  assert.match(link, new RegExp(`^${relay.origin}/#join/`));
  await ada.goOffline();
});

test('the other joins by the link, with nobody else online, and writes', async () => {
  await bo.page.goto(link);
  await bo.introduce();
  await bo.acceptInvite();
  assert.ok(!bo.page.url().includes('#join/'), 'the secret is still in the address bar');
  await bo.say('Here I am, two coaches down');
  await bo.sees('Here I am, two coaches down');
});

test('the first returns, and they converse', async () => {
  await ada.goOnline();
  await bothSee('Here I am, two coaches down');
  await ada.say('I bring coffee');
  await bothSee('I bring coffee');
  await ada.seesStatus('I bring coffee', 'Received');
  await bo.say('Black, please');
  await bothSee('Black, please');
});

test('what is written offline survives a reload, and goes out when the network returns', async () => {
  await ada.goOffline();
  await ada.say('In a tunnel now');
  await ada.seesStatus('In a tunnel now', 'Waiting to be sent');
  await ada.page.reload();
  await ada.sees('In a tunnel now');
  await ada.seesStatus('In a tunnel now', 'Waiting to be sent');
  await ada.goOnline();
  await bothSee('In a tunnel now');
});

test('the relay is killed and restarted in the middle: nothing is lost, nothing doubled', async () => {
  for (let round = 0; round < 3; round++) {
    await Promise.all([ada.say(`Ada before the cut, ${round}`), bo.say(`Bo before the cut, ${round}`)]);
    await relay.end('SIGKILL');
    await Promise.all([ada.say(`Ada in the dark, ${round}`), bo.say(`Bo in the dark, ${round}`)]);
    await relay.restart();
    for (const name of ['Ada', 'Bo']) for (const when of ['before the cut', 'in the dark']) await Promise.all([ada, bo].map((person) => person.sees(`${name} ${when}, ${round}`)));
  }
  const [hers, his] = await Promise.all([ada.conversation(), bo.conversation()]);
  assert.equal(new Set(hers).size, hers.length, 'a message stands twice');
  assert.deepEqual(hers.slice(hers.indexOf(said[0] ?? '')), his.slice(his.indexOf(said[0] ?? '')), 'they do not see one order');
  assert.equal(hers.filter((text) => /cut|dark/.test(text)).length, 12);
});

test('a renderer that dies while sending goes on where it was', async () => {
  await bo.composer.fill('Off at the next stop');
  await bo.page.getByRole('button', { name: 'Send', exact: true }).click();
  await bo.crashRenderer();
  await bo.reopen();
  await bo.openRoom('Train to Aarhus');
  // It was stored, and goes out, or had not left the composer, whose draft may have been kept: never both, never twice.
  const kept = await bo.composer.inputValue();
  if ((await bo.conversation()).includes('Off at the next stop')) {
    assert.equal(kept, '');
    await ada.sees('Off at the next stop');
  } else await bo.composer.fill('');
  await bo.say('See you there');
  await Promise.all([ada.sees('See you there'), bo.sees('See you there')]);
  const texts = await ada.conversation();
  assert.equal(new Set(texts).size, texts.length);
});

test('a second tab works through the first, and takes over when it closes', async () => {
  const second = await bo.newTab();
  await bo.openRoom('Train to Aarhus', second);
  await bo.sees('See you there', second);
  await bo.page.close();
  bo.page = second;
  await bo.say('From the other tab');
  await Promise.all([ada.sees('From the other tab'), bo.sees('From the other tab')]);
});

test('the app starts with no network at all, shows history, and takes messages', async () => {
  await ada.keepsApp();
  await ada.goOffline();
  await ada.page.goto(relay.origin);
  await ada.openRoom('Train to Aarhus');
  await ada.sees('See you there');
  await ada.say('Typed with no signal');
  await ada.goOnline();
  await Promise.all([ada.sees('Typed with no signal'), bo.sees('Typed with no signal')]);
});

test('the relay holds nothing of it: no text, no name, no secret, no bare MLS', async () => {
  assert.equal(await relay.end('SIGTERM'), 0);
  const [, fragment = ''] = link.split('#join/');
  const invite = Buffer.from(fragment, 'base64url');
  const secretAt = invite.indexOf('secret') + 'secret'.length + 2; // behind its key and the two-byte head of a 32-byte string
  const roomAt = invite.indexOf('room') + 'room'.length + 2;
  const secret = invite.subarray(secretAt, secretAt + 32);
  const room = invite.subarray(roomAt, roomAt + 32);
  const stored = readdirSync(relay.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  const everything = [...stored, Buffer.from(relay.output)];
  assert.ok(stored.some((bytes) => bytes.includes(room)), 'the folder does not even hold the room: this test reads the wrong one');

  const forbidden: [string, Buffer][] = [
    ['a message', Buffer.from('Here I am')], ['a message', Buffer.from('tunnel')], ['a name', Buffer.from('Lovelace')], ['a name', Buffer.from('Nielsen')],
    ['the name of the room', Buffer.from('Aarhus')], ['the invite secret', secret],
    // MLSMessage begins with version 1 and a wire format; the group id, which is the room's, follows with its length (RFC 9420 §6).
    ...[1, 2].map((format): [string, Buffer] => ['a bare MLS header', Buffer.concat([Buffer.from([0, 1, 0, format, 32]), room])]),
  ];
  for (const [what, bytes] of forbidden) {
    for (const encoding of ['raw', 'base64', 'hex'] as const) {
      const needle = encoding === 'raw' ? bytes : Buffer.from(bytes.toString(encoding).replace(/=+$/, '').slice(0, -1));
      assert.ok(!everything.some((place) => place.includes(needle)), `the relay holds ${what} (${encoding})`);
    }
  }
  assert.ok(!relay.output.includes(room.toString('hex')) && !relay.output.includes(room.toString('base64url')), 'a room id is in the log');
  ada.assertCalm();
  bo.assertCalm();
});
