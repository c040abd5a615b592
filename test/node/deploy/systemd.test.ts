/** The unit: that systemd takes it, that it runs what is there, and that it may do little else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../../relay/config.ts';
import { missing } from '../../support/program.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const unit = readFileSync(join(ROOT, 'deploy/sotto.service'), 'utf8');

/** All values of each setting, as systemd reads them. */
const settings = new Map<string, string[]>();
for (const line of unit.split('\n')) {
  const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
  if (name !== undefined) settings.set(name, [...(settings.get(name) ?? []), value ?? '']);
  else assert.match(line, /^(?:#.*|\[(?:Unit|Service|Install)\]|)$/, 'no line that systemd would pass over');
}
const only = (name: string): string | undefined => {
  const [value, ...more] = settings.get(name) ?? [];
  assert.deepEqual(more, [], name);
  return value;
};

test('it runs the relay as a user of its own, on its own folder, and gives it time to say goodbye', () => {
  const [node, main, ...args] = only('ExecStart')?.split(' ') ?? [];
  assert.equal(node, '/usr/bin/node');
  assert.deepEqual(args, ['relay']);
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { sotto: string } };
  assert.equal(main, `/opt/sotto/${bin.sotto}`);
  assert.equal(only('User'), 'sotto');
  const wish = readConfig([], Object.fromEntries((settings.get('Environment') ?? []).map((pair) => pair.split('=') as [string, string])));
  assert.ok(wish.kind === 'run');
  assert.equal(wish.config.data, `/var/lib/${only('StateDirectory')}`);
  assert.ok(Number.parseInt(only('TimeoutStopSec') ?? '0') > 15);
  assert.equal(only('Restart'), 'always');
});

test('it may write nothing else, gain nothing, and see nothing of others', () => {
  const yes = ['ProtectHome', 'PrivateTmp', 'PrivateDevices', 'PrivateUsers', 'ProtectClock', 'ProtectControlGroups', 'ProtectHostname', 'ProtectKernelLogs', 'ProtectKernelModules',
    'ProtectKernelTunables', 'NoNewPrivileges', 'RestrictNamespaces', 'RestrictRealtime', 'RestrictSUIDSGID', 'LockPersonality', 'RemoveIPC'];
  for (const name of yes) assert.equal(only(name), 'yes', name);
  assert.equal(only('ProtectSystem'), 'strict');
  assert.equal(only('CapabilityBoundingSet'), '');
  assert.equal(only('AmbientCapabilities'), '');
  assert.deepEqual(settings.get('SystemCallFilter'), ['@system-service', '~@privileged']);
  assert.equal(only('MemoryDenyWriteExecute'), undefined, 'V8 could not run');
});

test('systemd itself takes it, and calls it safe', { skip: missing('systemd-analyze', '--version') }, () => {
  const path = join(scratchFolder(), 'sotto.service');
  // What systemd looks for must be there: this Node, and any file for the program, which may not be built yet.
  assert.ok(existsSync(process.execPath));
  writeFileSync(path, unit.replace('/usr/bin/node', process.execPath));
  const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
  assert.deepEqual([verified.status, verified.stderr.split('\n').filter((line) => line.includes('sotto.service'))], [0, []]);
  const THRESHOLD = 20; // of 100: OK
  const judged = spawnSync('systemd-analyze', ['security', '--offline=true', `--threshold=${THRESHOLD}`, path], { encoding: 'utf8' });
  assert.equal(judged.status, 0, judged.stdout.split('\n').slice(-3).join('\n'));
});
