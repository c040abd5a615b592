/** What the workload writes down beside the store, and the state of the store that follows from it. */

/** In the same folder, so that it comes into the trace; no part of the disk's image. */
export const NOTES = 'notes';

export type NotedWrite =
  | { readonly type: 'create'; readonly log: number; readonly room: string }
  | { readonly type: 'append'; readonly log: number; readonly digest: string }
  | { readonly type: 'delete'; readonly log: number };

export type Note =
  | { readonly type: 'trying'; readonly batch: readonly NotedWrite[] }
  /** The batch tried last is durable. */
  | { readonly type: 'promised' };

/** Digests of the frames of each log, in order. */
export type State = ReadonlyMap<number, { readonly room: string; readonly frames: readonly string[] }>;

/** What the store has to hold, and what it may hold instead: the batch that was under way is there whole, or not at all. */
export function statesBy(notes: readonly Note[]): { readonly promised: State; readonly alternative: State } {
  let promised: State = new Map();
  let alternative = promised;
  for (const note of notes) {
    if (note.type === 'trying') alternative = after(promised, note.batch);
    else promised = alternative;
  }
  return { promised, alternative };
}

function after(state: State, batch: readonly NotedWrite[]): State {
  const next = new Map(state);
  for (const write of batch) {
    const log = next.get(write.log);
    switch (write.type) {
      case 'create':
        next.set(write.log, { room: write.room, frames: [] });
        break;
      case 'append':
        if (log !== undefined) next.set(write.log, { ...log, frames: [...log.frames, write.digest] });
        break;
      case 'delete':
        next.delete(write.log);
    }
  }
  return next;
}
