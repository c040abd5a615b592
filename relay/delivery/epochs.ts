/**
 * The epochs of one room, a tree: a commit ends its parent and begins a child. Usually a chain; it branches
 * where a candidate was found invalid by the members and another was offered. The relay judges no commit: it
 * keeps the branches apart and lets every key read and write exactly what is its own.
 *
 * **Writing.** A key writes in its own epoch, while that has no child.
 *
 * **Reading.** A key reads its own epoch and the descendants that are reached without crossing a closing
 * commit. A commit belongs to the epoch that it ends, so the closing commit itself is still read.
 */
import type { EpochId, Seq } from '../../shared/ids.ts';
import type { EpochRecord } from '../store/store.ts';
import { keyOf } from '../bytes.ts';

export interface Epoch extends Omit<EpochRecord, 'parent' | 'invites'> {
  /** Undefined for the first, and where what it follows was let go of. */
  parent: Epoch | undefined;
  invites: EpochRecord['invites'];
  /** In the order of the log: the candidates for the step after this epoch. */
  readonly children: Epoch[];
}

export class EpochTree {
  readonly #byId = new Map<string, Epoch>();
  readonly #tips = new Set<Epoch>();
  /** In the order of their numbers. */
  readonly #byNumber = new Map<number, Epoch>();
  #next = 0;

  constructor(records: readonly EpochRecord[]) {
    for (const record of records) this.add(record);
  }

  get(id: EpochId): Epoch | undefined {
    return this.#byId.get(keyOf(id));
  }

  get nextNumber(): number {
    return this.#next;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  /** Every epoch without successor, newest first. */
  tips(): readonly Epoch[] {
    return [...this.#tips].sort((a, b) => b.number - a.number);
  }

  /** Every epoch. */
  *newestFirst(): Iterable<Epoch> {
    yield* [...this.#byNumber.values()].reverse();
  }

  /** Lets go of the registrations with all but the newest epochs and the tips, and of the oldest epochs: what the store keeps (`store/holdings.ts`). */
  prune(registrations: number, epochs: number): void {
    for (const epoch of this.#byNumber.values()) {
      if (epoch.number >= this.#next - registrations) return;
      if (this.isTip(epoch)) continue;
      if (epoch.invites.length > 0) epoch.invites = [];
      if (epoch.number >= this.#next - epochs) continue;
      this.#byNumber.delete(epoch.number);
      this.#byId.delete(keyOf(epoch.id));
      for (const child of epoch.children) child.parent = undefined;
    }
  }

  isTip(epoch: Epoch): boolean {
    return epoch.children.length === 0;
  }

  add(record: EpochRecord): Epoch {
    const parent = record.parent === undefined ? undefined : this.#byNumber.get(record.parent);
    const epoch: Epoch = { ...record, parent, children: [] };
    this.#byNumber.set(epoch.number, epoch);
    this.#next = epoch.number + 1;
    this.#byId.set(keyOf(epoch.id), epoch);
    this.#tips.add(epoch);
    if (parent !== undefined) {
      parent.children.push(epoch);
      this.#tips.delete(parent);
    }
    return epoch;
  }

  /** Takes back the epoch that was added last. */
  removeLast(): void {
    const epoch = this.#byNumber.get(this.#next - 1);
    if (epoch === undefined) return;
    this.#next--;
    this.#byNumber.delete(epoch.number);
    this.#byId.delete(keyOf(epoch.id));
    this.#tips.delete(epoch);
    const { parent } = epoch;
    parent?.children.pop();
    if (parent?.children.length === 0) this.#tips.add(parent);
  }
}

/** Whether one who proved these epochs' keys reads what belongs to `epoch`. */
export function isReadable(proven: ReadonlySet<Epoch>, epoch: Epoch): boolean {
  for (let at: Epoch | undefined = epoch; at !== undefined; at = at.parent) {
    if (proven.has(at)) return true;
    if (at.closing) return false;
  }
  return false;
}

/** Whether `epoch` lies beyond a closing commit that these keys do read: a newer key would open it. */
export function isBeyondClosing(proven: ReadonlySet<Epoch>, epoch: Epoch): boolean {
  let crossed = false;
  for (let at: Epoch | undefined = epoch; at !== undefined; at = at.parent) {
    if (proven.has(at)) return crossed;
    crossed ||= at.closing;
  }
  return false;
}

/**
 * The end of the log as far as these keys go. With an epoch that still grows among the readable ones it is
 * the log's own; else the last readable commit: whoever was removed is not told how the log grows.
 */
export function readableHead(tree: EpochTree, proven: ReadonlySet<Epoch>, head: Seq): Seq {
  if (tree.tips().some((tip) => isReadable(proven, tip))) return head;
  let last = 0;
  const seen = new Set<Epoch>(proven);
  for (const epoch of seen) {
    for (const child of epoch.children) {
      last = Math.max(last, child.seq);
      if (!child.closing) seen.add(child); // a Set's iteration goes on to what is added under way
    }
  }
  return last as Seq;
}
