import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Engine, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { answers, base, buttons, fields } from '../elements/styles.ts';
import { isolated, mayStepDown } from '../words/people.ts';

const words = {
  leaveTitle: (name: string) => msg(str`Leave “${isolated(name)}”?`),
  get leaveText() { return msg('You get nothing that is written from now on. What you have stays on this device until you delete it. It works offline too; the others see it as soon as one of their devices is online.'); },
  get leaveGo() { return msg('Leave'); },
  get ownerTitle() { return msg('Name another owner first'); },
  get ownerText() { return msg('You are the only owner here. Without one, nobody could change what others may do. Choose somebody under People, make them an owner, then leave.'); },
  get aloneText() { return msg('You are the only one here, so the room ends with you. What was written stays on this device until you delete it.'); },
  get understood() { return msg('Choose somebody'); },
  forgetTitle: (name: string) => msg(str`Delete “${isolated(name)}”?`),
  get forgetText() { return msg('The conversation is deleted from this device, for good. Others keep theirs.'); },
  get forgetGo() { return msg('Delete'); },
  get cancel() { return msg('Cancel'); },
} as const;

/** Asks before one leaves a room, or deletes one that was left. Fires `close`, and `done` where it was done. */
@customElement('sotto-leave')
export class SottoLeave extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property() what: 'leave' | 'forget' = 'leave';
  @state() private refused = false;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, answers, css``];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    const blocked = this.what === 'leave' && (this.refused || isLastOwner(room));
    const title = blocked ? words.ownerTitle : this.what === 'leave' ? words.leaveTitle(room.name) : words.forgetTitle(room.name);
    return html`<sotto-sheet .label=${title} @close=${this.#close}>${blocked ? this.#blocked() : this.#question(room)}</sotto-sheet>`;
  }

  #blocked() {
    return html`<p class="ask">${words.ownerText}</p><div class="actions stacked"><button class="button filled" type="button" @click=${this.#close}>${words.understood}</button></div>`;
  }

  #question(room: RoomSummary) {
    const leaving = this.what === 'leave';
    return html`
      <p class="ask">${leaving ? (room.members.length === 1 ? words.aloneText : words.leaveText) : words.forgetText}</p>
      ${problemLine(this.#doing.problem)}
      <div class="actions">
        <button class="button" type="button" @click=${this.#close}>${words.cancel}</button>
        <button class="button danger" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#go(room); }}>${leaving ? words.leaveGo : words.forgetGo}</button>
      </div>`;
  }

  async #go({ room }: RoomSummary): Promise<void> {
    const { engine } = this;
    if (engine === null) return;
    const done = await this.#doing.run(() => (this.what === 'leave' ? engine.leave(room) : engine.forget(room)));
    // The engine knows the room's rules better than this list of members does.
    if (!done) this.refused = this.what === 'leave' && this.#doing.problem?.code === 'not-allowed';
    else this.dispatchEvent(new CustomEvent('done'));
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

const isLastOwner = (room: RoomSummary): boolean =>
  room.kind === 'group' && room.standing.kind === 'member' && room.role === 'owner' && room.members.length > 1 && !mayStepDown(room);

declare global {
  interface HTMLElementTagNameMap { 'sotto-leave': SottoLeave }
}
