/** What one does with attachments. */
import { EngineError, type AttachmentAt, type AttachmentFacts, type MessageKey, type Opened, type Staged, type StagedKey } from '../api.ts';
import type { Room } from '../actor/room.ts';

const notYet = (): Promise<never> => Promise.reject(new EngineError('internal', 'Attachments are not carried yet.'));

export class Attached {
  stage(_room: Room, _source: Blob, _facts: AttachmentFacts): Promise<StagedKey> { return notYet(); }
  staged(_room: Room): Promise<readonly Staged[]> { return notYet(); }
  copyTo(_room: Room, _from: Room, _at: AttachmentAt): Promise<StagedKey> { return notYet(); }
  unstage(_room: Room, _staged: StagedKey): Promise<void> { return notYet(); }
  open(_room: Room, _at: AttachmentAt): Promise<Opened> { return notYet(); }
  pause(_room: Room, _at: AttachmentAt): Promise<void> { return notYet(); }
  resume(_room: Room, _at: AttachmentAt): Promise<void> { return notYet(); }
  unsend(_room: Room, _message: MessageKey): Promise<void> { return notYet(); }
}
