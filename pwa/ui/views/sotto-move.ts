import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { hostOf } from '../words/alarms.ts';
import { isolated } from '../words/people.ts';

const words = {
  get title() { return msg('Move to another relay'); },
  say: (host: string) => msg(str`${isolated(host)} carries this room’s messages and cannot read them. Another relay can take over: everyone’s device follows by itself, and what was written stays.`),
  get label() { return msg('Address of the new relay'); },
  placeholder: 'https://chat.example',
  get hint() { return msg('Whoever runs it must let this app use it. Links that were passed on so far lead to the old one: share them anew afterwards.'); },
  get notOne() { return msg('An address begins with https:// and names a host, nothing more.'); },
  get same() { return msg('The room is there already.'); },
  get go() { return msg('Move the room'); },
  get moving() { return msg('Moving…'); },
} as const;

/** Names another relay for a room. Fires `close`. */
@customElement('sotto-move')
export class SottoMove extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private hint = '';
  @query('input') private readonly field!: HTMLInputElement;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, css`form { display: grid; gap: 18px; } .say { font-size: var(--text-m); color: var(--ink-2); }`];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${this.#close}>
        <form @submit=${this.#move} novalidate>
          <p class="say">${words.say(hostOf(room.relay))}</p>
          <div class="field">
            <label for="relay">${words.label}</label>
            <input class="input" id="relay" type="url" autofocus autocomplete="off" autocapitalize="off" spellcheck="false" dir="ltr" placeholder=${words.placeholder} enterkeyhint="go" aria-describedby="hint" ?readonly=${this.#doing.busy} @input=${() => { this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
          </div>
          ${problemLine(this.#doing.problem)}
          <button class="button filled wide" type="submit" ?disabled=${this.#doing.busy}>${this.#doing.busy ? words.moving : words.go}</button>
        </form>
      </sotto-sheet>`;
  }

  readonly #move = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, room } = this;
    if (engine === null || room === null) return;
    const origin = originOf(this.field.value.trim());
    if (origin === null || origin === room.relay) {
      this.hint = origin === null ? words.notOne : words.same;
      this.field.focus();
      return;
    }
    if (await this.#doing.run(() => engine.moveRoom(room.room, origin))) this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

/** Null for what is no relay's address: `https` alone, but for one on this very machine. */
export function originOf(text: string): string | null {
  const address = text.includes('://') ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const local = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  const bare = (url.pathname === '/' || url.pathname === '') && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare && url.hostname !== '' && (url.protocol === 'https:' || (url.protocol === 'http:' && local)) ? url.origin : null;
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-move': SottoMove }
}
