/** Attachments of the scripted engine: what was staged, and what opens as what. */
import { EngineError } from '../../pwa/engine/api.ts';
import type { Attachment, AttachmentAt, AttachmentFacts, Opened, RoomKey, Staged, StagedKey } from '../../pwa/engine/api.ts';

const where = ({ room, message, index }: AttachmentAt): string => `${room}/${message}/${index}`;

const SHOWS = { picture: 'picture', video: 'video', voice: 'audio', file: null } as const satisfies Record<AttachmentFacts['look'], Opened['shows']>;

export class FakeAttachments {
  readonly #staged = new Map<RoomKey, (Staged & { readonly source: Blob; readonly listed: boolean })[]>();
  readonly #contents = new Map<string, Opened>();
  #keys = 0;

  stage(room: RoomKey, source: Blob, facts: AttachmentFacts, listed = true): StagedKey {
    const key = `fake-staged-${this.#keys++}` as StagedKey;
    this.#staged.set(room, [...(this.#staged.get(room) ?? []), { ...facts, key, size: source.size, source, listed }]);
    return key;
  }

  staged(room: RoomKey): readonly Staged[] {
    return (this.#staged.get(room) ?? []).filter(({ listed }) => listed).map((one) => {
      const { source: _source, listed: _listed, ...staged } = one;
      return staged;
    });
  }

  unstage(room: RoomKey, key: StagedKey): void {
    this.#staged.set(room, (this.#staged.get(room) ?? []).filter((one) => one.key !== key));
  }

  /** They are a message's now. */
  send(at: Omit<AttachmentAt, 'index'>, keys: readonly StagedKey[]): readonly Attachment[] {
    return keys.map((key, index) => {
      const found = this.#staged.get(at.room)?.find((one) => one.key === key);
      if (found === undefined) throw new EngineError('attachment-gone', 'nothing is staged under this key');
      const { source, listed: _listed, key: _key, ...facts } = found;
      this.unstage(at.room, key);
      this.has({ ...at, index }, { blob: source, shows: SHOWS[facts.look] });
      return { ...facts, isHere: true, transfer: null };
    });
  }

  /** What opens there. */
  has(at: AttachmentAt, opened: Opened): void {
    this.#contents.set(where(at), opened);
  }

  open(at: AttachmentAt): Opened {
    const opened = this.#contents.get(where(at));
    if (opened === undefined) throw new EngineError('attachment-gone', 'nothing is scripted to open here');
    return opened;
  }
}
