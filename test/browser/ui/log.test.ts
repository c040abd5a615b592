import { expect } from '@esm-bundle/chai';
import { emulateMedia, sendKeys, setViewport } from '@web/test-runner-commands';
import type { MessageKey, RoomKey } from '../../../pwa/engine/api.ts';
import { Script, ana, jonas, me, room } from '../../../pwa/gallery/people.ts';
import type { SottoMessageGroup } from '../../../pwa/ui/elements/sotto-message-group.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import type { SottoLog } from '../../../pwa/ui/views/sotto-log.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const ROOM = 'vast-1' as RoomKey;
const COUNT = 1500;
/** So many that the first of them is somebody else's. */
const UNREAD = 250;
/** Until a frame has been drawn, not only prepared. */
const frame = (): Promise<unknown> => new Promise((resolve) => { requestAnimationFrame(() => { setTimeout(resolve); }); });

/** Texts of one to four lines, several a minute and with gaps, by three people, over some weeks. */
const vast = () => {
  const script = new Script('vast');
  for (let n = 0; n < COUNT; n += 1) script.say(n % 7 < 3 ? me : n % 3 === 0 ? jonas : ana, (COUNT - n) * 9 - (n % 4), `#${n} ${'and so on '.repeat((n * 7) % 23)}`);
  return script.items;
};

async function open(unread: number) {
  const items = vast();
  const at = items[COUNT - 1 - unread]?.position ?? 0;
  const { app, engine } = await stage({ name: 'vast', title: '', at: `#/room/${ROOM}`, script: () => ({ profile: me, rooms: [room(ROOM, 'Vast', [me, jonas, ana], items, { unread, readThrough: at })] }) });
  await until('it stands', () => all(app, '.bubble').length > 10);
  await frame();
  await frame();
  return { app, engine, view: one(app, 'sotto-log') as SottoLog, log: one(app, '.log') };
}

const bubbles = (app: SottoApp): readonly HTMLElement[] => [...((app.shadowRoot?.querySelector('sotto-room')?.shadowRoot?.querySelector('sotto-log')?.shadowRoot ?? app).querySelectorAll<SottoMessageGroup>('sotto-message-group'))].flatMap((group) => group.messages);
const numberOf = (bubble: Element): number => Number(/#(\d+)/.exec(bubble.textContent)?.[1]);
const numbers = (app: SottoApp): readonly number[] => bubbles(app).map(numberOf);
const saying = (app: SottoApp, n: number): HTMLElement | undefined => bubbles(app).find((bubble) => numberOf(bubble) === n);
/** The first that is wholly in sight. */
const inSight = (app: SottoApp, log: HTMLElement): HTMLElement => bubbles(app).find((bubble) => bubble.getBoundingClientRect().top >= log.getBoundingClientRect().top) as HTMLElement;

describe('a vast conversation', () => {
  beforeEach(async () => {
    await setViewport({ width: 390, height: 844 });
    await emulateMedia({ reducedMotion: 'reduce' });
  });
  afterEach(clear);

  it('opens where reading stopped, with a few messages on either side', async () => {
    const { app, engine, log, view } = await open(UNREAD);
    const line = one(app, '.new').getBoundingClientRect();
    expect(Math.abs(line.top - log.getBoundingClientRect().top - log.clientHeight / 4)).to.be.lessThan(2);
    expect(saying(app, COUNT - UNREAD - 1)?.getBoundingClientRect().bottom).to.be.lessThan(line.top + 1);
    expect(saying(app, COUNT - UNREAD)?.getBoundingClientRect().top).to.be.greaterThan(line.top);
    expect(view.hasNewest).to.equal(false);
    expect(bubbles(app).length).to.be.lessThan(130);
    expect(engine.asked('timeline').every(([, span]) => (span as { limit: number }).limit <= 60)).to.equal(true);
    // What was not in sight is not read.
    const read = engine.asked('markRead').map(([, position]) => Number(position));
    expect(Math.max(...read)).to.be.lessThan(COUNT - UNREAD + 40);
  });

  it('scrolls both ways without a jump, lets go of what is far, and comes to both ends', async () => {
    const { app, log } = await open(UNREAD);
    let most = 0;
    const travel = async (by: number, over: () => boolean): Promise<void> => {
      for (let turn = 0; !over(); turn += 1) {
        if (turn > 900) throw new Error('It never came there.');
        const held = inSight(app, log);
        const n = numberOf(held);
        const before = held.getBoundingClientRect().top;
        const from = log.scrollTop;
        log.scrollTop += by;
        // What was asked for while one scrolled may come in the meantime: nothing but the scrolling moves what one sees.
        const went = log.scrollTop - from;
        await frame();
        await frame();
        const now = saying(app, n);
        if (now !== undefined && went !== 0) expect(Math.abs(now.getBoundingClientRect().top - (before - went)), `#${n}`).to.be.lessThan(2);
        most = Math.max(most, bubbles(app).length);
        const shown = numbers(app);
        expect(shown.every((number, at) => at === 0 || number === (shown[at - 1] ?? 0) + 1), 'no gap').to.equal(true);
      }
    };
    await travel(-1100, () => numbers(app)[0] !== undefined && (numbers(app)[0] as number) < COUNT - UNREAD - 240);
    await travel(1100, () => log.scrollHeight - log.scrollTop - log.clientHeight < 2 && numbers(app).at(-1) === COUNT - 1);
    expect(most).to.be.lessThan(280);
    expect(bubbles(app).length).to.be.greaterThan(100);
  });

  it('holds what is on screen where a picture above turns out taller', async () => {
    const { app, log } = await open(UNREAD);
    log.scrollTop += 500;
    await frame();
    await frame();
    const held = inSight(app, log);
    const before = held.getBoundingClientRect().top;
    const above = saying(app, numberOf(held) - 4) as HTMLElement;
    above.style.blockSize = '420px';
    await frame();
    await frame();
    expect(above.getBoundingClientRect().height).to.equal(420);
    expect(Math.abs(held.getBoundingClientRect().top - before)).to.be.lessThan(2);
    // And while one scrolls in the very same frame.
    const again = saying(app, numberOf(held) - 5) as HTMLElement;
    again.style.blockSize = '300px';
    log.scrollTop += 60;
    await frame();
    await frame();
    expect(Math.abs(held.getBoundingClientRect().top - (before - 60))).to.be.lessThan(2);
  });

  it('goes to a message far away, and from there on to the newest', async () => {
    const { app, view, log, engine } = await open(0);
    expect(numbers(app).at(-1)).to.equal(COUNT - 1);
    await view.goTo('vast-40' as MessageKey);
    const there = saying(app, 40);
    expect(there?.classList.contains('held')).to.equal(true);
    const { top, bottom } = there?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
    const edges = log.getBoundingClientRect();
    expect(Math.abs((top + bottom) / 2 - (edges.top + edges.bottom) / 2)).to.be.lessThan(60);
    await frame();
    engine.arrive(ROOM, ana, `#${COUNT} you are not looking`);
    await frame();
    await frame();
    expect(Math.max(...numbers(app))).to.be.lessThan(200);
    expect(one(app, '.to-end .count').textContent).to.equal('1');
    one(app, '.to-end').click();
    await until('the newest is there', () => numbers(app).at(-1) === COUNT && log.scrollHeight - log.clientHeight - log.scrollTop < 2);
    expect(view.hasNewest).to.equal(true);
    await until('all is read', () => all(app, '.to-end').length === 0);
  });

  it('quotes what is far away, and no longer once it is gone', async () => {
    const items = new Script('far').say(ana, 9000, 'The key is under the third pot').items;
    const rest = vast().map((item) => ({ ...item, position: (item.position ?? 0) + 1 }));
    const last = rest.at(-1);
    if (last?.kind !== 'message') throw new Error('There is no last message.');
    const answer = { ...last, reply: 'far-0' as MessageKey };
    const { app, engine } = await stage({ name: 'far', title: '', at: `#/room/${ROOM}`, script: () => ({ profile: me, rooms: [room(ROOM, 'Vast', [me, jonas, ana], [...items, ...rest.slice(0, -1), answer])] }) });
    const quote = (): string => all(app, '.quote')[0]?.textContent ?? '';
    await until('it is quoted', () => quote().includes('third pot'));
    await engine.deleteHere(ROOM, ['far-0' as MessageKey]);
    await until('it is not any more', () => all(app, '.quote').length === 1 && !quote().includes('third pot'));
  });

  it('shows the first that is unread, wherever one is', async () => {
    const { app, view, log } = await open(UNREAD);
    await view.goTo('vast-40' as MessageKey);
    expect(all(app, '.new').length).to.equal(0);
    await view.toFirstUnread();
    await frame();
    const line = one(app, '.new').getBoundingClientRect();
    expect(line.top).to.be.greaterThan(log.getBoundingClientRect().top);
    expect(line.bottom).to.be.lessThan(log.getBoundingClientRect().bottom);
  });

  it('stays bounded at the end, however much comes', async () => {
    const { app, engine, log } = await open(0);
    for (let n = 0; n < 400; n += 1) {
      engine.arrive(ROOM, n % 5 < 2 ? ana : jonas, `#${COUNT + n} and on it goes`);
      if (n % 20 === 0) await frame();
    }
    await until('the last is in sight', () => numbers(app).at(-1) === COUNT + 399 && log.scrollHeight - log.clientHeight - log.scrollTop < 2);
    expect(bubbles(app).length).to.be.lessThan(280);
    expect(one(app, '.day-line').textContent).not.to.equal('');
  });

  it('keeps the focus in the conversation when the message that had it is let go, and goes on by key from what is in sight', async () => {
    const { app, view, log } = await open(UNREAD);
    const start = inSight(app, log);
    start.focus();
    const key = numberOf(start);
    for (let turn = 0; saying(app, key) !== undefined; turn += 1) {
      if (turn > 300) throw new Error('It was never let go.');
      log.scrollTop += 900;
      await frame();
      await frame();
    }
    await until('the log has it', () => focused() === log);
    await sendKeys({ press: 'ArrowUp' });
    const at = focused()?.getBoundingClientRect();
    expect(focused()?.classList.contains('bubble')).to.equal(true);
    expect(at?.bottom).to.be.lessThan(log.getBoundingClientRect().bottom + 1);
    await sendKeys({ press: 'Home' });
    await until('the first of all has it', () => numberOf(focused() as Element) === 0);
    await sendKeys({ press: 'End' });
    await until('the last of all has it', () => numberOf(focused() as Element) === COUNT - 1);
    expect(view.hasNewest).to.equal(true);
  });
});
