import type { Attachment, MessageItem } from '../../engine/api.ts';

const NONE: readonly Attachment[] = [];

/** What is attached to a message. */
export const attachmentsOf = ({ content }: MessageItem): readonly Attachment[] => (content.kind === 'media' ? content.attachments : NONE);
