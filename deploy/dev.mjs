/** `npm run dev`: the app rebuilt as one types, against a relay restarted as one types. Ctrl-C ends both. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installed, requireNode, root } from './prepared.mjs';

requireNode();
installed();

const APP = 'http://localhost:5173';
const programs = [
  [process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), 'watch', '--clear-screen=false', 'relay/main.ts', '--origin', APP, ...process.argv.slice(2)]],
  [process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), '--config', 'pwa/vite.config.ts', '--port', '5173', '--strictPort']],
];
const running = programs.map(([command, args]) => spawn(command, args, { cwd: root, stdio: 'inherit' }));
const stop = () => running.forEach((child) => child.kill('SIGTERM'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of running) child.on('exit', stop);
