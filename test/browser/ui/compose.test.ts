import { expect } from '@esm-bundle/chai';
import { sendKeys } from '@web/test-runner-commands';
import { NowhereError } from '../../../pwa/ui/controllers/whereabouts.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

afterEach(clear);

const buttonOf = (app: SottoApp, within: string, label: string): HTMLElement => {
  const found = all(one(app, within), 'button').find((element) => (element.textContent ?? '').trim().startsWith(label));
  if (found === undefined) throw new Error(`There is no ${label}.`);
  return found;
};

describe('attaching', () => {
  it('opens a list by key, goes through it by arrows, and gives the focus back', async () => {
    const { app } = await stage('room');
    const opener = one(one(app, 'sotto-attach-menu'), '.open');
    opener.focus();
    await sendKeys({ press: 'Enter' });
    await until('the first has the focus', () => focused()?.textContent?.includes('Photo or video') === true);
    expect(opener.getAttribute('aria-expanded')).to.equal('true');
    await sendKeys({ press: 'ArrowDown' });
    expect(focused()?.textContent).to.include('File');
    await sendKeys({ press: 'End' });
    expect(focused()?.textContent).to.include('Where I am now');
    await sendKeys({ press: 'ArrowDown' });
    expect(focused()?.textContent).to.include('Photo or video');
    await sendKeys({ press: 'Escape' });
    await until('it is closed', () => opener.getAttribute('aria-expanded') === 'false');
    await until('the focus is where it was', () => focused() === opener);
    // The room stays where it is.
    expect(all(app, 'sotto-composer')).to.have.length(1);
  });

  it('is not offered while a message is reworded', async () => {
    const { app } = await stage('talk-edit');
    expect(all(app, 'sotto-attach-menu')).to.have.length(0);
  });
});

describe('a poll', () => {
  it('grows as one types, asks for what is missing in a sentence, and goes once', async () => {
    const { app, engine } = await stage('poll-new');
    const inputs = (): readonly HTMLInputElement[] => all(one(app, 'sotto-poll-sheet'), 'input.input') as readonly HTMLInputElement[];
    const mistake = (): string => all(app, '#mistake').map(({ textContent }) => textContent).join('');
    const send = buttonOf(app, 'sotto-poll-sheet', 'Send the poll');
    expect(inputs()).to.have.length(3);
    send.click();
    await until('it asks for the question', () => mistake() === 'Write the question first.');
    expect(focused() === inputs()[0]).to.equal(true);
    await sendKeys({ type: 'Which train?' });
    await sendKeys({ press: 'Enter' });
    expect(focused() === inputs()[1]).to.equal(true);
    await sendKeys({ type: '8:12' });
    send.click();
    await until('it asks for another answer', () => mistake() === 'Give at least two answers to choose from.');
    expect(focused() === inputs()[2]).to.equal(true);
    await sendKeys({ type: '8:12' });
    expect(inputs()).to.have.length(4);
    send.click();
    await until('it finds the same twice', () => mistake().startsWith('Another answer says the same.'));
    await sendKeys({ press: 'Backspace' });
    await sendKeys({ type: '3' });
    await sendKeys({ press: 'Enter' });
    await sendKeys({ press: 'Backspace' });
    expect(focused() === inputs()[2]).to.equal(true);
    one(one(app, 'sotto-poll-sheet'), '[role=switch]').click();
    send.click();
    await until('it was sent', () => engine.asked('send').length === 1);
    expect(engine.asked('send')[0]?.[2]).to.deep.equal({ kind: 'poll', question: 'Which train?', options: ['8:12', '8:13'], several: true });
    await until('the sheet is gone', () => all(app, 'sotto-poll-sheet').length === 0);
  });

  it('has twenty answers and no more', async () => {
    const { app } = await stage('poll-new');
    const inputs = (): readonly HTMLInputElement[] => all(one(app, 'sotto-poll-sheet'), 'input.answer') as readonly HTMLInputElement[];
    for (let at = 0; at < 20; at += 1) {
      const field = inputs()[at];
      if (field === undefined) throw new Error(`There is no field ${at}.`);
      field.value = `Answer ${at}`;
      field.dispatchEvent(new Event('input'));
      await until('it has grown', () => inputs().length === Math.max(2, Math.min(20, at + 2)));
    }
    expect(one(one(app, 'sotto-poll-sheet'), '.hint').textContent).to.equal('That is as many answers as a poll can have.');
  });
});

describe('a place', () => {
  it('is asked of the device when one taps, shown, and sent with what one calls it', async () => {
    const { app, engine } = await stage('place-ask');
    const sheet = one(app, 'sotto-place-sheet') as HTMLElementTagNameMap['sotto-place-sheet'];
    let asked = 0;
    sheet.locate = () => { asked += 1; return asked === 1 ? Promise.reject(new NowhereError('denied')) : Promise.resolve({ latitude: 47.26913, longitude: 9.40088, accuracy: 38 }); };
    expect(asked).to.equal(0);
    const find = buttonOf(app, 'sotto-place-sheet', 'Find where I am');
    find.click();
    await until('it says what to do', () => all(sheet, '.problem').some(({ textContent }) => textContent.includes('Allow the location for this site')));
    find.click();
    await until('the place is there', () => all(sheet, '.graticule .here').length === 1);
    expect(one(sheet, '.there p').textContent).to.equal('47.26913, 9.40088Within about 38 m');
    await until('the label can be written', () => focused() === one(sheet, 'input'));
    await sendKeys({ type: 'North shore' });
    await sendKeys({ press: 'Enter' });
    await until('it was sent', () => engine.asked('send').length === 1);
    expect(engine.asked('send')[0]?.[2]).to.deep.equal({ kind: 'place', latitude: 47.26913, longitude: 9.40088, accuracy: 38, label: 'North shore' });
    await until('the sheet is gone', () => all(app, 'sotto-place-sheet').length === 0);
    await until('the focus is where it was', () => focused() === one(one(app, 'sotto-attach-menu'), '.open'));
  });
});
