/**
 * A room's epochs form a tree: one commit an epoch is the rule, and further candidates hang beside a
 * first one that turned out invalid. The relay cannot tell which is valid; it keeps what each key may do.
 */
import { toHex } from '../../shared/bytes.ts';
import type { AccessKey, EpochId, InviteKey } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';
import type { StoredEpoch } from '../store/store.ts';

export class Epoch {
  readonly id: EpochId;
  readonly key: string;
  readonly access: AccessKey;
  readonly parent: Epoch | undefined;
  readonly children: Epoch[] = [];
  readonly stored: StoredEpoch;

  constructor(stored: StoredEpoch, parent: Epoch | undefined) {
    this.id = stored.id;
    this.key = toHex(stored.id);
    this.access = stored.access;
    this.parent = parent;
    this.stored = stored;
    parent?.children.push(this);
  }

  /** Whether sends are taken: it has no successor. */
  get isTip(): boolean {
    return this.children.length === 0;
  }

  /**
   * Whether the key of this epoch reads the envelopes of `other`: those of this epoch and of all that
   * follow it without a closing commit between. A closing commit is itself an envelope of the epoch that it ends.
   */
  reads(other: Epoch): boolean {
    let at: Epoch | undefined = other;
    while (at !== undefined && at !== this) {
      if (at.stored.closing) return false;
      at = at.parent;
    }
    return at === this;
  }

  invite(key: InviteKey): InviteRegistration | undefined {
    const hex = toHex(key);
    return this.stored.invites.find((registration) => toHex(registration.key) === hex);
  }
}
