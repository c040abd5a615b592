import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { newMessageKey } from '../../engine/api.ts';
import type { Engine, EngineEvent, MessageItem, MessageKey, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-composer.ts';
import type { WriteEvent } from '../elements/sotto-composer.ts';
import '../elements/sotto-message-group.ts';
import type { ActEvent } from '../elements/sotto-message-group.ts';
import '../elements/sotto-sheet.ts';
import { base } from '../elements/styles.ts';
import { layOut } from '../timeline/layout.ts';
import { mergeItems } from '../timeline/merge.ts';
import { problemSentence } from '../words/problems.ts';
import { plural } from '../words/counts.ts';

const words = {
  get title() { return msg('Thread'); },
  get none() { return msg('Nobody has replied yet.'); },
  replies: (count: number) => plural(count, msg('1 reply|{n} replies')),
} as const;

/** What was said to one message, beside the conversation. Fires `close`. */
@customElement('sotto-thread')
export class SottoThread extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property() message: MessageKey | null = null;
  @state() private root: MessageItem | null = null;
  @state() private replies: readonly MessageItem[] = [];
  @state() private text = '';
  readonly #loading = new Doing(this);
  readonly #sending = new Doing(this);
  #stop: (() => void) | null = null;

  static override styles = [base, css`
    .all { display: grid; gap: 4px; margin-inline: -12px; }
    sotto-message-group { padding-block: 6px; }
    .line { display: flex; align-items: center; gap: 12px; padding: 6px 16px; font-size: var(--text-s); color: var(--ink-3); }
    .line::before, .line::after { content: ''; flex: 1; block-size: 1px; background: var(--hairline); }
    sotto-composer { position: sticky; inset-block-end: 0; margin-inline: -12px; padding-block: 8px; background: var(--raised); }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.engine?.subscribe((event) => { this.#hear(event); }) ?? null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = null;
  }

  override firstUpdated(): void {
    this.#stop ??= this.engine?.subscribe((event) => { this.#hear(event); }) ?? null;
    void this.#loading.run(async () => {
      const { engine, room, message } = this;
      if (engine === null || room === null || message === null) return;
      this.root = await engine.message(room.room, message);
      this.replies = mergeItems(await engine.thread(room.room, message), this.replies).filter((item) => item.kind === 'message');
    });
  }

  #hear(event: EngineEvent): void {
    if (event.kind === 'gone' && event.room === this.room?.room) {
      this.replies = this.replies.filter(({ id }) => !event.messages.includes(id));
      // Without its root there is no thread: what stood in it stands in the conversation.
      if (this.message !== null && event.messages.includes(this.message)) this.dispatchEvent(new CustomEvent('close'));
    }
    if (event.kind !== 'timeline' || event.room !== this.room?.room) return;
    const messages = event.items.filter((item) => item.kind === 'message');
    this.root = messages.find(({ id }) => id === this.message) ?? this.root;
    const here = messages.filter(({ thread }) => thread === this.message);
    if (here.length > 0) this.replies = mergeItems(this.replies, here).filter((item) => item.kind === 'message');
  }

  protected override render() {
    const { room, root } = this;
    if (room === null) return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          ${problemLine(this.#loading.problem)}
          ${root === null ? nothing : this.#groups([root], room)}
          ${root === null ? nothing : html`<p class="line">${this.replies.length === 0 ? words.none : words.replies(this.replies.length)}</p>`}
          ${this.#groups(this.replies, room)}
          ${room.standing.kind !== 'member' || root === null ? nothing : html`
            <sotto-composer .text=${this.text} .room=${room.name} .sending=${this.#sending.busy} .problem=${this.#sending.problem === null ? '' : problemSentence(this.#sending.problem)}
              @write=${(event: WriteEvent) => { this.text = event.detail.text; }} @send=${() => { void this.#send(); }}></sotto-composer>`}
        </div>
      </sotto-sheet>`;
  }

  #groups(messages: readonly MessageItem[], room: RoomSummary) {
    // The root says how many replies it has in the line below it.
    const items = messages.map((item): MessageItem => ({ ...item, ...(item.id === this.message ? { replies: { count: 0, at: 0 } } : {}) }));
    return layOut(items, null).flatMap(({ blocks }) => repeat(blocks, (block) => block.key, (block) => (block.kind !== 'group' ? nothing
      : html`<sotto-message-group .group=${block} .engine=${this.engine} .room=${room.room} ?named=${room.members.length > 2} .me=${room.me} @act=${this.#acted}></sotto-message-group>`)));
  }

  readonly #acted = ({ detail }: ActEvent): void => {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    if (detail.kind === 'react') void this.#sending.run(() => engine.react(room.room, detail.message.id, detail.emoji, detail.on));
    if (detail.kind === 'vote') void this.#sending.run(() => engine.vote(room.room, detail.message.id, detail.choices));
  };

  async #send(): Promise<void> {
    const { engine, room, message, text } = this;
    if (engine === null || room === null || message === null || text.trim() === '') return;
    if (await this.#sending.run(() => engine.send(room.room, newMessageKey(), { kind: 'text', text: text.trim(), thread: message }))) this.text = '';
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-thread': SottoThread }
}
