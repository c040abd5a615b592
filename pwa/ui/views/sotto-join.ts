import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, InvitePreview, Problem } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-avatar.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { hostOf } from '../words/alarms.ts';
import { problemOf, problemWords } from '../words/problems.ts';
import { number, plural } from '../words/counts.ts';
import { isolated } from '../words/people.ts';

const words = {
  get looking() { return msg('Looking at the invite…'); },
  invites: (name: string) => msg(str`${isolated(name)} invites you to`),
  get nobody() { return msg('Do not join this room'); },
  get nobodyText() { return msg('Nobody in it made this link. It may have been tampered with. Ask the person who sent it for a new one.'); },
  count: (count: number) => plural(count, msg('1 person is there|{n} people are there')),
  get already() { return msg('You are in this room already.'); },
  get see() { return msg('People here will see your name and what you write from now on.'); },
  get before() { return msg('What was written before you came stays theirs.'); },
  get name() { return msg('Anyone can choose any name. If in doubt, ask the person who sent the link whether it is theirs.'); },
  relay: (host: string) => msg(str`${isolated(host)} carries the messages and cannot read them.`),
  get knock() { return msg('An admin lets people in one by one: you knock, and get in once they say yes. They see your name.'); },
  get join() { return msg('Join the room'); },
  get knockGo() { return msg('Knock'); },
  get joining() { return msg('Joining…'); },
  get open() { return msg('Open the room'); },
  get later() { return msg('Not now'); },
  get back() { return msg('Back to Sotto'); },
  get again() { return msg('Try again'); },
  more: (count: number) => `+${number(count)}`,
} as const;

const FACES = 5;

/** What one is about to join, who asks, what that means, one button. Fires `joined` with `{ room }`, `dismiss`. */
@customElement('sotto-join')
export class SottoJoin extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) link = '';
  @state() private preview: InvitePreview | null = null;
  @state() private problem: Problem | null = null;
  @state() private busy = false;

  static override styles = [base, buttons, fields, css`
    :host { display: grid; block-size: 100%; overflow-y: auto; padding: calc(24px + var(--safe-top)) 24px calc(24px + var(--safe-bottom));
      background: radial-gradient(120% 60% at 50% 0%, var(--accent-tint), transparent 70%) var(--paper); }
    main { display: grid; grid-template-rows: 1fr auto; gap: 28px; inline-size: 100%; max-inline-size: 400px; margin: 0 auto; min-block-size: 100%; }
    .what { display: grid; align-content: center; justify-items: center; gap: 6px; text-align: center; }
    .what > sotto-avatar { --avatar: 104px; margin-block-end: 18px; }
    .who { color: var(--ink-2); overflow-wrap: anywhere; }
    h1 { font-size: var(--text-xxl); font-weight: 700; line-height: var(--line-tight); letter-spacing: -0.022em; overflow-wrap: anywhere; text-wrap: balance; }
    h1:focus-visible { outline: none; }
    .faces { display: flex; align-items: center; margin-block-start: 18px; padding-inline-start: 6px; }
    .faces sotto-avatar { --avatar: 40px; margin-inline-start: -6px; box-shadow: 0 0 0 3px var(--paper); }
    .faces .more { padding-inline-start: 10px; font-size: var(--text-m); font-weight: 600; color: var(--ink-2); }
    .count { font-size: var(--text-m); color: var(--ink-3); }
    .facts { display: grid; gap: 14px; padding: 16px; border-radius: var(--radius-l); background: var(--surface); }
    .facts li { display: grid; grid-template-columns: auto 1fr; gap: 12px; font-size: var(--text-m); line-height: 1.4; color: var(--ink-2); }
    .facts .icon { color: var(--ink-3); margin-block-start: 1px; }
    .end { display: grid; gap: 16px; }
    .choices { display: grid; gap: 6px; }
    .badge { display: grid; place-items: center; inline-size: 72px; block-size: 72px; border-radius: 50%; background: var(--danger-tint); color: var(--danger); margin-block-end: 14px; }
    .text { color: var(--ink-2); max-inline-size: 34ch; text-wrap: balance; }
    .looking { animation: appear 300ms var(--ease) 300ms backwards; color: var(--ink-3); }
    @keyframes appear { from { opacity: 0; } }
    @media (min-width: 600px) and (min-height: 760px) { main { grid-template-rows: auto auto; align-content: center; gap: 36px; } }
  `];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if ((changed.has('link') || changed.has('engine')) && this.engine !== null && this.link !== '') void this.#look();
  }

  protected override updated(changed: PropertyValues): void {
    // What is on the screen became another thing: a screen reader starts with its title.
    if (changed.has('preview') || changed.has('problem')) this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override render() {
    if (this.preview !== null) return this.preview.inviter === null && !this.preview.alreadyMember ? this.#refusal(words.nobody, words.nobodyText, false) : this.#invitation(this.preview);
    if (this.problem !== null) {
      const { title, text } = problemWords(this.problem);
      return this.#refusal(title, text, this.problem.code === 'relay-unreachable' || this.problem.code === 'relay-refused' || this.problem.code === 'internal');
    }
    return html`<main><div class="what" role="status"><p class="looking">${words.looking}</p></div></main>`;
  }

  #invitation(preview: InvitePreview) {
    const { inviter, members } = preview;
    const rest = members.length - FACES;
    const problem = this.problem === null ? null : problemWords(this.problem);
    return html`
      <main>
        <div class="what">
          <sotto-avatar .name=${preview.name} .key=${preview.room} kind="room"></sotto-avatar>
          <p class="who" dir="auto">${preview.alreadyMember || inviter === null ? words.already : words.invites(inviter.name)}</p>
          <h1 tabindex="-1" dir="auto">${preview.name}</h1>
          <div class="faces" aria-hidden="true">${members.slice(0, FACES).map((member) => html`<sotto-avatar .name=${member.name} .key=${member.person}></sotto-avatar>`)}${rest > 0 ? html`<span class="more">${words.more(rest)}</span>` : nothing}</div>
          <p class="count">${words.count(members.length)}</p>
        </div>
        <div class="end">
          ${preview.alreadyMember ? nothing : html`
            <ul class="facts">
              ${preview.approval ? html`<li>${icon('waiting')}<span>${words.knock}</span></li>` : nothing}
              <li>${icon('people')}<span>${words.see} ${words.before}</span></li>
              <li>${icon('relay')}<span>${words.relay(hostOf(preview.relay))}</span></li>
              <li>${icon('lock')}<span>${words.name}</span></li>
            </ul>`}
          ${problem === null ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${problem.title}. ${problem.text}</span></p>`}
          <div class="choices">
            <button class="button filled wide" type="button" ?disabled=${this.busy} @click=${() => { void this.#join(preview); }}>${preview.alreadyMember ? words.open : this.busy ? words.joining : preview.approval ? words.knockGo : words.join}</button>
            <button class="button plain wide" type="button" @click=${this.#dismiss}>${words.later}</button>
          </div>
        </div>
      </main>`;
  }

  #refusal(title: string, text: string, again: boolean) {
    return html`
      <main>
        <div class="what">
          <span class="badge">${icon('warning', 32)}</span>
          <h1 tabindex="-1">${title}</h1>
          <p class="text">${text}</p>
        </div>
        <div class="end choices">
          ${again ? html`<button class="button filled wide" type="button" @click=${() => { void this.#look(); }}>${words.again}</button>` : nothing}
          <button class="button wide ${again ? 'plain' : 'filled'}" type="button" @click=${this.#dismiss}>${words.back}</button>
        </div>
      </main>`;
  }

  async #look(): Promise<void> {
    const { engine, link } = this;
    if (engine === null) return;
    this.preview = null;
    this.problem = null;
    try {
      const preview = await engine.previewInvite(link);
      if (link === this.link) this.preview = preview;
    } catch (reason) {
      if (link === this.link) this.problem = problemOf(reason);
    }
  }

  async #join(preview: InvitePreview): Promise<void> {
    if (this.engine === null || this.busy) return;
    if (preview.alreadyMember) {
      this.dispatchEvent(new CustomEvent('joined', { detail: { room: preview.room } }));
      return;
    }
    this.busy = true;
    this.problem = null;
    try {
      const room = await this.engine.join(this.link);
      this.dispatchEvent(new CustomEvent('joined', { detail: { room } }));
    } catch (reason) {
      this.problem = problemOf(reason);
    } finally {
      this.busy = false;
    }
  }

  readonly #dismiss = (): void => {
    this.dispatchEvent(new CustomEvent('dismiss'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-join': SottoJoin }
}
