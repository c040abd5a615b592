/** Loaded before a server of ours (`--import`): answers, by the parent's asking, how the process is. Nothing of it is in the product. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Answer, Question } from '../observed.ts';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on('message', (question: Question) => {
  switch (question) {
    case 'begin':
      delay.reset();
      return;
    case 'delay':
      return tell({ p99: delay.percentile(99) / 1e6, most: delay.max / 1e6 });
    case 'thread':
      // The first field: nanoseconds on a processor (proc(5), schedstat of a thread).
      return tell({ thread: Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e3 });
    case 'memory':
      // Twice: what finalizers let go of is found by the second.
      globalThis.gc?.();
      setImmediate(() => {
        globalThis.gc?.();
        tell({ resident: process.memoryUsage.rss() });
      });
      return;
  }
});
process.on('disconnect', () => process.exit());

function tell(answer: Answer): void {
  process.send?.(answer);
}
