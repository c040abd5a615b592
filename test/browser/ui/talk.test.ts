import { expect } from '@esm-bundle/chai';
import { emulateMedia, sendKeys, setViewport } from '@web/test-runner-commands';
import { render } from 'lit';
import { formattedText } from '../../../pwa/ui/elements/formatted-text.ts';
import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const bubble = (app: SottoApp, text: string): HTMLElement => {
  const found = all(app, '.bubble').find((element) => element.textContent.includes(text));
  if (found === undefined) throw new Error(`no message says ${text}`);
  return found;
};
const button = (app: SottoApp, text: string): HTMLElement => {
  const found = all(app, 'button').find((element) => element.textContent.includes(text) || element.ariaLabel === text);
  if (found === undefined) throw new Error(`no button says ${text}`);
  return found;
};
const menu = (app: SottoApp): HTMLElement | undefined => all(app, 'sotto-message-menu').flatMap((element) => all(element, '[role=menu]'))[0];

describe('what is done to messages', () => {
  beforeEach(async () => {
    await setViewport({ width: 390, height: 844 });
    await emulateMedia({ reducedMotion: 'reduce' });
  });
  afterEach(clear);

  const open = async (text: string) => {
    const { app, engine } = await stage('talk');
    await until('the messages are there', () => all(app, '.bubble').some((element) => element.textContent.includes(text)));
    bubble(app, text).focus();
    await sendKeys({ press: 'Enter' });
    await until('the menu is open', () => menu(app)?.matches(':popover-open') === true);
    return { app, engine };
  };

  it('a menu opens by key, is walked by arrows, and gives the focus back', async () => {
    const { app, engine } = await open('bring the rope');
    expect(focused()?.textContent).to.equal('👍');
    await sendKeys({ press: 'ArrowRight' });
    await sendKeys({ press: 'Enter' });
    await until('the reaction shows', () => bubble(app, 'bring the rope').getRootNode() instanceof ShadowRoot && all(app, '.chip').some((chip) => chip.querySelector('span')?.textContent === '❤️' && chip.ariaPressed === 'true'));
    const [asked] = engine.asked('react');
    expect(asked?.slice(2)).to.deep.equal(['❤️', true]);
    await until('the menu is gone', () => menu(app) === undefined);
    expect(focused()).to.equal(bubble(app, 'bring the rope'));
  });

  it('Escape closes it and nothing is done', async () => {
    const { app, engine } = await open('bring the rope');
    const before = engine.calls.length;
    await sendKeys({ press: 'Escape' });
    await until('the menu is gone', () => menu(app) === undefined);
    expect(engine.calls.slice(before).filter(({ call }) => call !== 'markRead')).to.deep.equal([]);
  });

  it('a finger that rests opens it, one that moves does not', async () => {
    const { app } = await stage('talk');
    await until('the messages are there', () => all(app, '.bubble').some((element) => element.textContent.includes('rope')));
    const press = (kind: string, y: number): void => {
      bubble(app, 'rope').dispatchEvent(new PointerEvent(kind, { pointerType: 'touch', isPrimary: true, bubbles: true, composed: true, clientX: 100, clientY: y }));
    };
    press('pointerdown', 300);
    press('pointermove', 340);
    press('pointerdown', 300);
    await until('the menu is open', () => menu(app)?.matches(':popover-open') === true);
  });

  it('a reply says what it answers, until it is sent or given up', async () => {
    const { app, engine } = await open('bring the rope');
    button(app, 'Reply').click();
    await until('the composer says so', () => all(app, '.purpose').some((element) => element.textContent.includes('Replying to Jonas Weber')));
    await until('one can write', () => focused()?.tagName === 'TEXTAREA');
    await sendKeys({ press: 'Escape' });
    await until('it was given up', () => all(app, '.purpose').length === 0);
    bubble(app, 'bring the rope').focus();
    await sendKeys({ press: 'Enter' });
    await until('the menu is open', () => menu(app)?.matches(':popover-open') === true);
    button(app, 'Reply').click();
    await until('one can write', () => focused()?.tagName === 'TEXTAREA');
    await sendKeys({ type: 'Of course' });
    button(app, 'Send').click();
    await until('it is sent', () => engine.asked('send').length === 1);
    const [sent] = engine.asked('send');
    expect(sent?.[2]).to.deep.include({ kind: 'text', text: 'Of course' });
    expect(sent?.[2]).to.have.property('reply').that.is.a('string');
    await until('it quotes', () => all(app, '.quote').some((quote) => quote.textContent.includes('bring the rope')));
  });

  it('editing keeps the draft that was there, and changes the message', async () => {
    const { app, engine } = await stage('talk');
    await until('the messages are there', () => all(app, '.bubble').length > 5);
    const field = one(app, 'textarea') as HTMLTextAreaElement;
    field.focus();
    await sendKeys({ type: 'half a thought' });
    bubble(app, 'red door').focus();
    await sendKeys({ press: 'Enter' });
    await until('the menu is open', () => menu(app)?.matches(':popover-open') === true);
    button(app, 'Edit').click();
    await until('the message is in the composer', () => field.value.startsWith('That’s the one'));
    field.value = 'The red door it is';
    field.dispatchEvent(new Event('input'));
    await until('it may be saved', () => all(app, 'button').some((element) => element.ariaLabel === 'Save'));
    button(app, 'Save').click();
    await until('the message is another', () => all(app, '.bubble').some((element) => element.textContent.includes('The red door it is')));
    expect(engine.asked('edit')[0]?.[2]).to.equal('The red door it is');
    await until('the draft is back', () => field.value === 'half a thought');
  });

  it('deleting asks how far', async () => {
    const { app, engine } = await open('red door');
    button(app, 'Delete…').click();
    await until('it asks', () => all(app, 'button').some((element) => element.textContent.includes('Delete for everyone')));
    button(app, 'Delete on this device').click();
    await until('it is gone', () => !all(app, '.bubble').some((element) => element.textContent.includes('red door')));
    expect(engine.asked('deleteHere').length).to.equal(1);
    expect(engine.asked('deleteForAll').length).to.equal(0);
  });

  it('others’ messages are not one’s own to edit, nor a member’s to delete for all', async () => {
    const { app } = await open('bring the rope');
    expect(all(one(app, 'sotto-message-menu'), '[role=menuitem]').map((element) => element.textContent.trim())).to.deep.equal(['Reply', 'Reply in a thread', 'Copy text', 'Forward', 'Pin', 'Delete…']);
    button(app, 'Delete…').click();
    await until('it asks', () => all(app, 'button').some((element) => element.textContent.includes('Delete on this device')));
    expect(all(app, 'button').some((element) => element.textContent.includes('for everyone'))).to.equal(false);
  });

  it('a quote leads to what it quotes; a poll is voted on', async () => {
    const { app, engine } = await stage('talk');
    await until('the quote is there', () => all(app, 'button.quote').length > 0);
    (all(app, 'button.quote')[0] as HTMLElement).click();
    await until('the quoted message is set apart', () => bubble(app, 'Code for the hut').classList.contains('held'));
    const bike = all(app, '.poll label').find((label) => label.textContent.includes('By bike'));
    bike?.querySelector('input')?.click();
    await until('it is voted', () => engine.asked('vote').length === 1);
    expect(engine.asked('vote')[0]?.[2]).to.deep.equal([2]);
  });
});

describe('formatted text', () => {
  const drawn = (text: string, mentions: Parameters<typeof formattedText>[1] = []): HTMLElement => {
    const place = document.createElement('div');
    render(formattedText(text, mentions), place);
    return place;
  };

  it('is made of elements of ours and of text, whatever stands in it', () => {
    const place = drawn('*<img src=x onerror=alert(1)>* `<script>1</script>` [a](javascript:alert(1)) https://example.org/*x*');
    expect([...place.querySelectorAll('*')].map(({ localName }) => localName)).to.deep.equal(['span', 'strong', 'code', 'a']);
    expect(place.querySelector('a')?.getAttribute('href')).to.equal('https://example.org/*x*');
    expect(place.textContent).to.include('<img src=x onerror=alert(1)>');
  });

  it('sets the names of people apart where they stand', () => {
    const place = drawn('hi *@Bo* and @Ada', [{ start: 4, end: 7, person: 'b' as never }, { start: 13, end: 17, person: 'a' as never }, { start: 15, end: 400, person: 'x' as never }]);
    expect([...place.querySelectorAll('.mention')].map(({ textContent }) => textContent)).to.deep.equal(['@Bo', '@Ada']);
  });
});
