/** What a message can be, and what is done to messages. */
import type { MessageKey } from '../engine/api.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { click, found, shadow } from './acting.ts';
import { rooms } from './conversations.ts';
import { Script, ana, jonas, me, mei, room } from './people.ts';
import type { GalleryState } from './state.ts';

const ROOM = '#/room/talk-1';
const key = (at: number): MessageKey => `talk-${at}` as MessageKey;

const talk = () => new Script('talk')
  .say(ana, 95, 'Who brings what on Sunday?')
  .also({ reactions: [{ emoji: '🙏', by: [jonas] }], pinned: true, replies: { count: 3, at: Date.now() - 80 * 60_000 } })
  .say(jonas, 93, '*Stove*, _coffee_ and the ~old~ new map. List so far:\n- bread\n- cheese\n- plums\nCode for the hut is `4711`.')
  .also({ reactions: [{ emoji: '👍', by: [ana, me, mei] }, { emoji: '❤️', by: [me] }], editedAt: Date.now() - 90 * 60_000 })
  .say(me, 71, 'That’s the one with the red door, right?')
  .also({ reply: key(1), editedAt: Date.now() - 70 * 60_000 })
  .say(jonas, 70, 'Exactly')
  .also({ reply: key(2) })
  .say(mei, 64, 'this was nothing')
  .also({ content: { kind: 'deleted', by: mei } })
  .say(me, 60, 'Which train?')
  .also({
    content: { kind: 'poll', question: 'Which train?', several: false, closed: false, options: [{ text: '8:12, home before the rain', voters: [ana, jonas, me] }, { text: '9:12, with breakfast', voters: [mei] }, { text: 'By bike', voters: [] }] },
  })
  .say(ana, 50, 'place')
  .also({ content: { kind: 'place', latitude: 47.26913, longitude: 9.40088, label: 'Seealpsee, north shore' }, reactions: [{ emoji: '😮', by: [mei, me] }] })
  .say(jonas, 45, '@Noor Haddad could you bring the rope?')
  .also({ content: { kind: 'text', text: '@Noor Haddad could you bring the rope?', mentions: [{ start: 0, end: 12, person: me.person }] } })
  .say(me, 40, '> Trains are replaced by buses between Gossau and Appenzell.\nFrom the railway’s page: https://trains.example.org/works')
  .also({ content: { kind: 'text', text: '> Trains are replaced by buses between Gossau and Appenzell.\nFrom the railway’s page: https://trains.example.org/works', forwarded: true } })
  .say(mei, 12, '```\n08:12 Gossau\n08:40 Appenzell\n```')
  .say(ana, 8, '🎉')
  .also({ reactions: [{ emoji: '😂', by: [jonas] }] })
  .items;

const replies = () => [
  ['Plums!', mei], ['And I’ll take the big thermos', jonas], ['Then I only need to bring myself 😇', me],
] as const;

const script = (): FakeScript => {
  const items = [...talk()];
  const thread = new Script('thread');
  for (const [i, [text, who]] of replies().entries()) thread.say(who, 90 - i, text).also({ thread: key(0) });
  // In the log they stand before what came later.
  const inThread = thread.items.map((item, i) => ({ ...item, position: 0.1 * (i + 1) }));
  return { profile: me, rooms: [room('talk-1', 'Sunday hikes', [ana, jonas, me, mei], [...inThread, ...items]), ...rooms().filter(({ summary }) => summary.room !== 'aHikes-6')] };
};

/** Opens the menu beside the message that says so. */
async function menuOf(app: SottoApp, text: string): Promise<void> {
  const view = await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-log');
  await found(view, 'sotto-message-group');
  for (let turn = 0; turn < 500; turn += 1) {
    const groups = [...(view.shadowRoot?.querySelectorAll('sotto-message-group') ?? [])];
    const bubbles = groups.flatMap((group) => [...(group.shadowRoot?.querySelectorAll<HTMLElement>('.bubble') ?? [])]);
    const bubble = bubbles.find((one) => one.textContent.includes(text));
    if (bubble !== undefined) {
      bubble.scrollIntoView({ block: 'center' });
      bubble.dispatchEvent(new KeyboardEvent('keydown', { key: 'ContextMenu' }));
      await found(shadow(app), 'sotto-room', 'sotto-message-menu', '[popover]');
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 8); });
  }
  throw new Error(`No message says ${text}.`);
}

const choose = async (app: SottoApp, text: string, label: string): Promise<void> => {
  await menuOf(app, text);
  const menu = await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-message-menu', '[popover]');
  [...menu.querySelectorAll<HTMLElement>('button')].find((one) => one.textContent.includes(label))?.click();
};

const top = async (app: SottoApp): Promise<void> => {
  const log = await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-log', '.log');
  await new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve); }); });
  log.scrollTop = 0;
  log.dispatchEvent(new Event('scroll'));
};

async function seek(app: SottoApp, text: string): Promise<void> {
  const field = await found<HTMLInputElement>(shadow(app), 'sotto-search', 'input');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}

export const TALK_STATES: readonly GalleryState[] = [
  { name: 'talk', title: 'Everything a message can be', script, at: ROOM },
  { name: 'talk-top', title: 'Replies, reactions, formatting', script, at: ROOM, then: top },
  { name: 'talk-rtl', title: 'The same from right to left', script, at: ROOM, rtl: true, then: top },
  { name: 'talk-menu', title: 'What to do with a message', script, at: ROOM, then: (app) => menuOf(app, 'could you bring') },
  { name: 'talk-menu-mine', title: 'What to do with one’s own', script, at: ROOM, then: (app) => menuOf(app, 'red door') },
  { name: 'talk-delete', title: 'Deleting one’s own', script, at: ROOM, then: (app) => choose(app, 'red door', 'Delete') },
  { name: 'talk-reply', title: 'Replying', script, at: ROOM, then: (app) => choose(app, 'could you bring', 'Reply') },
  { name: 'talk-edit', title: 'Editing', script, at: ROOM, then: (app) => choose(app, 'red door', 'Edit') },
  { name: 'talk-thread', title: 'A thread', script, at: ROOM, then: async (app) => { await top(app); await click(app, 'sotto-room', 'sotto-log', 'sotto-message-group', '.thread'); await found(shadow(app), 'sotto-thread', 'sotto-message-group'); } },
  { name: 'talk-versions', title: 'Earlier versions', script, at: ROOM, then: async (app) => { await choose(app, 'Stove', 'Earlier versions'); await found(shadow(app), 'sotto-versions', 'li'); } },
  { name: 'talk-forward', title: 'Forwarding', script, at: ROOM, then: async (app) => { await choose(app, 'Stove', 'Forward'); await found(shadow(app), 'sotto-forward', 'li'); } },
  { name: 'find', title: 'Finding, before the first letter', script, then: (app) => click(app, 'sotto-room-list', '[aria-label="Find in messages"]') },
  { name: 'find-all', title: 'Found in all rooms', script, then: async (app) => { await click(app, 'sotto-room-list', '[aria-label="Find in messages"]'); await seek(app, 'the'); } },
  { name: 'find-room', title: 'Found in a room', script, at: ROOM, then: async (app) => { await click(app, 'sotto-room', '[aria-label="Find in this room"]'); await seek(app, 'bread'); } },
  { name: 'find-none', title: 'Found nothing here', script, at: ROOM, then: async (app) => { await click(app, 'sotto-room', '[aria-label="Find in this room"]'); await seek(app, 'xylophone'); } },
];
