/** What an operator is told over HTTP: health, readiness, metrics. And that none of it names anybody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ERROR_CODES } from '../../../shared/codes.ts';
import { Histogram } from '../../../relay/counters.ts';
import { Status } from '../../../relay/http/health.ts';
import { MemoryStore, StoreError } from '../../../relay/index.ts';
import { exposition } from '../../../relay/metrics/exposition.ts';
import { openOperatorPort } from '../../../relay/metrics/operator-port.ts';
import { readExposition, type Family } from '../../support/exposition.ts';
import { Pair, registration } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';

async function told(url: string, path: string): Promise<{ status: number; body: string; type: string }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') ?? '' };
}

const operatorOf = (scene: RelayScene): string => `http://127.0.0.1:${scene.relay.metricsPort}`;

async function metricsOf(scene: RelayScene): Promise<Map<string, Family>> {
  const { status, body, type } = await told(operatorOf(scene), '/metrics');
  assert.equal(status, 200);
  assert.match(type, /^text\/plain; version=0\.0\.4/);
  return readExposition(body);
}

function valueOf(metrics: Map<string, Family>, name: string, labels = ''): number {
  const value = metrics.get(name.replace(/_(?:count|sum|bucket)$/, ''))?.samples.get(`${name}${labels}`) ?? metrics.get(name)?.samples.get(`${name}${labels}`);
  assert.ok(value !== undefined, `${name}${labels} is told`);
  return value;
}

test('the format: what has to be escaped is, and a histogram is cumulative', () => {
  const histogram = new Histogram([1, 10]);
  for (const value of [0.5, 1, 3, 300]) histogram.observe(value);
  const text = exposition([
    { type: 'gauge', name: 'odd', help: 'A \\ and\na line', samples: [{ label: ['name', 'a "b" \\ \n'], value: Number.POSITIVE_INFINITY }] },
    { type: 'histogram', name: 'seconds', help: 'Some.', histogram, per: 1000 },
  ]);
  assert.equal(text, [
    '# HELP odd A \\\\ and\\na line', '# TYPE odd gauge', 'odd{name="a \\"b\\" \\\\ \\n"} +Inf',
    '# HELP seconds Some.', '# TYPE seconds histogram',
    'seconds_bucket{le="0.001"} 2', 'seconds_bucket{le="0.01"} 3', 'seconds_bucket{le="+Inf"} 4', 'seconds_sum 0.3045', 'seconds_count 4', '',
  ].join('\n'));
  assert.doesNotThrow(() => readExposition(text));
});

test('the reader of these tests refuses what Prometheus refuses', () => {
  for (const wrong of ['a 1', '# HELP a b\n# TYPE a gauge\na x\n', '# HELP a b\n# TYPE a gauge\na 1\na 2\n', '# HELP a b\n# TYPE a gauge\nb 1\n', '# HELP a b\n# TYPE a gauge\na{1="x"} 1\n',
    '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n', '# HELP a b\n# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n']) {
    assert.throws(() => readExposition(wrong), wrong);
  }
});

test('metrics count what happened, in valid form, and name nobody', async () => {
  const scene = await RelayScene.start({ metricsPort: 0, version: '1.2.3' });
  const { owner, epoch, creator } = await scene.room();
  const reader = await scene.member(epoch);
  for (let i = 0; i < 5; i++) await creator.send(epoch, 'a very secret payload');
  await reader.delivered(5);
  const invite = new Pair();
  await creator.commit(epoch, { invites: [registration(invite)] });
  await assert.rejects(creator.send(epoch, 'too late'), /stale-epoch/);
  const metrics = await metricsOf(scene);
  assert.deepEqual({
    info: valueOf(metrics, 'sotto_info', '{version="1.2.3"}'), ready: valueOf(metrics, 'sotto_ready'), writable: valueOf(metrics, 'sotto_writable'),
    connections: valueOf(metrics, 'sotto_connections'), connected: valueOf(metrics, 'sotto_connections_total'), open: valueOf(metrics, 'sotto_rooms_open'),
    rooms: valueOf(metrics, 'sotto_store_rooms'), acked: valueOf(metrics, 'sotto_envelopes_acked_total'), stale: valueOf(metrics, 'sotto_refused_total', '{code="stale-epoch"}'),
    acks: valueOf(metrics, 'sotto_ack_seconds_count'),
  }, { info: 1, ready: 1, writable: 1, connections: 2, connected: 2, open: 1, rooms: 1, acked: 6, stale: 1, acks: 6 });
  assert.ok(valueOf(metrics, 'sotto_envelopes_delivered_total') >= 11);
  assert.ok(valueOf(metrics, 'sotto_frames_received_total') >= 10);
  assert.ok(valueOf(metrics, 'sotto_stored_bytes_total') > 6 * 74);
  assert.ok(valueOf(metrics, 'sotto_store_bytes') > 0);
  assert.ok(valueOf(metrics, 'process_resident_memory_bytes') > 10e6);
  assert.ok(valueOf(metrics, 'sotto_event_loop_delay_seconds', '{quantile="0.99"}') >= 0);
  assert.ok(valueOf(metrics, 'sotto_commit_seconds_count') >= 7);
  assert.deepEqual([...metrics.get('sotto_refused_total')?.samples.keys() ?? []], Object.keys(ERROR_CODES).map((code) => `sotto_refused_total{code="${code}"}`));
  for (const [name, { help, type }] of metrics) assert.ok(help !== '' && type !== '', name);

  const { body } = await told(operatorOf(scene), '/metrics');
  const secrets = [epoch.room, epoch.id, epoch.pair.public, owner.public, invite.public];
  for (const secret of secrets) for (const encoding of ['hex', 'base64', 'base64url'] as const) assert.ok(!body.includes(Buffer.from(secret).toString(encoding)));
  for (const address of ['127.0.0.1', '::1']) assert.ok(!body.includes(address));
  const labels = new Set([...body.matchAll(/(\w+)="/g)].map(([, label]) => label));
  assert.deepEqual(labels, new Set(['version', 'outcome', 'quantile', 'code', 'le']));
});

test('metrics are nowhere but on their own port, and that answers only reading', async () => {
  const scene = await RelayScene.start({ metricsPort: 0 });
  assert.equal((await told(scene.url, '/metrics')).status, 404);
  assert.equal((await told(operatorOf(scene), '/v1/socket')).status, 404);
  assert.equal((await fetch(`${operatorOf(scene)}/metrics`, { method: 'POST' })).status, 405);
  const without = await RelayScene.start();
  assert.equal(without.relay.metricsPort, undefined);
});

test('a port that is taken is named, and nothing is started', async () => {
  const scene = await RelayScene.start({ metricsPort: 0 });
  const taken = String(scene.relay.metricsPort);
  const { code, stdout, stderr } = await RelayChild.run(['--port', '0', '--data', scratchFolder(), '--metrics-port', taken]);
  assert.deepEqual([code, stdout, stderr], [2, '', `Port ${taken} is taken: choose another with --metrics-port.\n`]);
});

test('a store that takes no writes is told until it takes them again, and does not make the relay unready', async () => {
  let broken: 'disk-full' | 'io-error' | undefined;
  class Flaky extends MemoryStore {
    override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
      if (broken !== undefined) throw new StoreError(broken, 'a test');
      return super.write(...args);
    }
  }
  const scene = await RelayScene.start({ store: new Flaky(), metricsPort: 0 });
  const { epoch, creator } = await scene.room();
  for (const problem of ['disk-full', 'io-error'] as const) {
    broken = problem;
    await assert.rejects(creator.send(epoch, 'not now'), /relay-full|unavailable/);
    for (const url of [scene.url, operatorOf(scene)]) {
      const health = await told(url, '/healthz');
      const { since, ...facts } = JSON.parse(health.body) as { since: number };
      assert.deepEqual([health.status, facts], [503, { status: 'degraded', problem }]);
      assert.ok(Math.abs(Date.now() - since) < 60_000);
      assert.equal((await told(url, '/readyz')).status, 200);
    }
    assert.equal(valueOf(await metricsOf(scene), 'sotto_writable'), 0);
    broken = undefined;
    await creator.send(epoch, 'now');
    assert.deepEqual(await told(scene.url, '/healthz').then(({ status, body }) => [status, JSON.parse(body)]), [200, { status: 'ok' }]);
  }
  assert.ok(valueOf(await metricsOf(scene), 'sotto_transactions_failed_total') >= 2);
});

test('before the relay has started, its own port says so', async () => {
  const status = new Status();
  const operator = await openOperatorPort(0, status);
  const url = `http://127.0.0.1:${operator.port}`;
  assert.deepEqual(await told(url, '/readyz').then(({ status, body }) => [status, JSON.parse(body)]), [503, { status: 'starting' }]);
  assert.equal((await told(url, '/metrics')).status, 503);
  assert.equal((await told(url, '/healthz')).status, 200);
  await operator.close();
});

test('ready only between the start and the goodbye; on its own port the relay says which', async () => {
  let release = (): void => undefined;
  const written = new Promise<void>((resolve) => { release = resolve; });
  let writing = (): void => undefined;
  const begun = new Promise<void>((resolve) => { writing = resolve; });
  class Slow extends MemoryStore {
    slow = false;
    override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
      if (this.slow) {
        writing();
        await written;
      }
      return super.write(...args);
    }
  }
  const store = new Slow();
  const scene = await RelayScene.start({ store, metricsPort: 0 });
  const { epoch, creator } = await scene.room();
  assert.deepEqual(await told(scene.url, '/readyz').then(({ status, body }) => [status, JSON.parse(body)]), [200, { status: 'serving' }]);
  store.slow = true;
  const id = creator.post(epoch, 'in flight');
  await begun;
  const closed = scene.relay.close();
  assert.deepEqual(await told(operatorOf(scene), '/readyz').then(({ status, body }) => [status, JSON.parse(body)]), [503, { status: 'draining' }]);
  assert.equal(valueOf(await metricsOf(scene), 'sotto_ready'), 0);
  const late = connect(scene.relay.port, '127.0.0.1');
  const [refused] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  assert.equal(refused.code, 'ECONNREFUSED', 'nobody else is taken');
  release();
  await creator.acked(id);
  await closed;
  await creator.until(() => creator.closed !== undefined);
  assert.equal(creator.closed?.code, 1012);
  await assert.rejects(told(operatorOf(scene), '/readyz'));
});
