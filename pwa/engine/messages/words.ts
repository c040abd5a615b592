/** The words of a message as they stand now: what is searched, quoted and previewed. */
import type { StoredMessage } from '../records/message-records.ts';
import { fileName } from '../media/file-name.ts';
import { shapeOf } from './effects.ts';

/** Null for what has none. */
export function wordsOf({ body, effects }: Pick<StoredMessage, 'body' | 'effects'>): string | null {
  switch (body?.kind) {
    case undefined:
    case 'unknown':
      return null;
    case 'text':
      return shapeOf(effects).edits.at(-1)?.body.text ?? body.text;
    case 'media':
      return [shapeOf(effects).edits.at(-1)?.body.text ?? body.text, ...body.attachments.map(({ name }) => fileName(name))].filter((part) => part !== '').join('\n');
    case 'poll':
      return [body.question, ...body.options].join('\n');
    case 'place':
      return body.label ?? null;
  }
}
