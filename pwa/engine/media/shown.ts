/** An attachment as the world sees it: what its sender says of it, made harmless, and how much of it is here. */
import type { Attachment, AttachmentFacts } from '../api.ts';
import type { WireAttachment } from '../wire/bodies.ts';
import { fileName } from './file-name.ts';
import { pictureFacts } from './image-facts.ts';

/** Pixels of a preview's sides at most: it is drawn before anyone asks for it. */
const MOST_PREVIEW_SIDE = 128;

export type Hold = Pick<Attachment, 'isHere' | 'transfer'>;

export const attachmentOf = (wire: WireAttachment, hold: Hold): Attachment => ({ ...factsOf(wire), size: wire.size, ...hold });

export function factsOf({ look, name, type, width, height, duration, waveform, preview }: WireAttachment): AttachmentFacts {
  return {
    look, name: look === 'voice' ? '' : fileName(name), type: /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/u.test(type) ? type : 'application/octet-stream',
    ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }), ...(duration === undefined ? {} : { duration }),
    ...(waveform === undefined ? {} : { waveform }), ...(preview === undefined || !isSmallPicture(preview) ? {} : { preview }),
  };
}

function isSmallPicture(bytes: Uint8Array): boolean {
  const facts = pictureFacts(bytes);
  return facts !== undefined && facts.width > 0 && facts.height > 0 && facts.width <= MOST_PREVIEW_SIDE && facts.height <= MOST_PREVIEW_SIDE;
}
