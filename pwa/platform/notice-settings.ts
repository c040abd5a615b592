/**
 * What a notification needs while no page is open: what the person chose, and the words of their language, put down by the page for the service
 * worker. And how far they were told, by room, so that nothing is told twice. In a cache, since both can read it and localStorage is for pages alone.
 */

export interface NoticeSettings {
  /** Notifications are on. */
  readonly on: boolean;
  /** They show who says what; without it, that there is something. */
  readonly text: boolean;
}

/** In the language of the app. */
export interface NoticeWords {
  readonly newMessage: string;
  /** There was a wake-up, and nothing was found or could be looked for. */
  readonly maybe: string;
  readonly reply: string;
  readonly read: string;
  readonly replyHint: string;
  readonly notSent: string;
  readonly picture: string;
  readonly video: string;
  readonly voice: string;
  readonly file: string;
  readonly poll: string;
  readonly place: string;
  readonly newer: string;
}

/** Until a page has said which language is spoken. */
const ENGLISH: NoticeWords = {
  newMessage: 'New message', maybe: 'There may be new messages', reply: 'Reply', read: 'Mark as read', replyHint: 'Your reply', notSent: 'Your reply was not sent. Open Sotto to send it.',
  picture: 'Photo', video: 'Video', voice: 'Voice message', file: 'File', poll: 'Poll', place: 'Place', newer: 'A message from a newer version of Sotto',
};

const CACHE = 'sotto-notices';
const SETTINGS = '/notices/settings';
const WORDS = '/notices/words';
const TOLD = '/notices/told';

export const DEFAULT_NOTICES: NoticeSettings = { on: false, text: true };

async function read(at: string): Promise<unknown> {
  const kept = await (await caches.open(CACHE)).match(at);
  return kept?.json();
}

const write = async (at: string, value: unknown): Promise<void> => (await caches.open(CACHE)).put(at, new Response(JSON.stringify(value)));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

export async function noticeSettings(): Promise<NoticeSettings> {
  const kept = await read(SETTINGS);
  return isObject(kept) && typeof kept.on === 'boolean' && typeof kept.text === 'boolean' ? { on: kept.on, text: kept.text } : DEFAULT_NOTICES;
}

export const keepNoticeSettings = (settings: NoticeSettings): Promise<void> => write(SETTINGS, settings);

export async function noticeWords(): Promise<NoticeWords> {
  const kept = await read(WORDS);
  if (!isObject(kept)) return ENGLISH;
  return Object.fromEntries(Object.entries(ENGLISH).map(([name, text]) => [name, typeof kept[name] === 'string' ? kept[name] : text])) as unknown as NoticeWords;
}

export const keepNoticeWords = (words: NoticeWords): Promise<void> => write(WORDS, words);

/** Positions in the rooms' logs. */
export async function toldThrough(): Promise<ReadonlyMap<string, number>> {
  const kept = await read(TOLD);
  return new Map(isObject(kept) ? Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === 'number') : []);
}

export const keepTold = (told: ReadonlyMap<string, number>): Promise<void> => write(TOLD, Object.fromEntries(told));
