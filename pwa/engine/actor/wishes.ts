/** What the person asks of a room: kept until a commit that does it was accepted, or until it is clear that none will be. */
import { EngineError } from '../api.ts';
import type { Intent } from '../records/intent.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Milliseconds after which the person is told that the relay does not answer. */
const PATIENCE = 15_000;

/** Resolves when a commit that fulfils it was accepted; where that takes too long, it is wished no more. */
export async function fulfil(room: Room, intent: Intent, check: () => void = () => undefined): Promise<void> {
  let ended: Promise<void> = Promise.resolve();
  await room.attempt(async () => {
    if (room.state.record.standing.kind !== 'member') throw new EngineError('not-a-member', 'This device is not in the room.');
    check();
    ended = room.awaitIntent(intent.id);
    await room.want(intent);
  });
  const stop = room.host.clock.after(PATIENCE, () => void room.run(() => withdraw(room, intent)));
  room.link.connect();
  room.poke();
  try {
    await ended;
  } finally {
    stop();
  }
}

async function withdraw(room: Room, intent: Intent): Promise<void> {
  const { record, pending } = room.state;
  if (!record.wanted.some(({ id }) => id === intent.id)) return;
  // What is on its way already may still be taken, and is then true.
  if (pending === null || !pending.record.fulfils.includes(intent.id)) {
    const step = room.step();
    step.update({ wanted: record.wanted.filter(({ id }) => id !== intent.id) });
    await room.store(step);
  }
  room.fulfilled(intent.id, new EngineError('relay-unreachable', 'The relay did not answer.'));
}

/** Nothing that was wanted can be had any more: whoever waits for it is told. */
export function forsake(room: Room, step: Step, detail: string): void {
  const { wanted } = step.record;
  if (wanted.length > 0) step.update({ wanted: [] });
  for (const { id } of wanted) step.then(() => room.fulfilled(id, new EngineError('not-a-member', detail)));
}
