import { expect } from '@esm-bundle/chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { encode } from 'uqr';
import type { PersonKey, RoomKey } from '../../../pwa/engine/api.ts';
import { MOST_PICTURE_BYTES } from '../../../pwa/engine/api.ts';
import { pretendCamera } from '../../../pwa/gallery/pictures.ts';
import { roomPicture } from '../../../pwa/ui/controllers/room-picture.ts';
import { pictureUrl } from '../../../pwa/ui/elements/picture-url.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import { originOf } from '../../../pwa/ui/views/sotto-move.ts';
import { noticeText } from '../../../pwa/ui/words/notices.ts';
import { LINK } from '../../support/fake-engine.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const ROOM = 'aHikes-6' as RoomKey;
const ANA = 'key-ana-2' as PersonKey;
const JONAS = 'key-jonas-8' as PersonKey;
const has = (root: ParentNode, selector: string): boolean => all(root, selector).length > 0;
const says = (root: ParentNode, text: string): boolean => all(root, 'p, h1, h2, h3, span, strong, button, sotto-banner').some((element) => element.textContent?.includes(text) === true);
const button = (app: SottoApp, label: string): HTMLElement => {
  const found = all(app, 'button').find((each) => (each.getAttribute('aria-label') ?? each.textContent ?? '').trim().startsWith(label));
  if (found === undefined) throw new Error(`There is no button ${label}.`);
  return found;
};

describe('members and roles', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('offers nobody what their role does not allow', async () => {
    const { app } = await stage('details');
    expect(says(app, 'Let people in one by one')).to.equal(false);
    expect(all(app, 'button').some((each) => each.getAttribute('aria-label') === 'Edit name and picture')).to.equal(false);
    const owner = await stage('member');
    expect(says(owner.app, 'Ana Duarte')).to.equal(true);
    expect(all(owner.app, 'sotto-member-sheet .danger')).to.have.length(0);
    expect(has(owner.app, 'input[type=radio]')).to.equal(false);
  });

  it('changes a role only after asking, and shows what the room agreed on', async () => {
    const { app, engine } = await stage('member-role');
    expect(says(app, 'Make Ana Duarte an owner?')).to.equal(true);
    expect(engine.asked('setRole')).to.deep.equal([]);
    button(app, 'Change').click();
    await until('it is asked', () => engine.asked('setRole').length === 1);
    expect(engine.asked('setRole')).to.deep.equal([[ROOM, ANA, 'owner']]);
    await until('the role stands', () => all(app, 'input[type=radio]').some((field) => (field as HTMLInputElement).checked && field.closest('label')?.textContent?.includes('Owner') === true));
  });

  it('leaves a choice of role as it was where one thinks better of it', async () => {
    const { app, engine } = await stage('member-role');
    button(app, 'Cancel').click();
    await until('the member is up again', () => has(app, 'input[type=radio]'));
    expect(all(app, 'input[type=radio]').filter((field) => (field as HTMLInputElement).checked).map((field) => field.closest('label')?.querySelector('strong')?.textContent)).to.deep.equal(['Admin']);
    expect(engine.asked('setRole')).to.deep.equal([]);
  });

  it('lets an owner step down where another one stays, and nobody else change their own role', async () => {
    const { app, engine } = await stage('member-self');
    all(app, 'input[type=radio]').find((field) => field.closest('label')?.textContent?.includes('Admin') === true)?.click();
    await until('it asks', () => says(app, 'Give up being an owner?'));
    button(app, 'Change').click();
    await until('it is done', () => !has(app, 'sotto-sheet'));
    expect(engine.asked('setRole')).to.deep.equal([[ROOM, 'key-noor-2', 'admin']]);
    const last = await stage('details-owner');
    expect(all(last.app, 'sotto-member-list').flatMap((list) => all(list, 'li'))[0]?.querySelector('button')).to.equal(null);
  });

  it('bans, says it in the room, and lifts the ban', async () => {
    const { app, engine } = await stage('member-remove');
    button(app, 'Cancel').click();
    await until('the member is up', () => all(app, '.danger').length > 1);
    button(app, 'Remove and ban').click();
    await until('it asks', () => says(app, 'Ban Jonas Weber?'));
    button(app, 'Ban').click();
    await until('it is done', () => engine.asked('removeMember').length === 1 && !has(app, 'sotto-sheet'));
    expect(engine.asked('removeMember')).to.deep.equal([[ROOM, JONAS, { ban: true }]]);
    button(app, 'Banned').click();
    await until('the list is up', () => says(app, 'By Noor Haddad'));
    button(app, 'Lift the ban on Jonas Weber').click();
    await until('nobody is banned', () => says(app, 'Nobody is banned any more'));
    expect(engine.asked('unban')).to.deep.equal([[ROOM, JONAS]]);
  });

  it('removes somebody whose device was not seen for long in one tap', async () => {
    const { app, engine } = await stage('details-warnings');
    button(app, 'Remove Jonas Weber').click();
    await until('it is asked', () => engine.asked('removeMember').length === 1);
    expect(engine.asked('removeMember')).to.deep.equal([[ROOM, JONAS]]);
    await until('they are gone', () => !says(one(app, 'sotto-member-list'), 'Jonas Weber'));
  });

  it('has the last owner name another first, and lets a member leave', async () => {
    const last = await stage('leave-last-owner');
    expect(says(last.app, 'Name another owner first')).to.equal(true);
    expect(has(last.app, '.danger[type=submit]')).to.equal(false);
    const { app, engine } = await stage('leave');
    all(app, 'sotto-leave').flatMap((sheet) => all(sheet, '.danger'))[0]?.click();
    await until('it is asked', () => engine.asked('leave').length === 1);
    await until('it stands so', () => all(app, 'button').some((each) => each.textContent?.includes('Delete from this device') === true));
  });

  it('puts the switch for approval back where the room did not agree', async () => {
    const { app, engine } = await stage('details-owner');
    engine.failing.set('setSettings', 'not-allowed');
    const approvalOf = (): HTMLInputElement => all(app, 'label').find((label) => label.textContent?.includes('Let people in one by one') === true)?.querySelector('input') ?? expect.fail('no switch');
    const approval = approvalOf();
    approval.click();
    await until('it says why', () => says(app, 'You may not do that here'));
    expect(approval.checked).to.equal(false);
    engine.failing.clear();
    approval.click();
    await until('it stands', () => engine.asked('setSettings').length === 2 && approvalOf().checked);
    expect(engine.asked('setSettings').at(-1)).to.deep.equal([ROOM, { approval: true }]);
  });

  it('renames and recolours a room, each only where it changed', async () => {
    const { app, engine } = await stage('edit');
    const field = one(app, '#name') as HTMLInputElement;
    field.value = 'Saturday hikes';
    field.dispatchEvent(new Event('input'));
    (all(app, '.hues input')[8] as HTMLInputElement | undefined)?.click();
    button(app, 'Save').click();
    await until('the sheet is gone', () => !has(app, 'sotto-sheet'));
    expect(engine.asked('renameRoom')).to.deep.equal([[ROOM, 'Saturday hikes']]);
    expect(engine.asked('setLook')).to.deep.equal([[ROOM, { hue: 255, picture: null }]]);
    expect(says(app, 'Saturday hikes')).to.equal(true);
  });

  it('scales whatever picture one chooses to what a room keeps', async () => {
    const canvas = new OffscreenCanvas(1800, 1200);
    const context = canvas.getContext('2d');
    // Noise is what compresses worst.
    for (let at = 0; at < 20_000; at += 1) {
      context!.fillStyle = `hsl(${(at * 137) % 360} 80% ${(at * 31) % 100}%)`;
      context!.fillRect((at * 97) % 1800, (at * 61) % 1200, 14, 14);
    }
    const picture = await roomPicture(await canvas.convertToBlob({ type: 'image/png' }));
    expect(picture).to.not.equal(null);
    expect(picture!.length).to.be.within(1, MOST_PICTURE_BYTES);
    const image = await createImageBitmap(new Blob([picture!.slice()]));
    expect(image.width).to.equal(image.height);
    expect(await roomPicture(new Blob(['no picture at all']))).to.equal(null);
  });

  it('draws no picture but a photograph’s formats', () => {
    expect(pictureUrl(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'))).to.equal(null);
    expect(pictureUrl(new Uint8Array(0))).to.equal(null);
    expect(pictureUrl(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).to.match(/^data:image\/jpeg;base64,/);
  });

  it('changes one’s own name', async () => {
    const { app, engine } = await stage('profile');
    const field = all(app, 'sotto-profile').flatMap((sheet) => all(sheet, 'input'))[0] as HTMLInputElement;
    field.value = 'Noor';
    button(app, 'Save').click();
    await until('the sheet is gone', () => !has(app, 'sotto-sheet'));
    expect(engine.asked('setName')).to.deep.equal([['Noor']]);
    expect(one(app, 'sotto-room-list').shadowRoot?.querySelector('.head .round:has(sotto-avatar)')?.textContent?.trim()).to.equal('You: Noor');
  });
});

describe('coming in', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('takes an invite back after one more tap, and no other', async () => {
    const { app, engine } = await stage('invites-revoke');
    expect(engine.asked('revokeInvite')).to.deep.equal([]);
    const sure = one(app, '.sure');
    all(sure, '.danger')[0]?.click();
    await until('it is gone', () => !says(app, 'Family'));
    expect(engine.asked('revokeInvite')).to.deep.equal([[ROOM, 'a']]);
    expect(says(app, 'Poster at the hut')).to.equal(true);
  });

  it('makes a labelled link for admins', async () => {
    const { app, engine } = await stage('invite-admin');
    const field = one(app, '#label') as HTMLInputElement;
    field.value = ' Board ';
    field.dispatchEvent(new Event('input'));
    button(app, 'Make a new link').click();
    await until('it is shown', () => has(app, 'sotto-qr'));
    expect(engine.asked('createInvite')).to.deep.equal([[ROOM, { hours: 168, uses: 0, role: 'admin', label: 'Board' }]]);
    expect(says(app, 'Board')).to.equal(true);
  });

  it('knocks where an admin lets people in, and says that one waits', async () => {
    const { app, engine } = await stage('join-approval');
    button(app, 'Knock').click();
    await until('it waits', () => says(app, 'You knocked'));
    expect(engine.asked('join')).to.deep.equal([[LINK]]);
    expect(has(app, 'sotto-composer')).to.equal(false);
  });

  it('answers a knock from the room, and several from its details', async () => {
    const { app, engine } = await stage('room-knock');
    all(one(app, 'sotto-banner').shadowRoot!, 'button').find((each) => each.textContent === 'Let in')?.click();
    await until('the banner is gone', () => !has(app, 'sotto-banner'));
    expect(engine.asked('answerKnock')).to.deep.equal([[ROOM, 'knock-key-priya-6', true]]);
    await until('the room says it', () => says(app, 'You let Priya Raman in'));
    const more = await stage('room-knocks');
    all(one(more.app, 'sotto-banner').shadowRoot!, 'button').find((each) => each.textContent === 'Look')?.click();
    await until('they are listed', () => has(more.app, 'sotto-knocks'));
    button(more.app, 'Refuse Tomás').click();
    await until('one is left', () => all(more.app, 'sotto-knocks').flatMap((list) => all(list, 'li')).length === 1);
    expect(more.engine.asked('answerKnock')).to.deep.equal([[ROOM, 'knock-key-tomas-0', false]]);
  });

  it('tells a screen reader of somebody who knocks, once', async () => {
    const { app, engine } = await stage('details-owner');
    const live = app.shadowRoot?.querySelector('[aria-live=polite]');
    const knock = { id: 'k', who: { person: 'key-priya-6' as PersonKey, name: 'Priya' }, at: Date.now(), by: '' };
    engine.happen(ROOM, { knocks: [knock] });
    await until('it is told', () => live?.textContent === 'Priya would like to come in to Sunday hikes');
    engine.connect({ kind: 'offline', retryAt: null });
    await until('something else is told', () => live?.textContent?.startsWith('Offline') === true);
    engine.happen(ROOM, { unread: 0 });
    await app.updateComplete;
    expect(live?.textContent?.startsWith('Offline')).to.equal(true);
  });

  it('reads an invite from what the camera sees', async () => {
    pretendCamera(encode(LINK, { ecc: 'M', border: 0 }).data);
    const { app, engine } = await stage('join-link');
    button(app, 'Scan a code').click();
    await until('the invite is looked at', () => engine.asked('previewInvite').length === 1);
    expect(engine.asked('previewInvite')).to.deep.equal([[LINK]]);
    expect(has(app, 'video')).to.equal(false);
  });

  it('reads an invite from a picture, and says where there is none in it', async () => {
    pretendCamera(null);
    const { app, engine } = await stage('join-link');
    button(app, 'Scan a code').click();
    await until('there is no camera', () => says(app, 'There is no camera here'));
    give(one(app, 'input[type=file]') as HTMLInputElement, await drawn([]));
    await until('it says that none is in it', () => says(app, 'No code was found in that picture'));
    give(one(app, 'input[type=file]') as HTMLInputElement, await drawn(encode(LINK, { ecc: 'M', border: 4 }).data));
    await until('the invite is looked at', () => engine.asked('previewInvite').length === 1);
    expect(engine.asked('previewInvite')).to.deep.equal([[LINK]]);
  });

  it('says that a code is no invite, and keeps looking', async () => {
    const { app, engine } = await stage('scan-other');
    expect(says(app, 'That code is no invite')).to.equal(true);
    expect(engine.asked('previewInvite')).to.deep.equal([]);
    expect(has(app, 'video')).to.equal(true);
  });
});

describe('knowing whom one talks to', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('shows sixty digits in groups of five, and marks as verified by hand', async () => {
    const { app, engine } = await stage('verify');
    const groups = all(app, '.digits span').map((group) => group.textContent ?? '');
    expect(groups).to.have.length(12);
    expect(groups.every((group) => /^\d{5}$/.test(group))).to.equal(true);
    button(app, 'The numbers are the same').click();
    await until('it says so', () => says(app, 'It is them'));
    expect(engine.asked('setVerified')).to.deep.equal([[ANA, true]]);
    expect(focused()?.localName).to.equal('h3');
    button(app, 'Done').click();
    await until('the mark stands', () => has(app, 'sotto-room-details') && all(app, '.verified').length > 0);
  });

  it('compares a scanned code, and says which of the four it is', async () => {
    pretendCamera(encode('sotto-verify:1:a:b', { ecc: 'M', border: 0 }).data);
    const { app, engine } = await stage('verify');
    button(app, 'Scan their code').click();
    await until('it was compared', () => says(app, 'It is them'));
    expect(engine.asked('verify')).to.deep.equal([[ANA, 'sotto-verify:1:a:b']]);
    const wrong = await stage('verify-wrong');
    expect(says(wrong.app, 'That is somebody else’s code')).to.equal(true);
    expect(has(wrong.app, '.verified')).to.equal(false);
  });

  it('lets nobody write to a stranger under a verified name before they have looked, and keeps the draft', async () => {
    const { app, engine } = await stage('room-stranger');
    expect(says(app, 'This is not the Ana Duarte you verified') || all(app, 'sotto-banner').some((banner) => banner.shadowRoot?.textContent?.includes('This is not the Ana Duarte') === true)).to.equal(true);
    expect(has(app, 'textarea')).to.equal(false);
    all(one(app, 'sotto-banner').shadowRoot!, 'button').find((each) => each.textContent === 'I know, go on')?.click();
    await until('one can write', () => has(app, 'textarea'));
    expect(engine.asked('acknowledge')).to.deep.equal([[ROOM, 'key-mallory-3']]);
    expect((one(app, 'textarea') as HTMLTextAreaElement).value).to.equal('The key is under the third pot');
  });

  it('opens a chat with a person, and answers one who asks', async () => {
    const { app, engine } = await stage('member');
    button(app, 'Send a message').click();
    await until('the chat is open', () => location.hash === '#/room/ana-direct' || location.hash.startsWith('#/room/fake-room'));
    expect(engine.asked('messagePerson')).to.deep.equal([[ROOM, ANA]]);
    const asked = await stage('room-asked');
    button(asked.app, 'Accept').click();
    await until('one can write', () => has(asked.app, 'textarea'));
    expect(asked.engine.asked('answerRequest')).to.deep.equal([[ROOM, true]]);
    const declined = await stage('room-asked');
    button(declined.app, 'Decline').click();
    await until('it is gone', () => location.hash === '#/');
    expect(declined.engine.asked('answerRequest')).to.deep.equal([[ROOM, false]]);
  });

  it('lets one write in a chat of two only while there are two: whoever comes later opens nothing from before', async () => {
    const { app } = await stage('room-direct-unanswered');
    expect(says(app, 'has not answered yet')).to.equal(true);
    expect(has(app, 'textarea')).to.equal(false);
    const left = await stage('room-direct-left');
    await until('it says why', () => says(left.app, 'Ana Duarte left this chat'));
    expect(has(left.app, 'textarea')).to.equal(false);
    const together = await stage('room-direct-verified');
    expect(has(together.app, 'textarea')).to.equal(true);
  });

  it('says what is wrong with a room, and offers to join again', async () => {
    const { app, engine } = await stage('room-broken');
    expect(says(app, 'You were away longer than the relay keeps messages')).to.equal(true);
    expect(has(app, 'textarea')).to.equal(false);
    button(app, 'Join again').click();
    await until('it goes on', () => says(app, 'This goes on by itself'));
    expect(engine.asked('rejoin')).to.deep.equal([[ROOM]]);
  });

  it('says for every standing another thing, and leaves the history where there is one', async () => {
    const said = new Set<string>();
    for (const name of ['room-waiting', 'room-asked', 'room-left', 'room-removed', 'room-banned', 'room-broken', 'room-knock-refused']) {
      const { app } = await stage(name);
      said.add(one(one(app, 'sotto-standing').shadowRoot!, '.title').textContent ?? '');
      expect(has(app, 'textarea'), name).to.equal(false);
      if (['room-left', 'room-removed', 'room-banned', 'room-broken'].includes(name)) expect(has(app, 'sotto-message-group'), name).to.equal(true);
    }
    expect(said.size).to.equal(7);
  });

  it('names another relay, and takes nothing for one that is none', async () => {
    for (const [text, origin] of [['chat.example', 'https://chat.example'], ['https://chat.example/', 'https://chat.example'], ['http://localhost:8080', 'http://localhost:8080']] as const) expect(originOf(text)).to.equal(origin);
    for (const text of ['', 'http://chat.example', 'https://chat.example/path', 'https://a:b@chat.example', 'javascript:alert(1)', 'https://chat.example/#x', 'ftp://chat.example']) expect(originOf(text), text).to.equal(null);
    const { app, engine } = await stage('move');
    await sendKeys({ type: 'relay.example.org' });
    await sendKeys({ press: 'Enter' });
    await until('it says so', () => says(app, 'The room is there already'));
    const field = one(app, '#relay') as HTMLInputElement;
    field.value = 'chat.hikes.example';
    await sendKeys({ press: 'Enter' });
    await until('it moved', () => !has(app, 'sotto-sheet'));
    expect(engine.asked('moveRoom')).to.deep.equal([[ROOM, 'https://chat.hikes.example']]);
  });

  it('lets no name turn a sentence round', () => {
    const laila = { person: 'a' as PersonKey, name: 'ليلى' };
    const jonas = { person: 'b' as PersonKey, name: 'Jonas' };
    expect(noticeText({ kind: 'removed', who: laila, by: jonas }, 'c' as PersonKey)).to.equal('Jonas removed \u2068ليلى\u2069');
    expect(noticeText({ kind: 'removed', who: jonas, by: laila }, 'b' as PersonKey)).to.equal('\u2068ليلى\u2069 removed you');
  });

  it('gives the focus back to what opened a sheet', async () => {
    const { app } = await stage('details-owner');
    const opener = button(app, 'Security');
    opener.focus();
    opener.click();
    await until('the sheet is up', () => has(app, 'sotto-security') && has(one(app, 'sotto-security').shadowRoot!, '.all'));
    await sendKeys({ press: 'Escape' });
    await until('it is back', () => !has(app, 'sotto-security') && focused() === opener);
    expect(location.hash).to.equal(`#/room/${ROOM}/details`);
  });
});

/** A picture of a code on white. */
async function drawn(modules: readonly (readonly boolean[])[]): Promise<File> {
  const canvas = new OffscreenCanvas(720, 720);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, 720, 720);
  context.fillStyle = 'black';
  const size = 720 / Math.max(1, modules.length);
  modules.forEach((row, y) => { row.forEach((dark, x) => { if (dark) context.fillRect(x * size, y * size, size + 0.5, size + 0.5); }); });
  return new File([await canvas.convertToBlob({ type: 'image/png' })], 'code.png', { type: 'image/png' });
}

function give(field: HTMLInputElement, file: File): void {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  field.files = transfer.files;
  field.dispatchEvent(new Event('change'));
}
