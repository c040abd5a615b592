/** `npm start`: from a fresh clone to a running relay that serves the app. Options go through to the relay. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installed, requireNode, root } from './prepared.mjs';

requireNode();
installed();
const { build } = await import('./build.mjs');
await build();
await import(pathToFileURL(join(root, 'dist/relay/main.js')).href);
