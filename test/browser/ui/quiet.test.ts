import { expect } from '@esm-bundle/chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import type { MessageKey, PersonKey, RoomKey } from '../../../pwa/engine/api.ts';
import { QUIET_STATES } from '../../../pwa/gallery/quiet-states.ts';
import { compose } from '../../../pwa/gallery/acting.ts';
import { Script, ana, me, room } from '../../../pwa/gallery/people.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import type { SottoThread } from '../../../pwa/ui/views/sotto-thread.ts';
import { stayOf } from '../../../pwa/ui/words/stays.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const HIKES = 'aHikes-6' as RoomKey;
const JONAS = { person: 'key-jonas-8' as PersonKey, name: 'Jonas Weber' };
/** What each selector finds within what the one before it found, through shadow roots. */
const deep = (root: ParentNode, ...path: readonly string[]): readonly HTMLElement[] => {
  let at: readonly ParentNode[] = [root];
  for (const selector of path) at = at.flatMap((each) => all(each, selector));
  return at as readonly HTMLElement[];
};
const has = (root: ParentNode, ...path: readonly string[]): boolean => deep(root, ...path).length > 0;
const textOf = (root: ParentNode, selector: string): string => (one(root, selector).shadowRoot ?? one(root, selector)).textContent?.replaceAll(/\s+/gu, ' ').trim() ?? '';
const button = (app: SottoApp, label: string): HTMLElement => {
  const found = all(app, 'button').find((each) => (each.getAttribute('aria-label') ?? each.textContent ?? '').trim().startsWith(label));
  if (found === undefined) throw new Error(`There is no button ${label}.`);
  return found;
};
const rowOf = (app: SottoApp, room: string): HTMLElement => one(app, `a[data-room="${room}"]`);
const order = (app: SottoApp): readonly (string | undefined)[] => all(app, 'a[data-room]').map((row) => row.dataset.room);

describe('rooms that are kept', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('stand pinned first, archived apart behind one row, and come back from there', async () => {
    const { app, engine } = await stage('list-kept');
    expect(order(app)[0]).to.equal('choir-0');
    expect(order(app)).not.to.include('release-4');
    button(app, '2 archived rooms').click();
    await until('the archive is shown', () => order(app).join() === 'release-4,flat-5');
    expect(focused()?.localName).to.equal('h1');
    // Somebody says something there.
    engine.happen('release-4' as RoomKey, { place: { pinned: false, archived: false, muted: null } });
    await until('it is back among the others', () => order(app).join() === 'flat-5');
    button(app, 'Back to rooms').click();
    await until('the others are shown', () => order(app).includes('release-4'));
    expect(button(app, '1 archived room').textContent).to.contain('1 archived room');
  });

  it('are chosen for by a key, a mouse or a finger that rests; and lifting it opens nothing', async () => {
    const { app, engine } = await stage('list-kept');
    const row = rowOf(app, HIKES);
    row.focus();
    row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, composed: true }));
    await until('the menu has the focus', () => focused()?.textContent?.trim() === 'Pin to the top');
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ press: 'ArrowDown' });
    expect(focused()?.textContent?.trim()).to.equal('Archive');
    await sendKeys({ press: 'Escape' });
    await until('the menu is gone, and the row has the focus', () => !has(app, 'sotto-room-menu') && focused() === row);
    const finger = { bubbles: true, composed: true, pointerType: 'touch', isPrimary: true, clientX: 100, clientY: 300 } as const;
    row.dispatchEvent(new PointerEvent('pointerdown', finger));
    await until('the menu is there', () => has(app, 'sotto-room-menu', '[popover]'));
    row.dispatchEvent(new PointerEvent('pointerup', finger));
    row.click();
    expect(location.hash).to.equal('#/');
    button(app, 'Pin to the top').click();
    await until('it was asked for', () => engine.asked('setPlace').length === 1);
    expect(engine.asked('setPlace')[0]).to.deep.equal([HIKES, { pinned: true }]);
    await until('it stands above', () => order(app).slice(0, 2).includes(HIKES));
    row.dispatchEvent(new PointerEvent('pointerdown', finger));
    row.dispatchEvent(new PointerEvent('pointerup', finger));
    row.click();
    await until('a short touch opens the room', () => location.hash === `#/room/${HIKES}` && (focused()?.localName === 'textarea' || focused()?.localName === 'h1'));
  });

  it('say in their row that they are muted, that one is mentioned, and that somebody is there', async () => {
    const { app } = await stage('list-kept');
    const kitchen = one(rowOf(app, 'kitchen-2'), 'sotto-room-row');
    for (const label of ['Muted', 'You are mentioned', '12 new messages']) expect(textOf(rowOf(app, 'kitchen-2'), 'sotto-room-row') + [...(kitchen.shadowRoot?.querySelectorAll('[aria-label]') ?? [])].map((each) => each.getAttribute('aria-label')).join()).to.contain(label);
    expect(one(rowOf(app, 'ana-direct'), '.online').getAttribute('aria-label')).to.equal('online');
    expect(textOf(rowOf(app, HIKES), 'sotto-room-row')).to.contain('Jonas Weber');
  });

  it('are muted for a time, with mentions or without, and unmuted', async () => {
    const { app, engine } = await stage('mute');
    deep(app, 'sotto-mute', 'input[role=switch]')[0]?.click();
    button(app, '8 hours').click();
    await until('it was asked for, and the sheet is gone', () => engine.asked('setPlace').length === 1 && !has(app, 'sotto-mute'));
    const [muting, { muted }] = engine.asked('setPlace')[0] as [RoomKey, { muted: { until: number; mentions: boolean } }];
    expect([muting, muted.mentions, Math.round((muted.until - Date.now()) / 3_600_000)]).to.deep.equal([HIKES, false, 8]);
    expect(button(app, 'Notifications').textContent).to.contain('Muted until');
    button(app, 'Notifications').click();
    await until('the sheet is back', () => has(app, 'sotto-mute', 'sotto-sheet'));
    button(app, 'Unmute').click();
    await until('it is loud again', () => button(app, 'Notifications').textContent?.includes('You are told') === true);
  });

  it('are not announced while muted, but for mentions', async () => {
    const { app, engine } = await stage('list-kept');
    const said = (): string => app.shadowRoot?.querySelector('[role=status].unseen')?.textContent ?? '';
    const quiet = engine.arrive('kitchen-2' as RoomKey, JONAS, 'courgettes again');
    await until('it is counted', () => textOf(rowOf(app, 'kitchen-2'), 'sotto-room-row').includes('13'));
    expect(said()).not.to.contain(quiet.content.kind === 'text' ? quiet.content.text : '?');
    engine.arrive('laila-5' as RoomKey, JONAS, 'loud and clear');
    await until('another room is announced', () => said().includes('loud and clear'));
  });
});

describe('who is writing, and who is there', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('is said under the room’s name, and told a screen reader once', async () => {
    const { app, engine } = await stage('room-typing');
    expect(textOf(app, 'sotto-room-status')).to.contain('Jonas Weber');
    const said = (): string => app.shadowRoot?.querySelector('[role=status].unseen')?.textContent ?? '';
    await until('it is told', () => said().includes('is typing'));
    engine.happen(HIKES, { typing: [] });
    await until('it ends', () => textOf(app, 'sotto-room-status') === '4 people');
    engine.arrive(HIKES, JONAS, 'there');
    await until('something else is told', () => said().includes('there'));
    engine.happen(HIKES, { typing: [JONAS] });
    await until('it is seen', () => textOf(app, 'sotto-room-status').includes('is typing'));
    expect(said()).to.contain('there');
    engine.happen(HIKES, { typing: [JONAS, { person: 'key-mei-8' as PersonKey, name: 'Mei Tanaka' }] });
    await until('two are named', () => /Jonas Weber.* and .*Mei Tanaka.* are typing/u.test(textOf(app, 'sotto-room-status')));
  });

  it('stands still where motion is reduced', async () => {
    const { app } = await stage('room-typing');
    const rules = [...(one(app, 'sotto-room-status').shadowRoot?.adoptedStyleSheets ?? [])].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText);
    expect(rules.some((rule) => rule.includes('prefers-reduced-motion: reduce') && rule.includes('animation: ') && rule.includes('none'))).to.equal(true);
  });

  it('is told the others as one writes, and that one stopped', async () => {
    const { app, engine } = await stage('room');
    await compose(app, 'h');
    await compose(app, 'he');
    await compose(app, 'hel');
    await until('it was told', () => engine.asked('typing').length > 0);
    expect(engine.asked('typing')).to.deep.equal([[HIKES, true]]);
    await compose(app, '');
    await until('it ended', () => engine.asked('typing').length === 2);
    expect(engine.asked('typing')[1]).to.deep.equal([HIKES, false]);
  });

  it('the engine hears which room is before the person', async () => {
    const { app, engine } = await stage('list');
    await until('the list is before them', () => engine.asked('attend').length === 1);
    rowOf(app, HIKES).click();
    await until('the room is', () => engine.asked('attend').length === 2);
    expect(engine.asked('attend')).to.deep.equal([[null], [HIKES]]);
    await until('the room has the focus', () => focused()?.localName === 'textarea' || focused()?.localName === 'h1');
  });

  it('has a switch for each in one’s profile', async () => {
    const { app, engine } = await stage('profile-told');
    const switches = deep(app, 'sotto-profile', '[role=switch]') as readonly HTMLInputElement[];
    for (const name of ['readReceipts', 'deliveryReceipts', 'typing', 'presence']) {
      const before = engine.asked('setPreferences').length;
      switches[before]?.click();
      await until(`${name} was asked for`, () => engine.asked('setPreferences').length === before + 1);
      expect(engine.asked('setPreferences').at(-1)).to.deep.equal([{ [name]: false }]);
      await app.updateComplete;
    }
  });
});

describe('messages that disappear', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('say so in their bubble, and the room under its name', async () => {
    const { app } = await stage('room-disappearing');
    const marks = deep(app, 'sotto-message-group', '.meta [role=img]').map((mark) => mark.getAttribute('aria-label'));
    expect(marks).to.include('Disappears after 1 week');
    expect(marks).to.include('Disappears after 30 seconds');
    expect(one(app, '.stays').getAttribute('aria-label')).to.equal('Messages disappear after 1 week');
    expect(all(app, '.notice').some((notice) => notice.textContent === 'You set messages to disappear after 1 week')).to.equal(true);
  });

  it('after a time that is chosen, or another one, within a year', async () => {
    const { app, engine } = await stage('disappearing');
    const radios = deep(app, 'sotto-disappearing', 'input[type=radio]') as readonly HTMLInputElement[];
    expect(radios.findIndex(({ checked }) => checked)).to.equal(6);
    radios[1]?.click();
    button(app, 'Save').click();
    await until('it was asked for', () => engine.asked('setSettings').length === 1 && !has(app, 'sotto-disappearing'));
    expect(engine.asked('setSettings')[0]).to.deep.equal([HIKES, { disappearing: 30 }]);
    button(app, 'Disappearing messages').click();
    await until('the sheet is back', () => has(app, 'sotto-disappearing', 'form'));
    (deep(app, 'sotto-disappearing', 'input[type=radio]').at(-1) as HTMLInputElement).click();
    await until('it asks how long', () => has(app, '#number'));
    const number = one(app, '#number') as HTMLInputElement;
    const unit = one(app, '#unit') as HTMLSelectElement;
    [number.value, unit.value] = ['60', 'weeks'];
    button(app, 'Save').click();
    await until('it says that it is too long', () => textOf(app, '#hint') !== '');
    [number.value, unit.value] = ['3', 'hours'];
    button(app, 'Save').click();
    await until('it was asked for', () => engine.asked('setSettings').length === 2);
    expect(engine.asked('setSettings')[1]).to.deep.equal([HIKES, { disappearing: 10_800 }]);
  });

  it('is shown and not offered to those who may not change it', async () => {
    const { app } = await stage('details-kept');
    expect(deep(app, 'sotto-room-details', '.row').some((row) => row.textContent?.includes('8 hours after they were read') === true && row.localName === 'div')).to.equal(true);
  });

  it('have been read at the end of the conversation also where they stand in a thread', async () => {
    const items = new Script('aside').say(ana, 9, 'root').also({ replies: { count: 1, at: Date.now() } }).say(ana, 8, 'beside it').also({ thread: 'aside-0' as MessageKey, expires: 30 }).items;
    const { engine } = await stage({ name: 'aside', title: '', script: () => ({ profile: me, rooms: [room('aside-1', 'Aside', [ana, me], items, { unread: 1, readThrough: 1 })] }), at: '#/room/aside-1' });
    await until('it is read', () => engine.asked('markRead').some(([, position]) => position === 2));
  });

  it('take their thread along from the screen', async () => {
    const { app, engine } = await stage('talk-thread');
    const root = (one(app, 'sotto-thread') as SottoThread).message;
    if (root === null) throw new Error('There is no thread.');
    await engine.deleteHere('talk-1' as RoomKey, [root]);
    await until('it is closed', () => !has(app, 'sotto-thread'));
  });

  it('in whole words', () => {
    expect([30, 300, 3600, 28_800, 86_400, 604_800, 28 * 86_400, 90].map(stayOf)).to.deep.equal(['30 seconds', '5 minutes', '1 hour', '8 hours', '1 day', '1 week', '4 weeks', '90 seconds']);
  });

  it('leave neither an answer nor a new wording behind', async () => {
    const { app, engine } = await stage('room-disappearing');
    const bubble = deep(app, 'sotto-message-group', '.bubble').at(-1);
    bubble?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, composed: true, cancelable: true }));
    await until('the menu is there', () => has(app, 'sotto-message-menu', '[popover]'));
    deep(app, 'sotto-message-menu', 'button').find((each) => each.textContent?.trim() === 'Reply')?.click();
    await until('it is answered', () => has(app, 'sotto-composer', '.purpose'));
    const [item] = (await engine.timeline(HIKES, { limit: 1 })).items;
    if (item?.kind === 'message') await engine.deleteHere(HIKES, [item.id]);
    await until('it is not any more', () => !has(app, 'sotto-composer', '.purpose'));
  });
});

it('every quiet state has a name of its own', () => {
  expect(new Set(QUIET_STATES.map(({ name }) => name)).size).to.equal(QUIET_STATES.length);
});
