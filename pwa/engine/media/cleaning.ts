/** What a chosen file becomes before it is sealed: known by its own bytes, without what it says beside itself, where that can be told apart. */
import { concat } from '../../../shared/bytes.ts';
import { EngineError, MOST_ATTACHMENT_BYTES, type AttachmentLook } from '../api.ts';
import { pictureFacts } from './image-facts.ts';
import { withoutMetadata } from './without-metadata.ts';
import { isFilm, withoutBoxes } from './without-boxes.ts';

/** Pictures are cleaned as a whole. */
const MOST_PICTURE_BYTES = 64 * 1024 * 1024;
const FIRST = 64;

export interface Content {
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const unreadable = (detail: string, cause?: unknown): EngineError => new EngineError('attachment-unreadable', detail, cause === undefined ? undefined : { cause });

/** Rejects with `attachment-too-large`, `attachment-unreadable`. */
export async function cleaned(source: Blob, look: AttachmentLook): Promise<Content> {
  if (source.size > MOST_ATTACHMENT_BYTES) throw new EngineError('attachment-too-large', `An attachment has at most ${MOST_ATTACHMENT_BYTES} bytes.`);
  const first = await wholeOf(source.slice(0, FIRST));
  if (pictureFacts(first) !== undefined || isPicture(first)) return cleanedPicture(source);
  // Of another kind of picture it cannot be told what it says; as a file it goes as it is.
  if (look === 'picture') throw unreadable('It is no picture that can be cleaned.');
  return { size: source.size, bytes: isFilm(first) ? withoutBoxes(read(source)) : read(source) };
}

/** A JPEG does not say how large it is in its first bytes. */
const isPicture = (first: Uint8Array): boolean => first[0] === 0xff && first[1] === 0xd8 && first[2] === 0xff;

async function cleanedPicture(source: Blob): Promise<Content> {
  if (source.size > MOST_PICTURE_BYTES) throw unreadable('The picture is too large to be cleaned.');
  const clean = withoutMetadata(await wholeOf(source));
  if (clean === undefined) throw unreadable('What the picture says beside its pixels cannot be told apart.');
  return { size: clean.length, bytes: (async function* one() { yield clean; })() };
}

async function wholeOf(source: Blob): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of read(source)) parts.push(part);
  return concat(...parts);
}

/** As it comes from the disk. */
async function* read(source: Blob): AsyncGenerator<Uint8Array> {
  const reader = source.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw unreadable('The file cannot be read: it changed or vanished meanwhile.', cause);
  } finally {
    // Where nobody wants the rest. A file that failed cannot be let go of either: that was said already.
    reader.cancel().catch(() => undefined);
  }
}
