/** Many seeds of the simulation as one test; a failure names its seed. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { DEEDS, TROUBLES } from './simulation-actions.ts';
import { simulate } from './simulation.ts';

/** Rows whose method the engine does not have yet. */
const COMING: ReadonlySet<string> = new Set(['answer', 'rejoin']);

/** Every so many seeds runs on X-Wing, which is what rooms use; the others on the faster suite. */
const XWING_EVERY = 25;

export async function runSeeds(context: TestContext, from: number, count: number, stride: number): Promise<void> {
  let crashes = 0;
  let messages = 0;
  const done = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const seed = from + n * stride;
    const result = await simulate(seed, { suite: n % XWING_EVERY === 0 ? 'xwing' : 'x25519' }).catch((cause: unknown) => {
      throw new Error(`npm run simulate -- --seed ${seed}${n % XWING_EVERY === 0 ? ' --suite xwing' : ''}`, { cause });
    });
    crashes += result.crashes;
    messages += result.messages;
    for (const [deed, times] of result.done) done.set(deed, (done.get(deed) ?? 0) + times);
  }
  context.diagnostic(`${count} seeds, ${messages} messages, ${crashes} crashes; ${[...done].map(([deed, times]) => `${deed} ${times}`).join(', ')}`);
  // A simulation in which nothing goes wrong shows nothing.
  assert.ok(crashes > count && messages > 10 * count);
  for (const { name } of [...DEEDS, ...TROUBLES]) if (!COMING.has(name)) assert.ok((done.get(name) ?? 0) > 0, `${name} never came about`);
}
