import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { newMessageKey } from '../../engine/api.ts';
import type { Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { number } from '../words/counts.ts';

/** What every reader takes (PROTOCOL.md): 20 answers, 400 bytes each and 800 for the question. UTF-8 has at most three bytes for a UTF-16 unit. */
const MOST_ANSWERS = 20;
const LONGEST_ANSWER = 130;
const LONGEST_QUESTION = 260;

const words = {
  get title() { return msg('Ask everyone'); },
  get question() { return msg('Question'); },
  get questionExample() { return msg('Which train?'); },
  get answers() { return msg('Answers'); },
  answer: (n: string) => msg(str`Answer ${n}`),
  get add() { return msg('Another answer'); },
  get several() { return msg('Several answers'); },
  get severalText() { return msg('Each person may choose more than one'); },
  get most() { return msg('That is as many answers as a poll can have.'); },
  get send() { return msg('Send the poll'); },
  get noQuestion() { return msg('Write the question first.'); },
  get fewAnswers() { return msg('Give at least two answers to choose from.'); },
  get sameAnswer() { return msg('Another answer says the same. Change one of them.'); },
} as const;

interface Mistake {
  /** The field that it is about: -1 for the question. */
  readonly at: number;
  readonly what: string;
}

/** What is wrong with it, as a sentence; null where it can go. */
function mistakeIn(question: string, answers: readonly string[]): Mistake | null {
  if (question.trim() === '') return { at: -1, what: words.noQuestion };
  const said = answers.map((answer) => answer.trim());
  if (said.filter((answer) => answer !== '').length < 2) return { at: said.indexOf(''), what: words.fewAnswers };
  const again = said.findIndex((answer, at) => answer !== '' && said.indexOf(answer) < at);
  return again === -1 ? null : { at: again, what: words.sameAnswer };
}

/** Asks for a question and its answers: there is always an empty field for one more. Fires `close`. */
@customElement('sotto-poll-sheet')
export class SottoPollSheet extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private question = '';
  @state() private answers: readonly string[] = ['', ''];
  @state() private several = false;
  @state() private mistake: Mistake | null = null;
  readonly #sending = new Doing(this);
  readonly #id = newMessageKey();

  static override styles = [base, buttons, fields, rows, css`
    form { display: grid; gap: 18px; }
    fieldset { display: grid; gap: 6px; margin: 0; padding: 0; border: 0; min-inline-size: 0; }
    legend { padding: 0 2px 6px; font-size: var(--text-s); font-weight: 600; color: var(--ink-2); }
    .mistake { font-size: var(--text-s); color: var(--danger); padding-inline: 2px; }
    .input[aria-invalid='true'] { border-color: var(--danger); }
    .row { grid-template-columns: minmax(0, 1fr) auto; padding-inline: 14px; cursor: pointer; }
    .card { --card: var(--well); --pressed: light-dark(oklch(86% 0.012 95), oklch(40% 0.024 280)); }
  `];

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <form @submit=${this.#send} novalidate>
          <div class="field">
            <label for="question">${words.question}</label>
            <input class="input" id="question" autofocus autocomplete="off" autocapitalize="sentences" dir="auto" maxlength=${LONGEST_QUESTION} placeholder=${words.questionExample} enterkeyhint="next" .value=${this.question}
              aria-invalid=${this.mistake?.at === -1 ? 'true' : 'false'} aria-describedby=${this.mistake?.at === -1 ? 'mistake' : nothing} @input=${(event: Event) => { this.question = (event.target as HTMLInputElement).value; this.mistake = null; }} @keydown=${(event: KeyboardEvent) => { this.#key(event, -1); }} />
            ${this.#mistakeAt(-1)}
          </div>
          <fieldset>
            <legend>${words.answers}</legend>
            ${this.answers.map((answer, at) => this.#answer(answer, at))}
            ${this.answers.length === MOST_ANSWERS && this.answers.at(-1) !== '' ? html`<p class="hint" role="status">${words.most}</p>` : nothing}
          </fieldset>
          <div class="card"><label class="row"><span class="lines"><strong>${words.several}</strong><span class="text">${words.severalText}</span></span>
            <input type="checkbox" role="switch" .checked=${this.several} @change=${(event: Event) => { this.several = (event.target as HTMLInputElement).checked; }} /></label></div>
          ${problemLine(this.#sending.problem)}
          <button class="button filled wide" type="submit" aria-disabled=${this.#sending.busy ? 'true' : 'false'}>${words.send}</button>
        </form>
      </sotto-sheet>`;
  }

  #answer(answer: string, at: number) {
    const label = words.answer(number(at + 1));
    const wrong = this.mistake?.at === at;
    return html`
      <input class="input answer" autocomplete="off" autocapitalize="sentences" dir="auto" maxlength=${LONGEST_ANSWER} placeholder=${at < 2 ? label : words.add} aria-label=${label} enterkeyhint="next" .value=${answer}
        aria-invalid=${wrong ? 'true' : 'false'} aria-describedby=${wrong ? 'mistake' : nothing} @input=${(event: Event) => { this.#change(at, (event.target as HTMLInputElement).value); }} @keydown=${(event: KeyboardEvent) => { this.#key(event, at); }} />
      ${this.#mistakeAt(at)}`;
  }

  #mistakeAt(at: number) {
    return this.mistake?.at === at ? html`<p class="mistake" id="mistake" role="alert">${this.mistake.what}</p>` : nothing;
  }

  #change(at: number, text: string): void {
    const answers = this.answers.with(at, text);
    this.answers = answers.at(-1) !== '' && answers.length < MOST_ANSWERS ? [...answers, ''] : answers;
    this.mistake = null;
  }

  /** Enter goes on to the next answer; taking back what is empty goes to the one before. */
  #key(event: KeyboardEvent, at: number): void {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && at < this.answers.length - 1) {
      event.preventDefault();
      this.#fields()[at + 2]?.focus();
    } else if (event.key === 'Backspace' && at > 1 && this.answers[at] === '') {
      event.preventDefault();
      this.#fields()[at]?.focus();
      // The empty one at the end stays: it is for what comes next.
      if (at < this.answers.length - 1) this.answers = this.answers.toSpliced(at, 1);
    }
  }

  /** The question's, then the answers'. */
  #fields(): readonly HTMLInputElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLInputElement>('input.input')];
  }

  readonly #send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, room, several } = this;
    this.mistake = mistakeIn(this.question, this.answers);
    if (this.mistake !== null) return this.#fields()[this.mistake.at + 1]?.focus();
    if (engine === null || room === null) return;
    const question = this.question.trim();
    const options = this.answers.map((answer) => answer.trim()).filter((answer) => answer !== '');
    if (await this.#sending.run(() => engine.send(room.room, this.#id, { kind: 'poll', question, options, several }))) this.renderRoot.querySelector('sotto-sheet')?.close();
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-poll-sheet': SottoPollSheet }
}
