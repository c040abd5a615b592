import type { AttachmentAt, Engine, Opened } from '../../engine/api.ts';

export interface Shown extends Opened {
  /** Where it may be drawn from; null where it may not be drawn. */
  readonly url: string | null;
}

/** Taken: to be let go of when it is out of sight. */
export interface Taken {
  readonly shown: Promise<Shown>;
  release(): void;
}

/** Where attachments are opened. */
export interface Opening {
  readonly engine: Engine;
  take(at: AttachmentAt): Taken;
}

export const keyOf = ({ room, message, index }: AttachmentAt): string => `${room} ${message} ${index}`;
