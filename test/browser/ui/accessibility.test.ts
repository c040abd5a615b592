import { expect } from '@esm-bundle/chai';
import { emulateMedia, setViewport } from '@web/test-runner-commands';
import type axeCore from 'axe-core';
// A script of the old kind: it puts itself into the window.
import 'axe-core';
import { STATES } from '../../../pwa/gallery/states.ts';
import { clear, stage } from './stage.ts';

const { axe } = globalThis as unknown as { readonly axe: typeof axeCore };
/** Both layouts and both themes, each once: what a theme does to contrast does not depend on the layout. */
const LOOKS = [{ name: 'on a phone, light', width: 390, height: 844, colorScheme: 'light' }, { name: 'on a wide screen, dark', width: 1280, height: 800, colorScheme: 'dark' }] as const;

describe('axe finds nothing', () => {
  afterEach(clear);
  for (const { name, width, height, colorScheme } of LOOKS) {
    for (const state of STATES) {
      it(`${state.name}, ${name}`, async () => {
        await setViewport({ width, height });
        // Without motion nothing is measured halfway through an animation.
        await emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { app } = await stage(state.name);
        await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
        const { violations } = await axe.run(app.ownerDocument, { resultTypes: ['violations'] });
        expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.flat().join(' ')} ${node.any[0]?.message ?? node.failureSummary ?? ''}`).join(' | ')}`)).to.deep.equal([]);
      });
    }
  }
});
