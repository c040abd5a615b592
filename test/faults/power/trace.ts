/** What the shim wrote down: every change to a folder, in order, as `shim.c` describes it. */

export type Change =
  /** A file came to be, or was there when it was opened first. `name`: inside the folder, and empty for the folder itself. */
  | { readonly type: 'create'; readonly file: number; readonly name: string }
  | { readonly type: 'write'; readonly file: number; readonly offset: number; readonly data: Buffer }
  | { readonly type: 'truncate'; readonly file: number; readonly length: number }
  /** All of the file is on the disk; of a folder, all of its names are. */
  | { readonly type: 'sync'; readonly file: number }
  | { readonly type: 'unlink'; readonly file: number }
  | { readonly type: 'rename'; readonly file: number; readonly name: string };

const HEAD = 20;

/** @throws RangeError for what the shim did not write */
export function parseTrace(bytes: Buffer): readonly Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < bytes.length;) {
    const op = bytes.readUInt32LE(at);
    const file = bytes.readUInt32LE(at + 4);
    const offset = Number(bytes.readBigInt64LE(at + 8));
    const end = at + HEAD + bytes.readUInt32LE(at + 16);
    const data = bytes.subarray(at + HEAD, end);
    changes.push(changeOf(op, file, offset, data));
    at = end;
  }
  return changes;
}

function changeOf(op: number, file: number, offset: number, data: Buffer): Change {
  switch (op) {
    case 1: return { type: 'create', file, name: data.toString() };
    case 2: return { type: 'write', file, offset, data };
    case 3: return { type: 'truncate', file, length: offset };
    case 4: return { type: 'sync', file };
    case 5: return { type: 'unlink', file };
    case 6: return { type: 'rename', file, name: data.toString() };
    default: throw new RangeError(`the trace has an operation ${op}`);
  }
}
