import { expect } from '@esm-bundle/chai';
import { sendKeys } from '@web/test-runner-commands';
import type { SottoComposer } from '../../../pwa/ui/elements/sotto-composer.ts';
import type { FakeEngine } from '../../support/fake-engine.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import { all, clear, one, stage, until } from './stage.ts';

const ROOM = 'aHikes-6';

describe('the composer', () => {
  let app: SottoApp;
  let engine: FakeEngine;
  const field = (): HTMLTextAreaElement => one(app, 'textarea') as HTMLTextAreaElement;
  const composer = (): SottoComposer => one(app, 'sotto-composer') as SottoComposer;
  const sent = (): readonly unknown[] => engine.asked('send').map(([, , content]) => content);
  const bubbles = (): readonly string[] => all(app, '.bubble .text').map((bubble) => bubble.textContent ?? '');

  beforeEach(async () => {
    ({ app, engine } = await stage('room'));
    composer().enterSends = true;
    await composer().updateComplete;
    field().focus();
  });
  afterEach(clear);

  it('keeps the text until the engine has stored it, then clears', async () => {
    engine.hold('send');
    await sendKeys({ type: 'On my way' });
    await sendKeys({ press: 'Enter' });
    await until('it was sent', () => sent().length === 1);
    expect(field().value).to.equal('On my way');
    expect(field().readOnly).to.equal(true);
    engine.release('send');
    await until('the field is empty', () => field().value === '' && !field().readOnly);
    expect(sent()).to.deep.equal([{ kind: 'text', text: 'On my way' }]);
    await until('it stands in the conversation', () => bubbles().some((text) => text.startsWith('On my way')));
  });

  it('keeps the text when it could not be stored, says what to do, and sends it again under the same id', async () => {
    engine.failing.set('send', 'storage-full');
    await sendKeys({ type: 'Precious words' });
    await sendKeys({ press: 'Enter' });
    await until('it says why', () => all(app, '[role=alert]').some((alert) => alert.textContent?.includes('Free some space') === true));
    expect(field().value).to.equal('Precious words');
    engine.failing.delete('send');
    await sendKeys({ press: 'Enter' });
    await until('the field is empty', () => field().value === '');
    const ids = engine.asked('send').map(([, id]) => id);
    expect(ids).to.have.length(2);
    expect(ids[0]).to.equal(ids[1]);
    expect(bubbles().filter((text) => text.startsWith('Precious words'))).to.have.length(1);
  });

  it('breaks a line with Shift and Enter', async () => {
    await sendKeys({ type: 'one' });
    await sendKeys({ down: 'Shift' });
    await sendKeys({ press: 'Enter' });
    await sendKeys({ up: 'Shift' });
    await sendKeys({ type: 'two' });
    expect(field().value).to.equal('one\ntwo');
    expect(sent()).to.deep.equal([]);
  });

  it('breaks a line with Enter on a phone, where the button sends', async () => {
    composer().enterSends = false;
    await composer().updateComplete;
    await sendKeys({ type: 'one' });
    await sendKeys({ press: 'Enter' });
    expect(field().value).to.equal('one\n');
    expect(sent()).to.deep.equal([]);
    one(composer().shadowRoot ?? app, 'button[type=submit]').click();
    await until('it was sent', () => sent().length === 1);
  });

  it('sends nothing while letters are being composed', async () => {
    await sendKeys({ type: 'に' });
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true, composed: true }));
    expect(sent()).to.deep.equal([]);
  });

  it('offers to send only when there is something', async () => {
    expect(all(app, 'sotto-composer').flatMap((element) => all(element.shadowRoot ?? app, '.send'))).to.have.length(0);
    await sendKeys({ type: '   ' });
    await sendKeys({ press: 'Enter' });
    expect(sent()).to.deep.equal([]);
  });

  it('stores the draft soon after one stops writing, once', async () => {
    await sendKeys({ type: 'Before I forget' });
    await until('the draft is stored', () => engine.asked('setDraft').length > 0);
    expect(engine.asked('setDraft')).to.deep.equal([[ROOM, 'Before I forget']]);
  });

  it('stores the draft at once on leaving the room, and has it on coming back', async () => {
    await sendKeys({ type: 'Half a thou' });
    one(app, 'a[data-room="ana-direct"]').click();
    await until('the other room is open', () => one(app, 'sotto-composer').getAttribute('room') !== '' && (one(app, 'sotto-composer') as SottoComposer).room === 'Ana Duarte');
    expect(engine.asked('setDraft')).to.deep.equal([[ROOM, 'Half a thou']]);
    expect(field().value).to.equal('');
    one(app, `a[data-room="${ROOM}"]`).click();
    await until('the draft is back', () => field().value === 'Half a thou');
  });
});
