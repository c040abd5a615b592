import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Engine, MessageItem, MessageKey, PersonKey, Reaction, RoomKey } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { contentText } from '../words/notices.ts';
import { coordinates } from '../words/places.ts';
import { formattedText } from './formatted-text.ts';
import { graticule } from './graticule.ts';
import { hueOf } from './hue.ts';
import { icon } from './icon.ts';
import { loadMedia } from '../media/load.ts';
import { plural } from '../words/counts.ts';

const words = {
  get you() { return msg('You'); },
  get newer() { return msg('This message needs a newer version of Sotto. It is kept, and shown once you update.'); },
  get partlyNewer() { return msg('Parts of it need a newer version of Sotto.'); },
  get lost() { return msg('A message that is not on this device'); },
  get forwarded() { return msg('Forwarded'); },
  votes: (count: number) => plural(count, msg('1 vote|{n} votes')),
  get one() { return msg('Choose one'); },
  get several() { return msg('Choose any'); },
  get closed() { return msg('Closed'); },
  get openMap() { return msg('Show on a map'); },
  get mapNote() { return msg('Opens openstreetmap.org in a new tab'); },
  get answer() { return msg('In answer to'); },
  thread: (count: number) => plural(count, msg('1 reply|{n} replies')),
} as const;

/** A custom property, set on the element itself: an attribute that holds styles is what the app's policy forbids. */
const variable = (name: `--${string}`, value: number) => ref((element) => { if (element instanceof HTMLElement) element.style.setProperty(name, String(value)); });

/** What somebody does to a message by touching it; its owner carries it out. */
export type MessageAct =
  | { readonly kind: 'menu'; readonly message: MessageItem; readonly anchor: HTMLElement }
  | { readonly kind: 'react'; readonly message: MessageItem; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'vote'; readonly message: MessageItem; readonly choices: readonly number[] }
  | { readonly kind: 'go-to'; readonly key: MessageKey }
  | { readonly kind: 'thread'; readonly message: MessageItem };

export type Act = (act: MessageAct) => void;

/** The message that is answered: null where this device does not have it, undefined while that is not known. */
export type Quoted = MessageItem | null | undefined;

export function quoteOf(message: MessageItem, quoted: Quoted, act: Act) {
  const { reply } = message;
  if (reply === undefined || message.content.kind === 'deleted') return nothing;
  if (quoted === undefined || quoted === null) return html`<div class="quote lost">${quoted === null ? words.lost : '…'}</div>`;
  return html`
    <button class="quote" type="button" ${variable('--hue', hueOf(quoted.sender.person))}
      @click=${(event: Event) => { event.stopPropagation(); act({ kind: 'go-to', key: reply }); }}>
      <i class="unseen">${words.answer} </i><b><bdi>${quoted.mine ? words.you : quoted.sender.name}</bdi></b><span dir="auto">${contentText(quoted)}</span>
    </button>`;
}

/** Where what is attached is opened. */
export interface Place {
  readonly engine: Engine | null;
  readonly room: RoomKey | null;
}

/** What it says. `meta` stands at its end. */
export function contentOf(message: MessageItem, me: PersonKey | null, act: Act, meta: unknown, place: Place) {
  const { content } = message;
  switch (content.kind) {
    case 'text':
      return html`
        ${content.forwarded === true ? html`<div class="forwarded">${icon('share', 14)}${words.forwarded}</div>` : nothing}
        <div class="text" dir="auto">${formattedText(content.text, content.mentions)}${message.newer === true ? html`<em class="more">${words.partlyNewer}</em>` : nothing}${meta}</div>`;
    case 'media':
      loadMedia();
      return html`
        ${content.forwarded === true ? html`<div class="forwarded">${icon('share', 14)}${words.forwarded}</div>` : nothing}
        <sotto-attachments class=${content.attachments.some(({ look }) => look === 'picture' || look === 'video') ? 'seen' : ''} .engine=${place.engine} .room=${place.room} .message=${message}></sotto-attachments>
        ${content.text === '' ? html`<div class="under">${meta}</div>` : html`<div class="text" dir="auto">${formattedText(content.text, content.mentions)}${meta}</div>`}`;
    case 'poll':
      return pollOf(message, content, me, act, meta);
    case 'place': {
      const { latitude, longitude, label } = content;
      const where = coordinates(latitude, longitude);
      const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
      return html`
        <div class="place">${graticule(content)}<div><b dir=${label === undefined ? 'ltr' : 'auto'}>${label ?? where}</b>${label === undefined ? nothing : html`<bdi class="where" dir="ltr">${where}</bdi>`}
          <a href=${map} target="_blank" rel="noopener noreferrer nofollow" title=${words.mapNote}>${words.openMap}</a></div></div>${meta}`;
    }
    case 'deleted':
      return html`<div class="newer">${icon('ban', 18)}<span>${contentText(message)}</span></div>${meta}`;
    case 'unknown':
      return html`<div class="newer">${icon('unknown', 18)}<span>${words.newer}</span></div>${meta}`;
    default:
      return assertNever(content);
  }
}

type Poll = Extract<MessageItem['content'], { kind: 'poll' }>;

function pollOf(message: MessageItem, poll: Poll, me: PersonKey | null, act: Act, meta: unknown) {
  const voters = new Set(poll.options.flatMap((option) => option.voters.map(({ person }) => person))).size;
  const mine = poll.options.flatMap((option, i) => (option.voters.some(({ person }) => person === me) ? [i] : []));
  const choose = (i: number, on: boolean): void => {
    act({ kind: 'vote', message, choices: poll.several ? [...mine.filter((other) => other !== i), ...(on ? [i] : [])] : on ? [i] : [] });
  };
  return html`
    <fieldset class="poll" ?disabled=${poll.closed}>
      <legend dir="auto">${poll.question}</legend>
      <p class="how">${poll.closed ? words.closed : poll.several ? words.several : words.one}</p>
      ${poll.options.map(({ text, voters: by }, i) => html`
        <label><input type=${poll.several ? 'checkbox' : 'radio'} name=${message.id} .checked=${mine.includes(i)} @click=${(event: Event) => { event.stopPropagation(); }}
          @change=${(event: Event) => { choose(i, (event.target as HTMLInputElement).checked); }}>
          <span class="answer"><span dir="auto">${text}</span><span class="count">${by.length === 0 ? '' : by.length}</span></span>
          <span class="bar" ${variable('--share', voters === 0 ? 0 : by.length / voters)} title=${by.map(({ name }) => name).join(', ')}></span></label>`)}
      <p class="how">${words.votes(voters)}</p>
    </fieldset>${meta}`;
}

export function reactionsOf(message: MessageItem, me: PersonKey | null, act: Act) {
  const { reactions } = message;
  if (reactions === undefined) return nothing;
  const chip = ({ emoji, by }: Reaction) => {
    const mine = by.some(({ person }) => person === me);
    const names = by.map(({ person, name }) => (person === me ? words.you : name)).join(', ');
    return html`
      <button class="chip" type="button" aria-pressed=${mine ? 'true' : 'false'} title=${names}
        @click=${(event: Event) => { event.stopPropagation(); act({ kind: 'react', message, emoji, on: !mine }); }}><span>${emoji}</span><span class="unseen">${names}</span>${by.length > 1 ? html`<span class="count" aria-hidden="true">${by.length}</span>` : nothing}</button>`;
  };
  return html`<div class="reactions">${reactions.map(chip)}</div>`;
}

export const threadOf = (message: MessageItem, act: Act) =>
  message.replies === undefined || message.replies.count === 0 ? nothing
    : html`<button class="thread" type="button" @click=${(event: Event) => { event.stopPropagation(); act({ kind: 'thread', message }); }}>${icon('message', 16)}${words.thread(message.replies.count)}</button>`;
