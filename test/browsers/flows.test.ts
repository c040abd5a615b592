/** `npm run test:browsers`: what people do first and most, on the built app, in the engines that the other tests do not use. Offline is a relay that is gone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RelayProcess } from '../support/relay-process.ts';
import { firefox } from './firefox.ts';
import { Visitor } from './visitor.ts';
import { webkit } from './webkit.ts';
import { FEATURES, type Engine, type Feature } from './window.ts';

const engines: readonly Engine[] = [firefox(), webkit()].filter((engine) => engine !== undefined);

test('there is a browser to try', () => {
  assert.notEqual(engines.length, 0, 'Install Debian’s firefox-esr, or webkit2gtk-driver and xvfb.');
});

for (const engine of engines) {
  describe(engine.name, () => {
    let relay: RelayProcess;
    let ada: Visitor;
    let bo: Visitor;
    let link = '';

    before(async () => {
      relay = await RelayProcess.start();
      [ada, bo] = [new Visitor('Ada', await engine.open()), new Visitor('Bo', await engine.open())];
      await ada.goto(relay.origin);
    });

    after(async () => {
      await ada?.close();
      await bo?.close();
      await relay?.dispose();
    });

    test('has what Sotto needs, and lacks what it is known to lack', async () => {
      const has = await ada.features();
      const expected = (Object.keys(FEATURES) as Feature[]).filter((feature) => !engine.lacks.includes(feature));
      assert.deepEqual([...has].sort(), [...expected].sort());
    });

    test('one creates a room, the other joins by its link, and they converse', async () => {
      await ada.introduce();
      await ada.startRoom('Train to Aarhus');
      await ada.say('Anyone aboard?');
      link = await ada.invite();
      await bo.goto(link);
      await bo.introduce();
      await bo.click('button', 'Join the room');
      await bo.say('Here I am');
      await ada.sees('Here I am');
      await ada.say('I bring coffee');
      await bo.sees('I bring coffee');
      await bo.say('Black, please');
      await ada.sees('Black, please');
    });

    test('offline the app starts, shows history and takes messages, which go out on return', async () => {
      await ada.keepsApp();
      await relay.end('SIGKILL');
      await ada.goto('about:blank');
      await ada.goto(relay.origin);
      await ada.openRoom('Train to Aarhus');
      await ada.sees('Black, please');
      await ada.say('In a tunnel now');
      await ada.seesStatus('In a tunnel now', 'Waiting to be sent');
      await ada.goto('about:blank');
      await ada.goto(relay.origin);
      await ada.openRoom('Train to Aarhus');
      await ada.seesStatus('In a tunnel now', 'Waiting to be sent');
      await relay.restart();
      await bo.sees('In a tunnel now');
      const [hers, his] = await Promise.all([ada.conversation(), bo.conversation()]);
      assert.equal(new Set(hers).size, hers.length, 'a message stands twice');
      assert.deepEqual(his.slice(-4), ['Here I am', 'I bring coffee', 'Black, please', 'In a tunnel now']);
    });
  });
}
