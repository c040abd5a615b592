/**
 * What devices write to keep up with a room: counted at the engine's storage port, so sealed, as IndexedDB gets it.
 * Two engines stay; all others join by them and go.
 */
import type { RoomKey } from '../../../pwa/engine/api.ts';
import type { Suite } from '../../../pwa/engine/mls/index.ts';
import type { EngineOptions } from '../../../pwa/engine/options.ts';
import type { Change, Storage, StoreName } from '../../../pwa/engine/ports/storage.ts';
import { Someone, World } from '../../support/engine-world.ts';
import { progress } from '../report.ts';

export interface Written {
  readonly bytes: number;
  readonly records: number;
  /** Bytes by store. */
  readonly stores: Readonly<Partial<Record<StoreName, number>>>;
}

export const WRITERS = ['message sent', 'message received', 'commit made', 'commit received'] as const;

export interface WrittenAt {
  readonly members: number;
  readonly written: Readonly<Record<(typeof WRITERS)[number], Written>>;
}

const MESSAGES = 20;
const TEXT = 'x'.repeat(200);
/** Milliseconds: until receipts are sent too. */
const REST = 60_000;

/** Someone whose writes are counted. */
class Counted extends Someone {
  #changes: Change[] = [];

  override options(): EngineOptions {
    const given = super.options();
    const { storage } = given;
    const counting: Storage = {
      claim: () => storage.claim(), get: (store, key) => storage.get(store, key), range: (store, range) => storage.range(store, range), close: () => storage.close(),
      write: (writer, changes) => {
        this.#changes.push(...changes);
        return storage.write(writer, changes);
      },
    };
    return { ...given, storage: counting };
  }

  /** What was written since it was last asked, for each of `count` things. */
  takeWritten(count: number): Written {
    const stores: Partial<Record<StoreName, number>> = {};
    let records = 0;
    for (const change of this.#changes) {
      records++;
      if (change.kind === 'put') stores[change.store] = (stores[change.store] ?? 0) + change.value.length / count;
    }
    this.#changes = [];
    return { stores, records: records / count, bytes: Object.values(stores).reduce((sum, bytes) => sum + bytes, 0) };
  }
}

/** Yields at each of the sizes, which ascend. */
export async function* written(suite: Suite, sizes: readonly number[]): AsyncGenerator<WrittenAt> {
  const world = new World({ suite });
  const { clock } = world;
  const person = async (name: string): Promise<Counted> => {
    const someone = new Counted(name, world);
    await someone.start();
    await someone.engine.createProfile(name);
    return someone;
  };
  const ada = await person('Ada');
  const room = await ada.engine.createRoom('the room');
  const { link } = await clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }));
  if (link === null) throw new Error('an invite has no link');
  const join = async (name: string, members: number, staying: readonly Someone[]): Promise<Counted> => {
    const one = await person(name);
    await one.engine.join(link);
    await clock.until(async () => (await Promise.all([one, ...staying].map((each) => each.memberCount(room)))).every((count) => count === members), 120_000, `member ${members}`);
    return one;
  };
  const bo = await join('Bo', 2, [ada]);
  for (let members = 2; members <= Math.max(...sizes); members++) {
    if (members > 2) await (await join(`Member ${members}`, members, [ada, bo])).engine.close();
    if (members % 50 === 0) progress(`${suite}, written: ${members} members`);
    if (sizes.includes(members)) yield { members, written: await weigh(world, room, ada, bo) };
  }
  for (const one of [ada, bo]) await one.engine.close();
}

async function weigh({ clock }: World, room: RoomKey, ada: Counted, bo: Counted): Promise<WrittenAt['written']> {
  const both = async (work: () => Promise<void>, count: number): Promise<readonly [Written, Written]> => {
    await clock.pass(REST);
    for (const one of [ada, bo]) one.takeWritten(1);
    await work();
    await clock.pass(REST);
    return [ada.takeWritten(count), bo.takeWritten(count)];
  };
  const [sent, received] = await both(async () => {
    for (let n = 0; n < MESSAGES; n++) {
      await ada.say(room, TEXT);
      await clock.pass(1000); // apart, so that each is a step of its own
    }
  }, MESSAGES);
  const [made, taken] = await both(async () => { await clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 })); }, 1);
  await clock.pass(2 * 3_600_000); // the next commit drops it again, so that every size has as many
  return { 'message sent': sent, 'message received': received, 'commit made': made, 'commit received': taken };
}
