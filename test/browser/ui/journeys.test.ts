import { expect } from '@esm-bundle/chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import type { PersonKey, RoomKey } from '../../../pwa/engine/api.ts';
import { takeErrand } from '../../../pwa/ui/controllers/errand.ts';
import { LINK } from '../../support/fake-engine.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const ROOM = 'aHikes-6' as RoomKey;
const ANA = { person: 'key-ana-2' as PersonKey, name: 'Ana Duarte' };
const has = (root: ParentNode, selector: string): boolean => all(root, selector).length > 0;
const says = (root: ParentNode, text: string): boolean => all(root, 'p, h1, h2, span, button, sotto-banner').some((element) => element.textContent?.includes(text) === true);

describe('finding one’s way', () => {
  beforeEach(() => setViewport({ width: 1280, height: 800 }));
  afterEach(clear);

  it('takes the secret of an invite out of the address bar', () => {
    history.replaceState(null, '', '#join/abc_DEF');
    const errand = takeErrand();
    expect(errand?.kind === 'invite' ? errand.link : '').to.match(/#join\/abc_DEF$/);
    expect(location.hash).to.equal('');
    expect(takeErrand()).to.equal(null);
  });

  it('opens what a link of its own scheme wraps', () => {
    const opened = (link: string): string => {
      history.replaceState(null, '', `#/open/${encodeURIComponent(link)}`);
      const errand = takeErrand();
      expect(location.hash).to.equal('');
      return errand?.kind === 'invite' ? errand.link : 'nothing';
    };
    expect(opened('web+sotto://chat.example/#join/abc')).to.equal('https://chat.example/#join/abc');
    expect(opened('web+sotto:http://localhost:8080/#join/abc')).to.equal('http://localhost:8080/#join/abc');
    expect(opened('web+sotto:nonsense')).to.equal('nonsense');
  });

  it('does what a shortcut of the home screen says, once', async () => {
    const { app } = await stage('list');
    location.hash = '#/new';
    await until('the sheet is up', () => has(app, 'sotto-new-room'));
    expect(location.hash).to.equal('');
  });

  it('puts what another app shared into the draft of the room one chooses', async () => {
    const { app, engine } = await stage('list');
    const shared = { text: 'https://example.org/tide-table', files: [new File(['hello'], 'notes.txt', { type: 'text/plain' })] };
    app.takeShared = () => Promise.resolve(shared);
    location.hash = '#/share';
    await until('the choice is up', () => has(app, 'sotto-share') && all(one(app, 'sotto-share').shadowRoot ?? app, 'button.row').length > 0);
    all(one(app, 'sotto-share').shadowRoot ?? app, 'button.row')[0]?.click();
    await until('the room is open', () => has(app, 'sotto-room'));
    expect(engine.asked('stage').length).to.equal(1);
    expect(String(engine.asked('setDraft')[0]?.[1])).to.contain('tide-table');
  });

  it('takes the secret out of the address bar when a link is opened in the running app', async () => {
    const { app, engine } = await stage('list');
    location.hash = '#join/abc_DEF';
    await until('the join screen is up', () => has(app, 'sotto-join'));
    expect(location.hash).to.equal('');
    expect(String(engine.asked('previewInvite')[0]?.[0])).to.match(/#join\/abc_DEF$/);
  });

  it('starts with a name', async () => {
    const { app, engine } = await stage('first-run');
    one(app, 'sotto-first-run').shadowRoot?.querySelector('input')?.focus();
    await sendKeys({ press: 'Enter' });
    await until('it asks for a name', () => says(app, 'Write a name first'));
    expect(engine.asked('createProfile')).to.deep.equal([]);
    await sendKeys({ type: 'Noor' });
    await sendKeys({ press: 'Enter' });
    await until('the list is up', () => has(app, 'sotto-room-list'));
    expect(engine.asked('createProfile')).to.deep.equal([['Noor']]);
  });

  it('shows what one joins, joins, and opens the room', async () => {
    const { app, engine } = await stage('join');
    expect(says(app, 'Ana Duarte invites you to')).to.equal(true);
    expect(says(app, 'Thursday book club')).to.equal(true);
    expect(says(app, 'relay.example.org')).to.equal(true);
    all(app, 'button').find((button) => button.textContent === 'Join the room')?.click();
    await until('the room is open', () => has(app, 'sotto-room'));
    expect(engine.asked('join')).to.deep.equal([[LINK]]);
    expect(location.hash).to.equal('#/room/book-club');
    await until('it says that it goes on by itself', () => says(app, 'This goes on by itself'));
    expect(has(app, 'sotto-composer')).to.equal(false);
  });

  it('offers no way into a room where nobody made the link', async () => {
    const { app } = await stage('join-nobody');
    expect(says(app, 'Do not join this room')).to.equal(true);
    expect(all(app, 'button').some((button) => button.textContent?.includes('Join') === true)).to.equal(false);
  });

  it('says for every failure what happened, and offers to try again where that can help', async () => {
    const said = new Set<string>();
    for (const code of ['bad-link', 'invite-expired', 'invite-used-up', 'invite-revoked', 'invite-unknown', 'relay-unreachable']) {
      const { app } = await stage(`join-${code}`);
      await until('a title is up', () => has(app, 'sotto-join') && has(one(app, 'sotto-join').shadowRoot ?? app, 'h1'));
      said.add(one(one(app, 'sotto-join').shadowRoot ?? app, 'h1').textContent ?? '');
      expect(all(app, 'button').some((button) => button.textContent === 'Try again'), code).to.equal(code === 'relay-unreachable');
    }
    expect(said.size).to.equal(6);
  });

  it('shows a link that stands already as a QR code, and makes another on other terms', async () => {
    const { app, engine } = await stage('invite');
    await until('the code is drawn', () => has(app, 'sotto-qr') && (one(app, 'sotto-qr').shadowRoot?.querySelector('path')?.getAttribute('d')?.length ?? 0) > 500);
    expect((one(app, 'input.link') as HTMLInputElement).value).to.equal(LINK);
    expect(engine.asked('createInvite')).to.deep.equal([]);
    one(app, '.until button').click();
    await until('the terms are up', () => has(app, 'fieldset'));
    all(app, 'label').find((label) => label.textContent?.includes('1 day') === true)?.click();
    all(app, 'label').find((label) => label.textContent?.trim() === 'One')?.click();
    all(app, 'button').find((button) => button.textContent === 'Make a new link')?.click();
    await until('the new link is up', () => says(app, 'for one person'));
    expect(engine.asked('createInvite')).to.deep.equal([[ROOM, { hours: 24, uses: 1 }]]);
  });

  it('says why no link could be made, and tries again', async () => {
    const { app, engine } = await stage('invite-failed');
    await until('it says why', () => says(app, 'The relay cannot be reached'));
    engine.failing.clear();
    all(app, 'button').find((button) => button.textContent === 'Try again')?.click();
    await until('the code is up', () => has(app, 'sotto-qr'));
  });

  it('goes through the list with the arrow keys, opens with Enter, and comes back with Escape', async () => {
    const { app } = await stage('list');
    const rows = all(app, 'a[data-room]');
    expect(rows.filter((row) => row.tabIndex === 0)).to.have.length(1);
    rows[0]?.focus();
    await sendKeys({ press: 'ArrowDown' });
    expect(focused()).to.equal(rows[1]);
    await sendKeys({ press: 'End' });
    expect(focused()).to.equal(rows.at(-1));
    await sendKeys({ press: 'Home' });
    await sendKeys({ press: 'ArrowDown' });
    const room = rows[1]?.dataset.room;
    await sendKeys({ press: 'Enter' });
    await until('the room is open', () => location.hash === `#/room/${room}`);
    await until('the composer has the focus', () => focused()?.localName === 'textarea');
    await sendKeys({ press: 'Escape' });
    await until('the row has the focus again', () => (focused() as HTMLElement | null)?.dataset.room === room && location.hash === '#/');
  });

  it('goes from message to message with the arrow keys', async () => {
    const { app } = await stage('room');
    one(app, '.log').focus();
    await sendKeys({ press: 'ArrowUp' });
    expect(focused()?.textContent).to.contain('See you on platform 3');
    await sendKeys({ press: 'ArrowUp' });
    expect(focused()?.textContent).to.contain('And sunscreen');
  });

  it('closes a sheet with Escape and stays in the room', async () => {
    const { app } = await stage('invite');
    await sendKeys({ press: 'Escape' });
    await until('the sheet is gone', () => !has(app, 'sotto-sheet'));
    expect(location.hash).to.equal(`#/room/${ROOM}`);
  });

  it('asks before it removes somebody, and words the engine’s refusal', async () => {
    const { app, engine } = await stage('member-remove');
    engine.failing.set('removeMember', 'relay-unreachable');
    const go = () => all(app, '.actions .danger')[0]?.click();
    go();
    await until('it says why not', () => says(app, 'The relay cannot be reached'));
    engine.failing.clear();
    go();
    await until('the sheet is gone', () => !has(app, 'sotto-sheet'));
    expect(engine.asked('removeMember')).to.have.length(2);
  });

  it('tells a screen reader of new messages once, and of the connection', async () => {
    const { app, engine } = await stage('room');
    const live = app.shadowRoot?.querySelector('[aria-live=polite]');
    const message = engine.arrive(ROOM, ANA, 'Train is late');
    await until('it is told', () => live?.textContent === 'Ana Duarte: Train is late');
    engine.arrive('ana-direct' as RoomKey, ANA, 'And you?');
    await until('the other room is named', () => live?.textContent === 'Ana Duarte in Ana Duarte: And you?');
    expect(message.mine).to.equal(false);
    engine.connect({ kind: 'offline', retryAt: null });
    await until('offline is told', () => live?.textContent?.startsWith('Offline. Your messages are kept') === true);
    engine.connect({ kind: 'online' });
    await until('online is told', () => live?.textContent === 'Online again');
    expect(one(app, '.log').getAttribute('aria-live')).to.equal('off');
  });

  it('marks as read what is on screen, and follows the end', async () => {
    const { app, engine } = await stage('room');
    const log = one(app, '.log');
    const message = engine.arrive(ROOM, ANA, 'Look behind you');
    await until('it is read', () => engine.asked('markRead').some(([room, position]) => room === ROOM && position === message.position));
    await until('it is in sight', () => log.scrollHeight - log.clientHeight - log.scrollTop < 2);
  });

  it('marks as read what comes into a room with space left', async () => {
    const { engine } = await stage('room-alone');
    const message = engine.arrive('fresh-1' as RoomKey, ANA, 'So here we are');
    await until('it is read', () => engine.asked('markRead').some(([room, position]) => room === 'fresh-1' && position === message.position));
  });

  it('stays where one reads while messages come, and counts them', async () => {
    const { app, engine } = await stage('room-long');
    await until('the way back is offered', () => has(app, '.to-end'));
    const log = one(app, '.log');
    const anchor = all(app, 'sotto-message-group').find((group) => group.getBoundingClientRect().top > log.getBoundingClientRect().top);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    engine.arrive('long-1' as RoomKey, ANA, 'And another');
    await until('three are counted', () => one(app, '.to-end .count').textContent === '3');
    expect(Math.abs((anchor?.getBoundingClientRect().top ?? 0) - before)).to.be.lessThan(2);
    one(app, '.to-end').click();
    await until('one is at the end', () => log.scrollHeight - log.clientHeight - log.scrollTop < 2);
    await until('all is read', () => !has(app, '.to-end .count'));
  });

  it('loads what is older without moving what is read', async () => {
    const { app, engine } = await stage('room-long');
    const log = one(app, '.log');
    const pages = engine.asked('timeline').length;
    log.scrollTop = 400;
    await until('the first visible message is known', () => all(app, 'sotto-message-group').some((group) => group.getBoundingClientRect().top > 100));
    log.dispatchEvent(new Event('scroll'));
    const anchor = all(app, 'sotto-message-group').find((group) => group.getBoundingClientRect().bottom > log.getBoundingClientRect().top);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    const count = all(app, 'sotto-message-group').length;
    await until('an older page is there', () => engine.asked('timeline').length > pages && all(app, 'sotto-message-group').length > count);
    await until('what was read is where it was', () => Math.abs((anchor?.getBoundingClientRect().top ?? 0) - before) < 3);
  });

  it('offers an update, and puts it off', async () => {
    const { app } = await stage('update');
    let taken = 0;
    app.addEventListener('update', () => { taken += 1; });
    all(app, 'sotto-update-toast button')[0]?.click();
    const [later, update] = all(one(app, 'sotto-update-toast').shadowRoot ?? app, '.button');
    update?.click();
    expect(taken).to.equal(1);
    later?.click();
    await until('the toast is gone', () => !has(app, 'sotto-update-toast'));
  });

  it('puts an alarm away when it was understood', async () => {
    const { app, engine } = await stage('room-alarm');
    expect(one(app, 'sotto-banner').shadowRoot?.textContent).to.contain('relay.example.org');
    one(one(app, 'sotto-banner').shadowRoot ?? app, 'button').click();
    await until('the banner is gone', () => !has(app, 'sotto-banner'));
    expect(engine.asked('dismissAlarm')).to.deep.equal([[ROOM, 'log-forked']]);
  });
});
