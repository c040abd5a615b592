/** Whom this device's person has verified: a mirror of the sealed records, over all rooms. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { Change, Storage } from '../ports/storage.ts';
import { decodeVerified, encodeVerified, VERIFIED_PREFIX, verifiedKey, type VerifiedPerson } from '../records/verified-record.ts';

export class VerifiedPeople {
  /** In the order in which they were verified. A new array with each change. */
  #all: readonly VerifiedPerson[] = [];
  #byKey = new Map<string, VerifiedPerson>();

  async load(storage: Pick<Storage, 'range'>): Promise<void> {
    const rows = await storage.range('meta', { prefix: VERIFIED_PREFIX });
    this.#become(rows.flatMap(({ value }) => decodeVerified(value) ?? []).sort((a, b) => a.at - b.at));
  }

  #become(all: readonly VerifiedPerson[]): void {
    this.#all = all;
    this.#byKey = new Map(all.map((one) => [toBase64Url(one.person), one]));
  }

  get all(): readonly VerifiedPerson[] {
    return this.#all;
  }

  get(person: IdentityKey): VerifiedPerson | undefined {
    return this.#byKey.get(toBase64Url(person));
  }

  /** Stored by `write` first, true afterwards. */
  async add(verified: VerifiedPerson, write: (changes: readonly Change[]) => Promise<void>): Promise<void> {
    await write([{ kind: 'put', store: 'meta', key: verifiedKey(verified.person), value: encodeVerified(verified) }]);
    this.#become([...this.#without(verified.person), verified]);
  }

  async remove(person: IdentityKey, write: (changes: readonly Change[]) => Promise<void>): Promise<void> {
    if (this.get(person) === undefined) return;
    await write([{ kind: 'delete', store: 'meta', key: verifiedKey(person) }]);
    this.#become(this.#without(person));
  }

  #without(person: IdentityKey): readonly VerifiedPerson[] {
    const key = toBase64Url(person);
    return this.#all.filter((one) => toBase64Url(one.person) !== key);
  }
}
