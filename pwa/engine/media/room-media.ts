/**
 * A room's media, files and links: rows of the store `media`, [room, kind, position], written in the same step as the message, so that nobody reads a hundred thousand
 * messages to find ten pictures. What the rows point to is read from the conversation itself.
 */
import type { MessageItem, RoomMediaKind, RoomMediaPage } from '../api.ts';
import { shapeOf } from '../messages/effects.ts';
import type { Change } from '../ports/storage.ts';
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import type { Room } from '../actor/room.ts';

const KINDS: readonly RoomMediaKind[] = ['media', 'files', 'links'];

type Told = Pick<StoredMessage, 'body' | 'effects'>;

/** What a message has in it, as it stands now. */
export function kindsOf({ body, effects }: Told): readonly RoomMediaKind[] {
  if (body?.kind !== 'text' && body?.kind !== 'media') return [];
  const attached = body.kind === 'media' ? body.attachments : [];
  const text = shapeOf(effects).edits.at(-1)?.body.text ?? body.text;
  return [
    ...(attached.some(({ look }) => isSeen(look)) ? ['media' as const] : []), ...(attached.some(({ look }) => !isSeen(look)) ? ['files' as const] : []),
    ...(linksIn(text).length > 0 ? ['links' as const] : []),
  ];
}

const isSeen = (look: string): boolean => look === 'picture' || look === 'video';

/** Web addresses, without the punctuation of the sentence that they stand in. */
export function linksIn(text: string): readonly string[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"'`]+/giu)].flatMap(([found]) => {
    const url = found.replace(/[.,;:!?)\]}*_~…]+$/u, '');
    return URL.canParse(url) ? [url] : [];
  });
}

/** What is to be written where a message becomes another, comes or goes (null). */
export function mediaChanges(room: string, position: number, before: Told | null, after: Told | null): readonly Change[] {
  const [had, has] = [before === null ? [] : kindsOf(before), after === null ? [] : kindsOf(after)];
  return KINDS.flatMap((kind): readonly Change[] => {
    if (had.includes(kind) === has.includes(kind)) return [];
    const key = [room, kind, position];
    return [has.includes(kind) ? { kind: 'put', store: 'media', key, value: new Uint8Array() } : { kind: 'delete', store: 'media', key }];
  });
}

export async function roomMedia(room: Room, of: RoomMediaKind, { before, limit }: { readonly before?: number; readonly limit: number }): Promise<RoomMediaPage> {
  const { storage } = room.host;
  const rows = await storage.range('media', { prefix: [room.key, of], reverse: true, limit: limit + 1, ...(before === undefined ? {} : { before }) });
  const items = await Promise.all(rows.slice(0, limit).map(async ({ key }) => {
    const value = await storage.get('timeline', [room.key, Number(key[2])]);
    const stored = value === undefined ? undefined : decodeItem(value);
    const item = stored === undefined ? undefined : room.shown(stored);
    return item?.kind === 'message' ? [item] : [];
  }));
  const messages = items.flat();
  return {
    media: of === 'links' ? [] : messages.flatMap((item) => mediaIn(item, of)), links: of === 'links' ? messages.flatMap(linksOf) : [], hasOlder: rows.length > limit,
  };
}

function mediaIn({ id: message, position, sentAt, content }: MessageItem, of: RoomMediaKind): RoomMediaPage['media'] {
  if (content.kind !== 'media' || position === null) return [];
  return content.attachments.flatMap((attachment, index) => (isSeen(attachment.look) === (of === 'media') ? { message, index, position, sentAt, attachment } : []));
}

function linksOf({ id: message, position, sentAt, content }: MessageItem): RoomMediaPage['links'] {
  if ((content.kind !== 'text' && content.kind !== 'media') || position === null) return [];
  return linksIn(content.text).map((url) => ({ message, position, sentAt, url }));
}
