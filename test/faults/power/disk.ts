/**
 * What may be found on a disk after its power went away. Of a file stands there what it held at its last sync; of what
 * was written since, each sector holds any one state that it went through, independently of all others. A name stands
 * there once its folder was synced; of the changes of names since, any number in their order.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dice } from '../../support/dice.ts';
import type { Change } from './trace.ts';

const SECTOR = 512;

type Unsynced = Extract<Change, { type: 'write' | 'truncate' }> & { readonly at: number };
interface File {
  durable: Buffer;
  unsynced: Unsynced[];
}

/** Whether what happened at `at` in the trace to a sector has reached the disk. */
type Survives = (file: number, sector: number, at: number) => boolean;

export class Disk {
  readonly #files = new Map<number, File>();
  /** The file of each name: as the process sees it, and as it surely stands on the disk. */
  readonly #names = new Map<string, number>();
  #durableNames = new Map<string, number>();
  #unsyncedNames: ((names: Map<string, number>) => void)[] = [];
  #folder: number | undefined;

  /** `at`: its place in the trace. */
  apply(change: Change, at: number): void {
    switch (change.type) {
      case 'create':
        if (change.name === '') this.#folder = change.file;
        else {
          this.#files.set(change.file, { durable: Buffer.alloc(0), unsynced: [] });
          this.#rename((names) => names.set(change.name, change.file));
        }
        return;
      case 'write':
      case 'truncate':
        this.#files.get(change.file)?.unsynced.push({ ...change, at });
        return;
      case 'sync':
        return this.#sync(change.file);
      case 'unlink':
        return this.#rename((names) => { for (const [name, file] of names) if (file === change.file) names.delete(name); });
      case 'rename':
        return this.#rename((names) => {
          for (const [name, file] of names) if (file === change.file) names.delete(name);
          names.set(change.name, change.file);
        });
    }
  }

  #rename(change: (names: Map<string, number>) => void): void {
    change(this.#names);
    this.#unsyncedNames.push(change);
  }

  #sync(id: number): void {
    if (id === this.#folder) {
      this.#durableNames = new Map(this.#names);
      this.#unsyncedNames = [];
      return;
    }
    const file = this.#files.get(id);
    if (file === undefined) return;
    file.durable = content(id, file, () => true);
    file.unsynced = [];
  }

  /** Writes into a folder what is found when the power went away after the change at `at`. `keep`: which names are wanted. */
  image(folder: string, at: number, dice: Dice, keep: (name: string) => boolean): void {
    const names = new Map(this.#durableNames);
    for (const change of this.#unsyncedNames.slice(0, dice.below(this.#unsyncedNames.length + 1))) change(names);
    const survives = fate(at, dice);
    mkdirSync(folder, { recursive: true });
    for (const [name, id] of names) {
      const file = this.#files.get(id);
      if (file === undefined || !keep(name)) continue;
      let bytes = content(id, file, survives);
      // A file may have its new length already and zeros for what did not arrive.
      const grown = Math.max(bytes.length, ...file.unsynced.map((one) => (one.type === 'write' ? one.offset + one.data.length : 0)));
      if (dice.chance(0.2)) bytes = Buffer.concat([bytes, Buffer.alloc(grown - bytes.length)]);
      writeFileSync(join(folder, name), bytes);
    }
  }
}

function fate(at: number, dice: Dice): Survives {
  const kind = dice.pick(['nothing', 'everything', 'moment', 'moment', 'sectors', 'sectors', 'sectors'] as const);
  switch (kind) {
    case 'nothing': return () => false;
    case 'everything': return () => true;
    case 'moment': {
      // The disk was behind by so much, and kept the order.
      const until = at - dice.below(40);
      return (_file, _sector, when) => when <= until;
    }
    case 'sectors': {
      const untils = new Map<string, number>();
      const [gone, back] = [dice.fraction(), 1 + dice.below(200)];
      return (file, sector, when) => {
        const key = `${file}/${sector}`;
        let until = untils.get(key);
        if (until === undefined) untils.set(key, until = dice.chance(gone) ? -1 : at - dice.below(back));
        return when <= until;
      };
    }
  }
}

function content(id: number, { durable, unsynced }: File, survives: Survives): Buffer {
  const most = Math.max(durable.length, ...unsynced.map((change) => (change.type === 'write' ? change.offset + change.data.length : change.length)));
  const bytes = Buffer.alloc(most);
  let { length } = durable;
  durable.copy(bytes);
  for (const change of unsynced) {
    if (change.type === 'truncate') {
      if (!survives(id, -1, change.at)) continue;
      bytes.fill(0, Math.min(length, change.length));
      ({ length } = change);
      continue;
    }
    const { offset, data } = change;
    const end = offset + data.length;
    for (let from = offset; from < end;) {
      const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
      if (survives(id, Math.floor(from / SECTOR), change.at)) {
        data.copy(bytes, from, from - offset, to - offset);
        length = Math.max(length, to);
      }
      from = to;
    }
  }
  return bytes.subarray(0, length);
}
