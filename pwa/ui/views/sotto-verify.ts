import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, PersonKey, SafetyNumber, Verification } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import type { IconName } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-qr.ts';
import '../elements/sotto-sheet.ts';
import { answers, base, buttons, fields } from '../elements/styles.ts';
import { isolated } from '../words/people.ts';
import { dateOf } from '../words/times.ts';
import type { CodeEvent } from './sotto-scanner.ts';
import './sotto-scanner.ts';

const words = {
  title: (name: string) => msg(str`Verify ${isolated(name)}`),
  verifiedTitle: (name: string) => msg(str`${isolated(name)} is verified`),
  say: (name: string) => msg(str`Let ${isolated(name)} scan this, or compare the numbers, face to face or in a call in which you know each other’s voice.`),
  verified: (name: string, day: string) => msg(str`On ${day} you made sure that it is ${isolated(name)} whom you talk to, and nobody in between.`),
  code: (name: string) => msg(str`Your code, for ${isolated(name)} to scan.`),
  get number() { return msg('Safety number'); },
  get scan() { return msg('Scan their code'); },
  get same() { return msg('The numbers are the same'); },
  get differ() { return msg('They are different'); },
  get unverify() { return msg('Not verified any more'); },
  get back() { return msg('Back'); },
  get reading() { return msg('Making the number…'); },
  get done() { return msg('It is them'); },
  doneText: (name: string) => msg(str`The codes agree: you talk to ${isolated(name)} and nobody is in between. Their name carries a mark from now on.`),
  get mismatch() { return msg('The codes do not agree'); },
  mismatchText: (name: string) => msg(str`Somebody may be between you and ${isolated(name)}, or one of you has set up Sotto anew. Write nothing that matters here before you have found out which, in person or by phone.`),
  get wrong() { return msg('That is somebody else’s code'); },
  wrongText: (name: string) => msg(str`Ask ${isolated(name)} to open your name on their device, choose Verify, and show that code.`),
  get notCode() { return msg('That is no safety code'); },
  get close() { return msg('Done'); },
  get again() { return msg('Scan again'); },
} as const;

const OUTCOMES: Readonly<Record<Verification, { readonly badge: 'good' | 'danger' | 'caution'; readonly mark: IconName; readonly title: () => string; readonly text: (name: string) => string }>> = {
  verified: { badge: 'good', mark: 'verified', title: () => words.done, text: words.doneText },
  mismatch: { badge: 'danger', mark: 'warning', title: () => words.mismatch, text: words.mismatchText },
  'wrong-person': { badge: 'caution', mark: 'people', title: () => words.wrong, text: words.wrongText },
  'not-a-code': { badge: 'caution', mark: 'qr', title: () => words.notCode, text: words.wrongText },
};

type Step = { readonly kind: 'number' } | { readonly kind: 'scan' } | { readonly kind: 'outcome'; readonly outcome: Verification };

/** Comparing safety numbers with one person. Fires `close`. */
@customElement('sotto-verify')
export class SottoVerify extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) person: PersonKey | null = null;
  @state() private number: SafetyNumber | null = null;
  @state() private step: Step = { kind: 'number' };
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, answers, css`
    .all { display: grid; gap: 16px; justify-items: center; text-align: center; }
    .say { font-size: var(--text-m); color: var(--ink-2); text-wrap: balance; }
    .code { inline-size: min(100%, 232px, 30dvh); }
    .digits { display: grid; grid-template-columns: repeat(4, auto); justify-content: center; gap: 6px 20px; direction: ltr; padding: 14px 20px; border-radius: var(--radius-l); background: var(--well);
      font: 500 var(--text-l) / 1.5 var(--mono); letter-spacing: 0.04em; font-variant-numeric: tabular-nums; }
    .buttons { display: grid; gap: 10px; inline-size: 100%; }
    .badge { display: grid; place-items: center; inline-size: 76px; block-size: 76px; border-radius: 50%; background: color-mix(in oklab, var(--good) 14%, var(--raised)); color: var(--good); animation: settle var(--calm) var(--ease); }
    .badge.danger { background: var(--danger-tint); color: var(--danger); }
    .badge.caution { background: var(--caution-tint); color: var(--caution); }
    @keyframes settle { from { scale: 0.7; opacity: 0; } }
    @media (prefers-reduced-motion: reduce) { .badge { animation: none; } }
    h3 { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.012em; line-height: var(--line-tight); }
    h3:focus-visible { outline: none; }
    .outcome { display: grid; gap: 10px; justify-items: center; padding-block: 12px 4px; }
    .problem { inline-size: 100%; }
  `];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('person') || changed.has('engine')) void this.#read();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('step') && this.step.kind === 'outcome') this.renderRoot.querySelector('h3')?.focus();
  }

  protected override render() {
    const { number } = this;
    const name = isolated(number?.with.name ?? '');
    return html`
      <sotto-sheet .label=${number?.verified === true && this.step.kind === 'number' ? words.verifiedTitle(name) : words.title(name)} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">${number === null ? this.#waiting() : this.#step(number)}</div>
      </sotto-sheet>`;
  }

  #waiting() {
    return this.#doing.problem === null ? html`<p class="say" role="status">${words.reading}</p>` : problemLine(this.#doing.problem);
  }

  #step(number: SafetyNumber) {
    const { step } = this;
    switch (step.kind) {
      case 'number':
        return this.#number(number);
      case 'scan':
        return html`
          <sotto-scanner class="buttons" @code=${(event: CodeEvent) => { void this.#scanned(event.detail.text); }}></sotto-scanner>
          ${problemLine(this.#doing.problem)}
          <button class="button plain wide" type="button" @click=${() => { this.step = { kind: 'number' }; }}>${words.back}</button>`;
      case 'outcome':
        return this.#outcome(step.outcome, isolated(number.with.name));
      default:
        return assertNever(step);
    }
  }

  #number(number: SafetyNumber) {
    const name = isolated(number.with.name);
    return html`
      <p class="say">${number.verified ? words.verified(name, dateOf(number.verifiedAt)) : words.say(name)}</p>
      <div class="code"><sotto-qr .text=${number.code} .label=${words.code(name)}></sotto-qr></div>
      <p class="digits" role="group" aria-label=${words.number}>${number.digits.match(/\d{5}/gu)?.map((group) => html`<span>${group}</span>`)}</p>
      ${problemLine(this.#doing.problem)}
      <div class="buttons">
        ${number.verified
          ? html`<button class="button" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#mark(false); }}>${words.unverify}</button>`
          : html`
            <button class="button filled" type="button" @click=${() => { this.step = { kind: 'scan' }; }}>${icon('scan')}${words.scan}</button>
            <button class="button" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#mark(true); }}>${icon('check')}${words.same}</button>
            <button class="button plain" type="button" @click=${() => { this.step = { kind: 'outcome', outcome: 'mismatch' }; }}>${words.differ}</button>`}
      </div>`;
  }

  #outcome(outcome: Verification, name: string) {
    const { badge, mark, title, text } = OUTCOMES[outcome];
    const again = outcome === 'wrong-person' || outcome === 'not-a-code';
    return html`
      <div class="outcome">
        <span class="badge ${badge}">${icon(mark, 36)}</span>
        <h3 tabindex="-1">${title()}</h3>
        <p class="say">${text(name)}</p>
      </div>
      <div class="buttons">
        ${again ? html`<button class="button filled" type="button" @click=${() => { this.step = { kind: 'scan' }; }}>${words.again}</button>` : nothing}
        <button class="button ${again ? 'plain' : outcome === 'verified' ? 'filled' : ''}" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('close')); }}>${words.close}</button>
      </div>`;
  }

  async #read(): Promise<void> {
    const { engine, person } = this;
    if (engine === null || person === null) return;
    await this.#doing.run(async () => { this.number = await engine.safetyNumber(person); });
  }

  async #scanned(text: string): Promise<void> {
    const { engine, person } = this;
    if (engine === null || person === null) return;
    await this.#doing.run(async () => { this.step = { kind: 'outcome', outcome: await engine.verify(person, text) }; });
  }

  async #mark(verified: boolean): Promise<void> {
    const { engine, person } = this;
    if (engine === null || person === null) return;
    const done = await this.#doing.run(() => engine.setVerified(person, verified));
    if (!done) return;
    if (verified) this.step = { kind: 'outcome', outcome: 'verified' };
    else await this.#read();
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-verify': SottoVerify }
}
