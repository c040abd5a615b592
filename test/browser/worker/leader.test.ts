import { expect } from '@esm-bundle/chai';
import { EngineError, type Engine, type MessageKey, type RoomKey } from '../../../pwa/engine/api.ts';
import type { Answer } from '../../../pwa/worker/calls.ts';
import { Calls, proxyEngine } from '../../../pwa/worker/proxy.ts';

interface Tab {
  readonly engine: Engine;
  /** The tab is closed, or its renderer dies. */
  die(): void;
}

const workers: Worker[] = [];

function openTab(profile: string, tab: string): Tab {
  const worker = new Worker(new URL('../../support/scripted-engine-worker.ts', import.meta.url), { type: 'module', name: `${profile}/${tab}` });
  workers.push(worker);
  const calls = new Calls((call) => { worker.postMessage(call); });
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => { if (data.kind === 'answer' || data.kind === 'failure') calls.settle(data); });
  return { engine: proxyEngine(calls, new Set(), () => undefined), die: () => { worker.terminate(); } };
}

const leaderOf = async ({ engine }: Tab): Promise<string | undefined> => (await engine.state()).profile?.name;

const refusal = async (promise: Promise<unknown>): Promise<EngineError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('one engine, however many tabs', () => {
  afterEach(() => { for (const worker of workers.splice(0)) worker.terminate(); });

  it('a second tab works through the first', async () => {
    const first = openTab('p1', 'first');
    expect(await leaderOf(first)).to.equal('first');
    const second = openTab('p1', 'second');
    expect(await leaderOf(second)).to.equal('first');
    const error = await refusal(second.engine.createProfile('this'));
    expect(error.problem).to.deep.equal({ code: 'too-long', detail: 'first refuses this' });
  });

  it('another takes over when the leader dies, and answers what was asked of the dead one', async () => {
    const first = openTab('p2', 'first');
    expect(await leaderOf(first)).to.equal('first');
    const second = openTab('p2', 'second');
    expect(await leaderOf(second)).to.equal('first');
    // Only the first keeps this waiting: the text is its name.
    const sent = second.engine.send('room' as RoomKey, 'id' as MessageKey, { kind: 'text', text: 'first' });
    const created = refusal(second.engine.createRoom('a room'));
    // An answer that comes after them shows that the first has both.
    await second.engine.timeline('room' as RoomKey, { limit: 1 });
    first.die();
    await sent;
    expect(await leaderOf(second)).to.equal('second');
    // It may have been done: to do it again could make a second room.
    expect((await created).problem.code).to.equal('internal');
  });

  it('files go to another tab’s engine and come back from it', async () => {
    const first = openTab('p6', 'first');
    expect(await leaderOf(first)).to.equal('first');
    const { engine } = openTab('p6', 'second');
    const source = new Blob([new Uint8Array(3_000_000).fill(97), 'end'], { type: 'text/plain' });
    const staged = await engine.stage('room' as RoomKey, source, { look: 'file', name: 'a', type: 'text/plain' });
    expect(staged.length).to.equal('first reads text/plain '.length + 3_000_003);
    const { blob, shows } = await engine.open({ room: 'room' as RoomKey, message: 'id' as MessageKey, index: 0 });
    expect([await blob.text(), blob.type, shows]).to.deep.equal(['first gives', 'image/png', 'picture']);
    first.die();
    expect(await blob.text()).to.equal('first gives');
  });

  it('where the engine cannot start, every call says why', async () => {
    const { engine } = openTab('p5', 'outdated');
    expect((await refusal(engine.state())).problem).to.deep.equal({ code: 'newer-schema', detail: 'of a newer version' });
    expect((await refusal(engine.wake())).problem.code).to.equal('newer-schema');
  });

  it('profiles do not hear of each other', async () => {
    const one = openTab('p3', 'one');
    const other = openTab('p4', 'other');
    expect(await leaderOf(one)).to.equal('one');
    expect(await leaderOf(other)).to.equal('other');
  });
});
