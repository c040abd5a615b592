/** Search over what is on this device. */
import type { MessageItem } from './messages.ts';
import type { PersonKey } from './people.ts';
import type { RoomKey } from './rooms.ts';

export interface SearchQuery {
  /** Words, all of which must be there: parts of words from three letters, beginnings of words from one; "as it stands" in quotation marks. */
  readonly text: string;
  readonly room?: RoomKey;
  readonly from?: PersonKey;
  /** Only what has such in it: then an empty text finds all of them. Pictures and videos are media; every attachment is a file. */
  readonly has?: 'files' | 'media' | 'links';
  /** Unix milliseconds: `since` inclusive, `until` not. */
  readonly since?: number;
  readonly until?: number;
  /** Most results of one page. */
  readonly limit: number;
  /** The `next` of an earlier page of the same query. */
  readonly before?: SearchCursor;
}

/** Where a page ended: to be given back as it is. */
export interface SearchCursor {
  readonly segment: number | null;
  readonly row: number;
}

export interface Found {
  readonly room: RoomKey;
  readonly item: MessageItem;
  /** Start and end, in UTF-16 units of the text's NFC form, of what was looked for. Of a message with attachments the text is its caption and their names, a line each. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

export interface SearchPage {
  /** The latest first. */
  readonly found: readonly Found[];
  /** Null where there is no more. */
  readonly next: SearchCursor | null;
}
