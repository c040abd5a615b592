/** The container's files, as far as they can be judged without an engine: what they would make, and what that may do. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { readConfig } from '../../../relay/config.ts';
import { readDockerfile, type Stage } from '../../support/dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const stages = readDockerfile(read('deploy/Dockerfile'));
const [build, last] = [stages[0] as Stage, stages.at(-1) as Stage];
const all = (stage: Stage, name: string): readonly string[] => stage.instructions.filter((each) => each.name === name).map(({ text }) => text);

test('the reader of Dockerfiles refuses what Docker refuses', () => {
  for (const wrong of ['FRM node', 'RUN x', 'FROM node\nCOPY --from=absent a b', 'FROM node\nENTRYPOINT ["a"', 'FROM node AS', 'FROM node\nfoo']) assert.throws(() => readDockerfile(wrong), wrong);
});

test('the image: built in one stage, run from another that has no compiler and no root', () => {
  assert.equal(stages.length, 2);
  for (const { from } of stages) assert.match(from, /^node:\d+-bookworm(-slim)?$/, 'a fixed major version');
  assert.equal(build.from.split('-')[0], last.from.split('-')[0], 'native modules are of the same Node');
  assert.match(last.from, /-slim$/);
  const [major] = /\d+/.exec(last.from) ?? ['0'];
  const oldest = (JSON.parse(read('package.json')) as { engines: { node: string } }).engines.node;
  assert.ok(Number(major) >= Number(/\d+/.exec(oldest)?.[0]));

  assert.deepEqual(all(last, 'USER'), ['node']);
  const order = last.instructions.map(({ name }) => name);
  assert.ok(order.lastIndexOf('RUN') < order.indexOf('USER'), 'nothing is made as that user');
  for (const copied of all(last, 'COPY')) assert.ok(!copied.includes('--chown'), 'the program is root’s, and cannot be changed by what runs');
  assert.ok(all(build, 'RUN').some((line) => line.startsWith('npm ci')), 'what the lock file names, nothing newer');
  assert.ok(all(build, 'RUN').at(-1)?.includes('npm prune --omit=dev'));
  for (const stage of stages) for (const name of ['ADD', 'ARG']) assert.deepEqual(all(stage, name), []);
  assert.deepEqual(all(last, 'VOLUME'), ['/data']);
  assert.match(all(last, 'RUN').join(), /-o node .*-m 0700 \/data/);
});

test('the image starts the relay: what it is given, the relay understands, and what it runs is there', () => {
  const entry = last.instructions.find(({ name }) => name === 'ENTRYPOINT')?.exec;
  assert.deepEqual(entry, ['sotto', 'relay'], 'no shell in between, which would not pass on SIGTERM');
  const { bin } = JSON.parse(read('package.json')) as { bin: { sotto: string } };
  assert.ok(all(last, 'RUN').join().includes(`/sotto/${bin.sotto} /usr/local/bin/sotto`));
  assert.ok(read('deploy/build.mjs').includes(`'${bin.sotto}'`), 'which the build makes a program');
  assert.match(read('relay/main.ts'), /^#!\/usr\/bin\/env node\n/);
  const environment = Object.fromEntries(all(last, 'ENV').join(' ').split(' ').map((pair) => pair.split('=') as [string, string]));
  const wish = readConfig([], environment);
  assert.ok(wish.kind === 'run');
  assert.deepEqual([wish.config.host, wish.config.data, String(wish.config.port)], ['0.0.0.0', '/data', all(last, 'EXPOSE')[0]]);
});

test('all that is copied is in the context, and the context is what the build is made from', () => {
  const kept = read('deploy/Dockerfile.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  assert.ok(read('deploy/Dockerfile.dockerignore').split('\n').includes('*'));
  for (const path of kept) assert.ok(existsSync(join(ROOT, path)), path);
  for (const copied of all(build, 'COPY')) {
    for (const path of copied.split(' ').slice(0, -1).filter((path) => path !== '.')) {
      assert.ok(existsSync(join(ROOT, path)), path);
      assert.ok(kept.some((each) => path === each || path.startsWith(`${each}/`)), `${path} is in the context`);
    }
  }
  const sources = /SOURCES = \[([^\]]*)\]/.exec(read('deploy/build.mjs'))?.[1]?.match(/[\w./-]+/g);
  assert.deepEqual([...kept].sort(), [...(sources ?? [])].sort());
});

test('the health check says what /healthz says', async () => {
  const { exec, text } = last.instructions.find(({ name }) => name === 'HEALTHCHECK') ?? { exec: undefined, text: '' };
  const [node, ...args] = exec ?? [];
  assert.equal(node, 'node');
  for (const option of ['--interval=', '--timeout=', '--start-period=', '--retries=']) assert.ok(text.includes(option));
  let status = 200;
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? status : 404).end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const check = (): Promise<number> => new Promise((resolve) => {
    execFile(process.execPath, args.map((arg) => arg.replace(':8080', `:${port}`)), (error) => resolve(typeof error?.code === 'number' ? error.code : 0));
  });
  assert.equal(await check(), 0);
  status = 503;
  assert.equal(await check(), 1);
  server.close();
  server.closeAllConnections();
  assert.equal(await check(), 1, 'nobody there');
});

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
  readonly restart?: string;
}

test('the compose file: both services with nothing that they do not need, and only the proxy reachable', () => {
  const document = parseDocument(read('deploy/compose.yaml'), { strict: true, uniqueKeys: true });
  assert.deepEqual([...document.errors, ...document.warnings], []);
  const { services, volumes } = document.toJS() as { services: Record<string, Service>; volumes: Record<string, unknown> };
  assert.deepEqual(Object.keys(services), ['relay', 'caddy']);
  const { relay, caddy } = services as { relay: Service; caddy: Service };
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.restart, 'unless-stopped', name);
    for (const volume of service.volumes) {
      const [from = ''] = volume.split(':');
      if (from.startsWith('.')) assert.ok(existsSync(join(ROOT, 'deploy', from)), volume);
      else assert.ok(from in volumes, volume);
    }
    for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in services);
  }
  assert.equal(relay.ports, undefined);
  assert.equal(relay.cap_add, undefined);
  assert.deepEqual(relay.tmpfs, ['/tmp']);
  assert.ok(relay.volumes.includes('data:/data'));
  assert.equal(join('deploy', relay.build?.context ?? '', relay.build?.dockerfile ?? ''), 'deploy/Dockerfile');
  assert.ok(Number.parseInt(relay.stop_grace_period ?? '0') > 15, 'longer than the relay takes to say goodbye');
  const said = Object.fromEntries(Object.entries(relay.environment).map(([name, value]) => [name, value.replaceAll(/\$\{SOTTO_SITE[^}]*\}/g, 'chat.example')]));
  const wish = readConfig([], said);
  assert.ok(wish.kind === 'run', wish.kind === 'mistake' ? wish.sentence : '');
  assert.deepEqual([wish.config.origins, wish.config.trustProxy], [['https://chat.example'], ['private']]);
  assert.deepEqual(caddy.cap_add, ['NET_BIND_SERVICE']);
  assert.match(caddy.image ?? '', /^caddy:\d+$/);
  assert.equal(caddy.depends_on?.['relay']?.condition, 'service_healthy');
  for (const name of Object.keys(caddy.environment)) assert.ok(read('deploy/Caddyfile').includes(`{$${name}:`), `the Caddyfile asks for ${name}`);
  assert.equal(dirname(caddy.volumes[0]?.split(':')[1] ?? ''), '/etc/caddy');
});
