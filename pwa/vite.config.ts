import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { splashLinks } from './splash.ts';
import { SOCKET_PATH } from '../shared/limits.ts';

const pwa = import.meta.dirname;

/** The app into dist/app; the gallery is served in development only. The compiler settings, Lit's decorators among them, are tsconfig.json's. */
export default defineConfig(({ command }) => ({
  root: pwa,
  base: '/',
  define: { __VERSION__: JSON.stringify((JSON.parse(readFileSync(join(pwa, '../package.json'), 'utf8')) as { readonly version: string }).version) },
  publicDir: join(pwa, 'public'),
  plugins: [{ name: 'splash', apply: 'build', transformIndexHtml: () => [...splashLinks()] }],
  server: { host: 'localhost', proxy: { [SOCKET_PATH]: { target: 'ws://127.0.0.1:8080', ws: true } } },
  build: {
    outDir: join(pwa, '../dist/app'),
    emptyOutDir: true,
    target: 'es2022',
    // Those that have light-dark(); older ones would get a rewriting of it that styles within components know nothing of.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A data: address inlined into styles or scripts would need a weaker policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: command === 'build' ? { index: join(pwa, 'index.html') } : { index: join(pwa, 'index.html'), gallery: join(pwa, 'gallery/index.html') },
    },
  },
}));
