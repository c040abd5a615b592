import { expect } from '@esm-bundle/chai';
import { setViewport } from '@web/test-runner-commands';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { Script, ana, jonas, me, room } from '../../../pwa/gallery/people.ts';
import type { SottoRoomRow } from '../../../pwa/ui/elements/sotto-room-row.ts';
import { all, clear, stage, until } from './stage.ts';

const COUNT = 500;
const keyOf = (n: number): RoomKey => `many-${n}` as RoomKey;
const many = () => Array.from({ length: COUNT }, (_, n) => room(keyOf(n), `Room ${n}`, [me, ana, jonas], new Script(`m${n}`).say(ana, 60 + n * 7, `In room ${n}`).items));

describe('hundreds of rooms', () => {
  afterEach(clear);

  it('draws again only the row that changed, and moves it where it belongs', async () => {
    await setViewport({ width: 390, height: 844 });
    const { app, engine } = await stage({ name: 'many', title: '', script: () => ({ profile: me, rooms: many() }) });
    const rows = (): readonly SottoRoomRow[] => all(app, 'sotto-room-row') as readonly SottoRoomRow[];
    // What is in sight is there at once, the others follow.
    expect(rows().length).to.be.within(20, 100);
    await until('all are drawn', () => rows().length === COUNT);
    const drawn = new Map<RoomKey, number>();
    for (const row of rows()) {
      row.addController({
        hostUpdated: () => {
          const key = row.room?.room;
          if (key !== undefined) drawn.set(key, (drawn.get(key) ?? 0) + 1);
        },
      });
    }
    await engine.setDraft(keyOf(7), 'not now');
    const seventh = rows().find((row) => row.room?.room === keyOf(7));
    await until('the draft shows', () => seventh?.shadowRoot?.textContent.includes('not now') === true);
    expect([...drawn]).to.deep.equal([[keyOf(7), 1]]);
    drawn.clear();
    engine.arrive(keyOf(300), ana, 'Are you there?');
    await until('it is the first', () => rows()[0]?.room?.room === keyOf(300) && rows()[0]?.shadowRoot?.textContent.includes('Are you there?') === true);
    expect([...drawn.keys()]).to.deep.equal([keyOf(300)]);
  });
});
