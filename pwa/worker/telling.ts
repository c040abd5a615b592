/** Which notifications there are to be, from the engine's state: one for each room, with what is new in it. By whoever runs or reaches the engine and may show them. */
import type { Content, Engine, EngineState, MessageItem, RoomSummary } from '../engine/api.ts';
import { keepTold, noticeSettings, noticeWords, toldThrough, type NoticeWords } from '../platform/notice-settings.ts';

/** What is kept with a notification. */
export interface NoticeData {
  /** Null: of no room that may be told. */
  readonly room: string | null;
  /** The position up to which it tells. */
  readonly through: number;
}

/** TypeScript's library has but those parts of the Notifications API that all browsers have (https://notifications.spec.whatwg.org/). */
export interface NoticeOptions extends NotificationOptions {
  readonly data: NoticeData;
  readonly renotify?: boolean;
  readonly timestamp?: number;
  readonly actions?: readonly { readonly action: string; readonly title: string; readonly type?: 'button' | 'text'; readonly placeholder?: string }[];
}

/** Of a ServiceWorkerRegistration. */
export interface Tray {
  showNotification(title: string, options: NoticeOptions): Promise<void>;
  getNotifications(filter?: { readonly tag?: string }): Promise<readonly Notification[]>;
}

/** Of the one that belongs to no room. */
export const GENERIC = 'sotto';
export const tagOf = (room: string): string => `room:${room}`;

/** Messages in one notification, at most; and looked at in a room. */
const LINES = 5;
const LOOKED_AT = 40;
/** UTF-16 units of each. */
const LONGEST = 240;

const APP = 'Sotto';
const LOOK = { icon: '/icon-192.png', badge: '/icon-monochrome-512.png' } as const;

/** `show`: false where the person has Sotto before them: then what is there counts as told, and what was read is cleared. Resolves with how many notifications were shown. */
export async function tell(engine: Pick<Engine, 'timeline'>, state: EngineState, tray: Tray, show: boolean): Promise<number> {
  // One at a time in this browser, so that none is told twice.
  return navigator.locks.request('sotto:telling', async () => {
    const [{ text }, words, told] = await Promise.all([noticeSettings(), noticeWords(), toldThrough()]);
    const next = new Map<string, number>();
    let shown = 0;
    for (const room of state.rooms) {
      const known = told.get(room.room) ?? 0;
      const newest = room.latest?.position ?? known;
      if (room.unread === 0 || !isLoud(room)) await clear(tray, tagOf(room.room));
      const mayBeNew = show && room.unread > 0 && isLoud(room) && (newest > known || room.latest?.position === null);
      const fresh = mayBeNew ? await unreadIn(engine, room) : [];
      const last = fresh.at(-1);
      if (last !== undefined && (last.position ?? 0) > known) {
        await tray.showNotification(text ? room.name : APP, noticeOf(room, fresh, text, words));
        shown++;
      }
      next.set(room.room, Math.max(known, newest, room.readThrough));
    }
    // It has become more than a guess, or whoever it is for is here.
    if (shown > 0 || !show) await clear(tray, GENERIC);
    if (next.size !== told.size || [...next].some(([room, through]) => told.get(room) !== through)) await keepTold(next);
    await setBadge(state);
    return shown;
  });
}

/** One that says no more than that there is something. `quiet`: it makes no sound. */
export async function showGeneric(tray: Tray, quiet: boolean): Promise<void> {
  const words = await noticeWords();
  await tray.showNotification(APP, { ...LOOK, body: quiet ? words.maybe : words.newMessage, tag: GENERIC, silent: quiet, renotify: !quiet, data: { room: null, through: 0 } });
}

async function clear(tray: Tray, tag: string): Promise<void> {
  for (const one of await tray.getNotifications({ tag })) one.close();
}

const isLoud = ({ place: { muted }, mentioned }: RoomSummary): boolean => muted === null || (muted.mentions && mentioned > 0);

async function unreadIn(engine: Pick<Engine, 'timeline'>, room: RoomSummary): Promise<readonly MessageItem[]> {
  const { items } = await engine.timeline(room.room, { limit: LOOKED_AT });
  return items.filter((item): item is MessageItem =>
    item.kind === 'message' && !item.mine && (item.position ?? 0) > room.readThrough && item.content.kind !== 'deleted' && (room.place.muted === null || mentions(item.content, room.me)));
}

const mentions = (content: Content, me: string): boolean => 'mentions' in content && content.mentions?.some(({ person }) => person === me) === true;

function noticeOf(room: RoomSummary, messages: readonly MessageItem[], withText: boolean, words: NoticeWords): NoticeOptions {
  const last = messages.at(-1);
  const lines = messages.slice(-LINES).map((item) => (room.kind === 'direct' ? said(item.content, words) : `${item.sender.name}: ${said(item.content, words)}`));
  return {
    ...LOOK, tag: tagOf(room.room), renotify: true, data: { room: room.room, through: last?.position ?? 0 }, body: withText ? lines.join('\n') : words.newMessage,
    ...(last === undefined ? {} : { timestamp: last.sentAt }),
    // Shown where there are such; a browser that cannot take text shows none of the kind.
    ...(withText && room.standing.kind === 'member' ? { actions: [{ action: 'reply', type: 'text', title: words.reply, placeholder: words.replyHint }, { action: 'read', title: words.read }] } : {}),
  };
}

function said(content: Content, words: NoticeWords): string {
  const text = sentence(content, words).replaceAll(/\s+/gu, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function sentence(content: Content, words: NoticeWords): string {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'media':
      return content.text === '' ? words[content.attachments[0]?.look ?? 'file'] : content.text;
    case 'poll':
      return `${words.poll}: ${content.question}`;
    case 'place':
      return content.label ?? words.place;
    case 'deleted':
    case 'unknown':
      return words.newer;
  }
}

/** Of the app's icon, where there is such (https://w3c.github.io/badging/): what is unread in rooms that are not muted. */
async function setBadge({ rooms }: EngineState): Promise<void> {
  const badging = navigator as { setAppBadge?(count: number): Promise<void>; clearAppBadge?(): Promise<void> };
  const count = rooms.reduce((sum, { unread, mentioned, place: { muted } }) => sum + (muted === null ? unread : muted.mentions ? mentioned : 0), 0);
  // Refused where the app is not installed, or notifications are not allowed.
  await (count === 0 ? badging.clearAppBadge?.() : badging.setAppBadge?.(count))?.catch(() => undefined);
}
