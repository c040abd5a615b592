/** npm runs this after every install: patches the MLS library, checks that it took, and remembers what was installed. */
import { join } from 'node:path';
import { markInstalled, root, run } from './prepared.mjs';

run(process.execPath, [join(root, 'node_modules/patch-package/index.js'), '--patch-dir', 'pwa/engine/mls/patches', '--error-on-fail']);
run(process.execPath, [join(root, 'pwa/engine/mls/patches/applied.mjs')]);
markInstalled();
