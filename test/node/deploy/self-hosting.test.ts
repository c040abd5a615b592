/** Every command of SELF-HOSTING.md is one that there is: what can be tried is tried, the rest is held against the files that it names. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readConfig } from '../../../relay/config.ts';
import { carryOut, Mistake, OPERATOR_HELP } from '../../../relay/operate/commands.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pages = ['docs/SELF-HOSTING.md', 'README.md'];
const page = read('docs/SELF-HOSTING.md');

const blocks = (language: string): readonly string[] => pages.flatMap((path) => [...read(path).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, named]) => named === language).map(([, , block = '']) => block));
const prose = pages.flatMap((path) => [...read(path).replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`((?:npm|docker|sotto) [^`]+)`/g)].map(([, command = '']) => command.trim()));
/** Single commands, as words, without what asks for other rights. */
const commands = [...[...blocks('sh'), ...blocks('')].flatMap((block) => block.split('\n')), ...prose]
  .flatMap((line) => line.split(' && ')).map((line) => line.replace(/^0 4 \* \* \* sotto /, '').replaceAll(/\$\([^)]*\)/g, '7').replace(/^sudo (?:-u \w+ )?/, '').trim()).filter((line) => line !== '' && line !== '…');
const words = (command: string): string[] => [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
const startingWith = (start: string): string[][] => commands.filter((command) => command.startsWith(`${start} `) || command === start).map((command) => words(command).slice(start.split(' ').length));

const KNOWN = ['npm start', 'npm test', 'npm ci', 'npm run', 'git clone', 'git pull', 'cd', 'apt-get install', 'cp', 'sed -i', 'systemctl', 'certbot', 'nginx -t', 'useradd', 'ln -s', 'printf', 'echo', 'docker', 'sotto relay', 'curl'];

test('no command stands there that this test does not know', () => {
  assert.ok(commands.length > 40, String(commands.length));
  assert.deepEqual(commands.filter((command) => !KNOWN.some((known) => command === known || command.startsWith(`${known} `))), []);
});

test('npm scripts exist, and the options of the relay are its own', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [script = ''] of startingWith('npm run').map((args) => args.filter((arg) => !arg.startsWith('--')))) assert.ok(script in scripts, script);
  const starts = startingWith('npm start');
  assert.ok(starts.length >= 4);
  for (const args of starts) {
    const wish = readConfig(args.filter((arg) => arg !== '--'), {});
    assert.equal(wish.kind, 'run', wish.kind === 'mistake' ? wish.sentence : '');
  }
});

test('the operator’s commands are understood as they stand there', async () => {
  const asked = [...startingWith('sotto relay'), ...startingWith('npm run').filter((args) => args.includes('relay')).map((args) => args.slice(args.indexOf('--') + 1)),
    ...startingWith('docker compose').flatMap((args) => (args.includes('run') ? [args.slice(args.indexOf('relay') + 1)] : args.includes('exec') ? [args.slice(args.indexOf('sotto') + 2)] : []))]
    .filter((args) => args.length > 0 && !args.includes('--'));
  assert.ok(asked.length >= 10, String(asked.length));
  const absent = join(scratchFolder(), 'absent');
  for (const args of asked) {
    if (args[0] === 'help') continue;
    // There is no such folder, so that each is refused for that alone: it was understood.
    const where = args.includes('--data') ? args.map((arg, i) => (args[i - 1] === '--data' ? absent : arg)) : [...args, '--data', absent];
    await assert.rejects(carryOut(where, {}), (error: Error) => !(error instanceof Mistake) && /There is no/.test(error.message), args.join(' '));
  }
  for (const name of ['backup', 'restore', 'stats', 'rooms prune']) {
    assert.ok(OPERATOR_HELP.includes(`sotto relay ${name}`));
    assert.ok(asked.some((args) => args.join(' ').startsWith(name)), `${name} is shown`);
  }
});

test('files are where they are copied from, and become what they are copied for', () => {
  const copies = startingWith('cp');
  assert.ok(copies.length >= 3);
  for (const [from = ''] of copies) assert.ok(existsSync(join(ROOT, from)), from);
  for (const path of page.match(/(?<=[ `(/])deploy\/[\w.]+/g) ?? []) assert.ok(path === 'deploy/.env' || existsSync(join(ROOT, path)), path);
  for (const [expression = '', target = ''] of startingWith('sed -i')) {
    const [source = ''] = copies.find(([, to]) => to === target) ?? [];
    assert.ok(source !== '', `${target} was put there before`);
    const copy = join(scratchFolder(), 'copy');
    copyFileSync(join(ROOT, source), copy);
    execFileSync('sed', ['-i', expression.replace(/chat\.example\/$/, 'talk.test/'), copy]);
    const changed = readFileSync(copy, 'utf8');
    assert.ok(!/chat\.example|SOTTO_SITE/.test(changed.replaceAll(/^#.*$/gm, '')), source);
    assert.match(changed, source.endsWith('Caddyfile') ? /^talk\.test \{$/m : /server_name talk\.test;/);
  }
  const { bin } = JSON.parse(read('package.json')) as { bin: { sotto: string } };
  assert.deepEqual(startingWith('ln -s'), [[`/opt/sotto/${bin.sotto}`, '/usr/local/bin/sotto']]);
});

test('the service: its user, its folder, its options', () => {
  const unit = read('deploy/sotto.service');
  const [user = []] = startingWith('useradd');
  assert.ok(unit.includes(`User=${user.at(-1)}\n`) && unit.includes(`SOTTO_DATA=${user[user.indexOf('--home-dir') + 1]}\n`));
  const [[text = '', , , , file = ''] = []] = startingWith('printf');
  assert.ok(unit.includes(`EnvironmentFile=${file}\n`));
  const wish = readConfig([], Object.fromEntries(text.split('\\n').filter((line) => line !== '').map((line) => line.split('=') as [string, string])));
  assert.ok(wish.kind === 'run');
  assert.deepEqual([wish.config.origins, wish.config.trustProxy], [['https://chat.example'], ['loopback']]);
  for (const args of startingWith('systemctl')) assert.ok(['sotto', 'daemon-reload', 'caddy', 'nginx'].includes(args.at(-1) ?? ''), args.join(' '));
});

test('compose commands name its file and its services', () => {
  const { services } = parse(read('deploy/compose.yaml')) as { services: object };
  const asked = startingWith('docker compose');
  assert.ok(asked.length >= 6);
  for (const [flag, file, command, ...args] of asked) {
    assert.deepEqual([flag, file], ['-f', 'deploy/compose.yaml']);
    assert.ok(['up', 'exec', 'cp', 'stop', 'run', 'start'].includes(command ?? ''), command);
    if (command !== 'up') assert.ok(args.some((arg) => Object.keys(services).includes(arg.split(':')[0] ?? '')), args.join(' '));
  }
});

test('what is said of health and metrics is so: every metric that is named is told, at the port that is named', async () => {
  const scene = await RelayScene.start({ metricsPort: 0 });
  const text = await (await fetch(`http://127.0.0.1:${scene.relay.metricsPort}/metrics`)).text();
  const named = [...new Set(page.match(/\bsotto_[a-z_]+/g))];
  assert.ok(named.length >= 3);
  for (const name of named) assert.ok(text.includes(`${name}{`) || text.includes(`${name} `), name);
  const [, port = ''] = /--metrics-port (\d+)/.exec(page) ?? [];
  assert.ok(startingWith('curl').some(([url]) => url === `http://127.0.0.1:${port}/metrics`));
  const [scrape] = blocks('yaml').map((block) => parse(block) as { scrape_configs: { static_configs: { targets: string[] }[] }[] });
  assert.deepEqual(scrape?.scrape_configs[0]?.static_configs[0]?.targets, [`127.0.0.1:${port}`]);
  const { problem } = JSON.parse(/`(\{"status":"degraded"[^`]+)`/.exec(page)?.[1] ?? '{}') as { problem?: string };
  assert.equal(problem, 'disk-full');
});

test('links within the page lead somewhere', () => {
  const anchors = new Set([...page.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-')));
  for (const [, path = '', anchor] of page.matchAll(/\]\(([^)#]*)(?:#([\w-]+))?\)/g)) {
    if (path.startsWith('https:')) continue;
    if (path !== '') assert.ok(existsSync(join(ROOT, 'docs', path)), path);
    else assert.ok(anchors.has(anchor ?? ''), anchor);
  }
});
