/**
 * The app into dist/app/: built by Vite, then the service worker with the list of what it keeps, then each
 * text file once more as brotli and gzip, so that the relay never compresses while it serves.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { build as vite } from 'vite';
import { injectManifest } from 'workbox-build';
import { writeHashes } from './hashes.mjs';
import { root } from './prepared.mjs';

const app = join(root, 'dist/app');
// Whoever builds with another NODE_ENV set would else get a development build, without a service worker.
process.env.NODE_ENV = 'production';

await vite({ configFile: join(root, 'pwa/vite.config.ts'), logLevel: 'warn' });

// What the service worker runs when it is woken: a script of its own, which it imports and so keeps by itself. As in Vite's build, what libsodium would take from Node is not there.
const notNode = { name: 'not-node', setup(build) {
  build.onResolve({ filter: /^(node:)?(crypto|fs|path|url|module|worker_threads)$/ }, ({ path }) => ({ path, namespace: 'not-node' }));
  build.onLoad({ filter: /.*/, namespace: 'not-node' }, () => ({ contents: 'export default {};', loader: 'js' }));
} };
const { outputFiles: [background] } = await bundle({
  entryPoints: [join(root, 'pwa/worker/background.ts')], bundle: true, format: 'iife', target: 'es2022', minify: true, write: false, outdir: app, plugins: [notNode],
  define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': 'self.location.href' },
});
const backgroundName = `background-${createHash('sha256').update(background.contents).digest('hex').slice(0, 12)}.js`;
writeFileSync(join(app, backgroundName), background.contents);

const draft = join(root, 'dist/service-worker.js');
await bundle({
  entryPoints: [join(root, 'pwa/worker/service-worker.ts')], outfile: draft, bundle: true, format: 'iife', target: 'es2022', minify: true,
  define: { 'process.env.NODE_ENV': '"production"', __BACKGROUND__: JSON.stringify(`/${backgroundName}`) },
});
await injectManifest({
  swSrc: draft, swDest: join(app, 'sw.js'), globDirectory: app, globIgnores: ['splash/**', 'shortcut-*.png', 'background-*.js'], globPatterns: ['**/*.{html,js,css,svg,png,webmanifest,wasm}'],
  maximumFileSizeToCacheInBytes: 8 * 1024 * 1024, dontCacheBustURLsMatching: /assets\//,
});

console.error(`The app's root hash is ${writeHashes(app)}.`);

for (const name of readdirSync(app, { recursive: true }).map(String)) {
  if (!/\.(html|js|css|svg|webmanifest|json)$/.test(name)) continue;
  const path = join(app, name);
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
