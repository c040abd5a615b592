import { expect } from '@esm-bundle/chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { excerptOf } from '../../../pwa/ui/text/excerpt.ts';
import { all, clear, focused, one, stage, until } from './stage.ts';

const hits = (app: ParentNode): readonly string[] => all(app, '.hit .words').map(({ textContent }) => textContent.trim());

describe('finding', () => {
  beforeEach(() => setViewport({ width: 390, height: 844 }));
  afterEach(clear);

  it('looks in the room one is in, and says so; then in all', async () => {
    const { app, engine } = await stage('talk');
    all(app, 'button').find(({ ariaLabel }) => ariaLabel === 'Find in this room')?.click();
    await until('the field has the focus', () => focused()?.matches('input[type=search]') === true);
    await sendKeys({ type: 'rope' });
    await until('it is found', () => hits(app).length === 1);
    expect(engine.asked('search').at(-1)?.[0]).to.equal('rope');
    expect(all(app, 'select')[0]?.textContent).to.include('In Sunday hikes');
    const where = one(app, 'select') as HTMLSelectElement;
    const field = one(app, 'input[type=search]') as HTMLInputElement;
    field.value = 'courgettes';
    field.dispatchEvent(new Event('input'));
    await until('there is nothing of it here', () => all(app, '[role=status]').some(({ textContent }) => textContent.includes('Nothing says “courgettes”')));
    where.value = 'all';
    where.dispatchEvent(new Event('change'));
    await until('it is elsewhere', () => hits(app).length > 0);
    expect(all(app, 'mark').map(({ textContent }) => textContent.toLowerCase())).to.include('courgettes');
  });

  it('what was chosen is shown in its place', async () => {
    const { app } = await stage('talk');
    all(app, 'button').find(({ ariaLabel }) => ariaLabel === 'Find in this room')?.click();
    await until('the field has the focus', () => focused()?.matches('input[type=search]') === true);
    await sendKeys({ type: 'hut' });
    await until('it is found', () => hits(app).length === 1);
    one(app, '.hit').click();
    await until('it is set apart', () => all(app, '.bubble.held').some(({ textContent }) => textContent.includes('Code for the hut')));
    expect(all(app, 'sotto-search')).to.deep.equal([]);
  });
});

describe('an excerpt', () => {
  const said = (text: string, places: readonly (readonly [number, number])[]): string => excerptOf(text, places).map(({ text: part, found }) => (found ? `[${part}]` : part)).join('');
  it('is the text itself where that is short', () => { expect(said('the red door', [[4, 7]])).to.equal('the [red] door'); });
  it('begins at a word near what was found, and ends in time', () => {
    const text = `${'lorem ipsum '.repeat(20)}needle${' dolor sit'.repeat(40)}`;
    const shown = said(text, [[240, 246]]);
    expect(shown).to.match(/^… \w+ .{0,40}\[needle\] dolor/u);
    expect(shown.length).to.be.lessThan(200);
    expect(shown).to.match(/ …$/u);
  });
  it('cuts no character in two, and makes one line of many', () => {
    expect(said('👍'.repeat(40) + 'x', [[80, 81]])).to.not.match(/\p{Surrogate}/u);
    expect(said('one\n\ntwo', [[5, 8]])).to.equal('one [two]');
  });
});
