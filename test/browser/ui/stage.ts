import type { SottoApp } from '../../../pwa/ui/views/sotto-app.ts';
import type { GalleryState } from '../../../pwa/gallery/state.ts';
import { STATES, show } from '../../../pwa/gallery/states.ts';
import type { FakeEngine } from '../../support/fake-engine.ts';

/** Puts up a gallery state, or one of the test's own, and takes down the one before. */
export async function stage(wanted: string | GalleryState): Promise<{ readonly app: SottoApp; readonly engine: FakeEngine }> {
  clear();
  const state = typeof wanted === 'string' ? STATES.find((one) => one.name === wanted) : wanted;
  if (state === undefined) throw new Error(`The gallery has no state ${typeof wanted === 'string' ? wanted : wanted.name}.`);
  return show(state, document.body);
}

export function clear(): void {
  // Also one that failed on the way.
  for (const app of document.querySelectorAll('sotto-app')) app.remove();
}

/** All elements that a selector finds, through every shadow root. */
export function all(root: ParentNode, selector: string): readonly HTMLElement[] {
  const found = [...root.querySelectorAll<HTMLElement>(selector)];
  if (root instanceof Element && root.shadowRoot !== null) found.push(...all(root.shadowRoot, selector));
  for (const element of root.querySelectorAll('*')) if (element.shadowRoot !== null) found.push(...all(element.shadowRoot, selector));
  return found;
}

export function one(root: ParentNode, selector: string): HTMLElement {
  const [first] = all(root, selector);
  if (first === undefined) throw new Error(`There is no ${selector}.`);
  return first;
}

/** Waits until something is so, looking after every frame; fails when it never comes. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 4000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`It did not come to this: ${what}`);
    await new Promise((resolve) => { requestAnimationFrame(resolve); });
  }
}

/** The element that has the focus, inside whatever shadow roots. */
export function focused(): Element | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}
