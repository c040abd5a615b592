/** What `/metrics` tells: about the relay as a whole, never about a room or an address. */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { RelayCore } from '../core.ts';
import type { Store } from '../store/store.ts';
import type { Status } from '../http/health.ts';
import { exposition, type Metric, type Sample } from './exposition.ts';

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 10;
const MS = 1000;
const NS = 1e9;
const US = 1e6;

export interface Observed {
  readonly core: RelayCore;
  readonly store: Store;
  readonly version: string;
  readonly status: Status;
}

export class Metrics {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #observed: Observed;

  constructor(observed: Observed) {
    this.#observed = observed;
    this.#delay.enable();
  }

  /** In Prometheus' text format. The delays are those since it was last asked. */
  async text(): Promise<string> {
    const { core, store, version, status } = this.#observed;
    const usage = await store.usage();
    const delays = this.#delays();
    return exposition([
      gauge('sotto_info', 'The version that runs; always 1.', [{ label: ['version', version], value: 1 }]),
      gauge('sotto_ready', 'Whether connections are taken.', status.phase === 'serving' ? 1 : 0),
      gauge('sotto_writable', 'Whether the disk took the last write, and the last attachment.', core.health.status === 'ok' ? 1 : 0),
      gauge('sotto_connections', 'Connections that are open.', core.connections),
      gauge('sotto_rooms_open', 'Rooms that somebody has open.', core.rooms),
      gauge('sotto_store_rooms', 'Rooms in the store.', usage.rooms),
      gauge('sotto_store_bytes', 'Bytes that the store uses.', usage.bytes),
      gauge('sotto_blobs', 'Attachments, those that are not all here included.', core.blobs.store.usage().blobs),
      gauge('sotto_blob_bytes', 'Bytes of attachments that are here.', core.blobs.store.usage().bytes),
      gauge('sotto_blob_transfers', 'Attachments that are fetched or sent at this moment.', core.blobs.transfers),
      gauge('sotto_store_free_bytes', 'Bytes that could still be written to the disk.', usage.free),
      ...counted(core),
      ...delays,
      ...ofProcess(),
    ]);
  }

  stop(): void {
    this.#delay.disable();
  }

  #delays(): readonly Metric[] {
    const delay = this.#delay;
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / NS - RESOLUTION / MS);
    const samples: Sample[] = [0.5, 0.99].map((quantile) => ({ label: ['quantile', String(quantile)], value: late(delay.percentile(quantile * 100)) }));
    const longest = delay.count === 0 ? 0 : late(delay.max);
    delay.reset();
    return [
      gauge('sotto_event_loop_delay_seconds', 'How late the event loop was since the last scrape.', samples),
      gauge('sotto_event_loop_delay_max_seconds', 'How late the event loop was at worst since the last scrape.', longest),
    ];
  }
}

function counted({ counters }: RelayCore): readonly Metric[] {
  return [
    counter('sotto_connections_total', 'Connections that were greeted.', counters.connected),
    counter('sotto_frames_received_total', 'Frames that clients sent.', counters.received),
    counter('sotto_envelopes_acked_total', 'Messages and commits that became durable.', counters.acked),
    counter('sotto_envelopes_delivered_total', 'Envelopes handed to connections as they came.', counters.delivered),
    counter('sotto_envelopes_pulled_total', 'Envelopes handed to connections that pulled them.', counters.pulled),
    counter('sotto_stored_bytes_total', 'Bytes of envelopes that became durable.', counters.stored),
    counter('sotto_behind_total', 'Connections that were told to pull instead of being sent more.', counters.behind),
    counter('sotto_trimmed_total', 'Envelopes that were let go of, being old or too many.', counters.trimmed),
    counter('sotto_trimmed_bytes_total', 'Their bytes.', counters.trimmedBytes),
    counter('sotto_blob_received_bytes_total', 'Bytes of attachments that came.', counters.blobBytesIn),
    counter('sotto_blob_sent_bytes_total', 'Bytes of attachments that were fetched.', counters.blobBytesOut),
    counter('sotto_blobs_expired_total', 'Attachments that were let go of, being old or left unfinished.', counters.blobsExpired),
    counter('sotto_pushes_total', 'Wake-ups by Web Push, by what became of them: taken by the push service, joined to one on its way, to be tried again, failed, not begun since too many were under way, or of a device that is gone.', Object.entries({
      sent: counters.pushesSent, coalesced: counters.pushesCoalesced, deferred: counters.pushesDeferred, failed: counters.pushesFailed, dropped: counters.pushesDropped, gone: counters.pushesGone,
    }).map(([outcome, value]) => ({ label: ['outcome', outcome], value }))),
    counter('sotto_shed_total', 'Connections that were closed since all of them together held too much memory.', counters.shed),
    counter('sotto_transactions_failed_total', 'Transactions that the store did not take.', counters.failed),
    counter('sotto_refused_total', 'Refusals, by the code of the protocol.', Object.entries(counters.refused).map(([code, value]) => ({ label: ['code', code], value }))),
    { type: 'histogram', name: 'sotto_ack_seconds', help: 'From the arrival of an envelope to its ack, at most.', histogram: counters.ackLatency, per: MS },
    { type: 'histogram', name: 'sotto_commit_seconds', help: 'A transaction of the store, fsync included.', histogram: counters.commitTime, per: MS },
    { type: 'histogram', name: 'sotto_batch_writes', help: 'Writes in a transaction.', histogram: counters.batchSize, per: 1 },
  ];
}

/** Named as Prometheus' own clients name them, so that ready-made dashboards find them. */
function ofProcess(): readonly Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process.', rss),
    gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', heapUsed),
    gauge('process_start_time_seconds', 'When the process started, in Unix seconds.', Math.round(Date.now() / MS - process.uptime())),
    counter('process_cpu_seconds_total', 'Processor time of the process.', (user + system) / US),
  ];
}

const gauge = (name: string, help: string, value: number | readonly Sample[]): Metric => ({ type: 'gauge', name, help, samples: samplesOf(value) });
const counter = (name: string, help: string, value: number | readonly Sample[]): Metric => ({ type: 'counter', name, help, samples: samplesOf(value) });
const samplesOf = (value: number | readonly Sample[]): readonly Sample[] => (typeof value === 'number' ? [{ value }] : value);
