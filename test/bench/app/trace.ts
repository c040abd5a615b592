/** Processor time, which what else runs on the machine does not lengthen much: from Chromium's own trace. */
import type { CDPSession, Page } from 'playwright-core';

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds on the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface Work {
  /** Milliseconds on the processor of each task of the page's thread. */
  readonly page: readonly number[];
  /** And of the engine's worker. */
  readonly worker: readonly number[];
}

const sum = (times: readonly number[]): number => times.reduce((all, time) => all + time, 0);
export const inAll = ({ page, worker }: Work): { readonly page: number; readonly worker: number } => ({ page: sum(page), worker: sum(worker) });

export async function traced<T>(page: Page, work: () => Promise<T>): Promise<{ readonly result: T; readonly work: Work }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', { transferMode: 'ReturnAsStream', traceConfig: { includedCategories: ['toplevel', '__metadata'], excludedCategories: ['*'] } });
  const result = await work();
  const done = new Promise<string>((resolve) => { session.on('Tracing.tracingComplete', ({ stream }) => { resolve(stream ?? ''); }); });
  await session.send('Tracing.end');
  const text = await read(session, await done);
  await session.detach();
  return { result, work: workIn((JSON.parse(text) as { readonly traceEvents: readonly Event[] }).traceEvents) };
}

async function read(session: CDPSession, handle: string): Promise<string> {
  const chunks: string[] = [];
  for (;;) {
    const { data, eof, base64Encoded } = await session.send('IO.read', { handle });
    chunks.push(base64Encoded === true ? Buffer.from(data, 'base64').toString() : data);
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return chunks.join('');
}

/** Of the renderer that did most: others belong to pages that are not looked at. */
function workIn(events: readonly Event[]): Work {
  const threads = new Map<string, { readonly name: string; readonly pid: number; readonly tasks: number[] }>();
  for (const { ph, name, pid, tid, args } of events) if (ph === 'M' && name === 'thread_name') threads.set(`${pid} ${tid}`, { name: args?.name ?? '', pid, tasks: [] });
  for (const { ph, name, pid, tid, tdur } of events) if (ph === 'X' && name.endsWith('RunTask') && tdur !== undefined) threads.get(`${pid} ${tid}`)?.tasks.push(tdur / 1000);
  const named = (wanted: string) => [...threads.values()].filter(({ name }) => name === wanted);
  const busiest = (all: ReturnType<typeof named>) => all.toSorted((a, b) => sum(b.tasks) - sum(a.tasks))[0];
  const main = busiest(named('CrRendererMain'));
  return { page: main?.tasks ?? [], worker: busiest(named('DedicatedWorker thread').filter(({ pid }) => pid === main?.pid))?.tasks ?? [] };
}
