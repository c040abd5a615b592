/** Commits that no honest member makes: all judge alike, the next candidate carries on, and whoever signed it is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKey } from '../../../shared/ids.ts';
import { decodeClientFrame } from '../../../shared/frame.ts';
import { encodeControl } from '../../../shared/control.ts';
import type { NoticeFact, PersonKey, RoomKey } from '../../../pwa/engine/api.ts';
import { rolesExtension, rolesIn } from '../../../pwa/engine/rooms/extensions.ts';
import { World, type Someone } from '../../support/engine-world.ts';
import { garbagePath, turn, type Bundle, type Turncoat } from '../../support/turncoat.ts';

async function facts(someone: Someone, room: RoomKey): Promise<readonly NoticeFact[]> {
  const { items } = await someone.engine.timeline(room, { limit: 1000 });
  return items.flatMap((item) => (item.kind === 'notice' ? [item.fact] : []));
}

/** Whom someone was told of as the maker of an invalid commit. */
const offenders = async (someone: Someone, room: RoomKey): Promise<readonly (PersonKey | null)[]> =>
  (await facts(someone, room)).flatMap((fact) => (fact.kind === 'invalid-commit' ? [fact.by?.person ?? null] : []));

async function scene(seed: number) {
  const world = new World({ seed });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const mal = await world.person('Mal');
  const room = await world.roomOf(ada, bo, mal);
  await world.clock.pass(10_000);
  return { world, ada, bo, mal, room, malKey: (await mal.summary(room))?.me as PersonKey };
}

/** The honest go on, among themselves and with whoever joins. */
async function goesOn(world: World, ada: Someone, bo: Someone, room: RoomKey): Promise<void> {
  await ada.say(room, 'we go on');
  await bo.say(room, 'so we do');
  await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
  assert.deepEqual(await ada.reads(room), await bo.reads(room));
  const [one, other] = [await ada.engine.security(room), await bo.engine.security(room)];
  assert.deepEqual([one.epoch, one.code], [other.epoch, other.code]);
  for (const someone of [ada, bo]) {
    assert.deepEqual((await someone.summary(room))?.alarms, []);
    assert.equal((await someone.summary(room))?.standing.kind, 'member');
  }
}

const well = async (from: Turncoat): Promise<Bundle> => {
  const { group, message } = await from.group.commit({});
  return from.bundle(group, message);
};

const SIGNED: readonly (readonly [string, (from: Turncoat, world: World) => Promise<Bundle>])[] = [
  ['forbidden by policy: makes itself an owner', async (from) => {
    const roles = rolesIn(from.group.extensions) ?? assert.fail('no roles');
    const own = from.group.members.find(({ leaf }) => leaf === from.group.me) ?? assert.fail('no leaf');
    const owners = rolesExtension({ ...roles, owners: [own.identityKey] });
    const { group, message } = await from.group.commit({ extensions: from.group.extensions.map((one) => (one.name === 'roles' ? owners : one)) });
    return from.bundle(group, message);
  }],
  ['forbidden by policy: removes the owner', async (from) => {
    const { group, message } = await from.group.commit({ remove: [from.group.members[0]?.leaf ?? 0] });
    return from.bundle(group, message, { closing: true });
  }],
  ['a path that opens to nobody', async (from) => {
    const { next, message } = await garbagePath(from, () => true);
    return from.bundle(next, message);
  }],
  ['a false access key', async (from, world) => {
    const { group, message } = await from.group.commit({});
    // Sealed with the lie, so that it is the member's own and not the relay's.
    return from.bundle(group, message, { access: world.dice.bytes(32) as AccessKey });
  }],
];

for (const [what, make] of SIGNED) {
  test(`${what}: refused alike, and its maker named`, async () => {
    const { world, ada, bo, mal, room, malKey } = await scene(11);
    const from = await turn(mal, room);
    from.send(await make(from, world));
    await world.clock.until(async () => (await offenders(ada, room)).length > 0 && (await offenders(bo, room)).length > 0);
    for (const someone of [ada, bo]) assert.deepEqual(await offenders(someone, room), [malKey], someone.name);
    await goesOn(world, ada, bo, room);
  });
}

test('garbage that nobody signed is nobody’s', async () => {
  const { world, ada, bo, mal, room } = await scene(12);
  const from = await turn(mal, room);
  from.send({ ...(await well(from)), commit: world.dice.bytes(900) });
  await world.clock.until(async () => (await offenders(ada, room)).length > 0 && (await offenders(bo, room)).length > 0);
  assert.deepEqual([await offenders(ada, room), await offenders(bo, room)], [[null], [null]]);
  await goesOn(world, ada, bo, room);
});

test('a relay that registers something else than it was told makes nobody look guilty', async () => {
  const { world, ada, bo, mal, room } = await scene(13);
  let lied = false;
  world.network.tamper = (frame, direction, line) => {
    const decoded = decodeClientFrame(frame);
    if (lied || direction === 'down' || line.owner !== 'Mal' || decoded.type !== 'control' || decoded.control.t !== 'commit') return [frame];
    lied = true;
    return [encodeControl({ ...decoded.control, access: world.dice.bytes(32) as AccessKey })];
  };
  void mal.engine.setName('Maud').catch((cause: unknown) => cause);
  await world.clock.until(() => lied, 300_000);
  await world.clock.until(async () => (await offenders(ada, room)).length > 0 && (await offenders(bo, room)).length > 0);
  assert.deepEqual([await offenders(ada, room), await offenders(bo, room)], [[null], [null]]);
  await goesOn(world, ada, bo, room);
});

test('as many as a connection may register, one after the other', async () => {
  const { world, ada, bo, mal, room, malKey } = await scene(14);
  for (let n = 1; n <= 4; n++) {
    const from = await turn(mal, room);
    const { next, message } = await garbagePath(from, () => true);
    from.send({ ...(await from.bundle(next, message)), rejected: n - 1 });
    await world.clock.until(async () => (await offenders(ada, room)).length === n && (await offenders(bo, room)).length === n);
  }
  assert.deepEqual(await offenders(bo, room), [malKey, malKey, malKey, malKey]);
  await goesOn(world, ada, bo, room);
});
