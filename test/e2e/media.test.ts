/** Pictures and files between two people, on the built app: what they say beside themselves is taken out, what waits survives, and what could do harm does nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;

before(async () => {
  relay = await RelayProcess.start();
  ada = await Person.arrive('Ada', relay.origin);
  bo = await Person.arrive('Bo', relay.origin);
  await ada.introduce();
  await ada.startRoom('Sunday hikes');
  await ada.keepsApp();
  const link = await ada.makeInvite();
  await bo.page.goto(link);
  await bo.introduce();
  await bo.acceptInvite();
});

after(async () => {
  await ada.leave();
  await bo.leave();
  await relay.dispose();
});

/** A JPEG as a phone makes it: with where and when, in a segment of its own. */
async function photo(): Promise<Buffer> {
  const drawn = await ada.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.fillStyle = 'teal';
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = 'gold';
    context.fillRect(200, 120, 240, 240);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })).arrayBuffer())];
  });
  const jpeg = Buffer.from(drawn);
  const exif = Buffer.concat([Buffer.from('Exif\0\0MM\0*\0\0\0\x08', 'latin1'), Buffer.from('GPSLatitude 47.28 GPSLongitude 9.42 Seealpsee')]);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 0xff]), exif]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

const choose = (person: Person, files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]): Promise<void> => person.page.locator('sotto-room input[type=file]').setInputFiles([...files]);
const laid = (person: Person) => person.page.locator('sotto-tray li:not(.busy)');
const send = async (person: Person): Promise<void> => {
  await person.page.getByRole('button', { name: 'Send', exact: true }).click();
  await person.page.locator('sotto-tray li').first().waitFor({ state: 'detached' });
};

/** Of the newest attachment in the open room, as the engine opens it: how it is judged, and its bytes as text. */
const opened = (person: Person): Promise<{ readonly shows: string | null; readonly type: string; readonly text: string }> => person.page.evaluate(async () => {
  const { engine } = document.querySelector('sotto-app') ?? {};
  const room = /room\/([\w-]+)/.exec(location.hash)?.[1];
  if (engine === null || engine === undefined || room === undefined) throw new Error('no room is open');
  const { items } = await engine.timeline(room as never, { limit: 5 });
  const message = items.findLast((item) => item.kind === 'message' && item.content.kind === 'media');
  if (message === undefined) throw new Error('there is no attachment');
  const { shows, blob } = await engine.open({ room: room as never, message: message.id as never, index: 0 });
  return { shows, type: blob.type, text: new TextDecoder('latin1').decode(await blob.arrayBuffer()) };
});

test('a picture arrives with its caption, and without where and when it was taken', async () => {
  const taken = await photo();
  assert.ok(taken.includes('GPSLatitude'));
  await choose(ada, [{ name: 'IMG_2041.jpg', mimeType: 'image/jpeg', buffer: taken }]);
  await laid(ada).waitFor();
  await ada.composer.fill('From the hut');
  await send(ada);
  await bo.sees('From the hut');
  await bo.page.locator('sotto-tile img.real').first().waitFor();
  const got = await opened(bo);
  assert.equal(got.shows, 'picture');
  assert.ok(!/GPSLatitude|Exif|Seealpsee/.test(got.text), 'it says where it was taken');
  await ada.seesStatus('From the hut', 'Received');
});

test('several files chosen offline survive a reload, in the draft and in the outbox, and arrive', async () => {
  await ada.goOffline();
  await choose(ada, [
    { name: 'loop.gpx', mimeType: 'application/gpx+xml', buffer: Buffer.from('<gpx>seven kilometres</gpx>') },
    { name: 'packing list.txt', mimeType: 'text/plain', buffer: Buffer.from('boots, cheese, more cheese') },
  ]);
  await laid(ada).nth(1).waitFor();
  await ada.page.reload();
  await laid(ada).nth(1).waitFor();
  await ada.composer.fill('For Sunday');
  await send(ada);
  await ada.seesStatus('For Sunday', 'Waiting to be sent');
  await ada.page.reload();
  await ada.seesStatus('For Sunday', 'Waiting to be sent');
  await ada.goOnline();
  await bo.sees('For Sunday');
  await bo.page.locator('sotto-file', { hasText: 'packing list.txt' }).waitFor();
  assert.match((await opened(bo)).text, /seven kilometres/);
});

test('a file that could run is a download, and nothing of it runs', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'owned\'"><script>document.title="owned"</script></svg>';
  await choose(bo, [{ name: 'holiday.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) }]);
  await laid(bo).waitFor();
  await send(bo);
  await ada.page.locator('sotto-file', { hasText: 'holiday.svg' }).waitFor();
  const got = await opened(ada);
  assert.deepEqual([got.shows, got.type], [null, 'application/octet-stream']);
  for (const person of [ada, bo]) assert.equal(await person.page.title(), 'Sotto');
  const saved = ada.page.waitForEvent('download');
  await ada.page.locator('sotto-file', { hasText: 'holiday.svg' }).getByRole('button').first().click();
  assert.equal((await saved).suggestedFilename(), 'holiday.svg');
});

test('nothing that the browser calls an error happened', () => {
  ada.assertCalm();
  bo.assertCalm();
});
